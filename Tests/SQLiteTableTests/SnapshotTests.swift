import Glibc
import LedgerCore
import LedgerTesting
import SQLiteTable
import Testing

@Suite struct SnapshotTests {
    @Test("A snapshot shows one moment while the table goes on")
    func oneMoment() async throws {
        try await withTable { table, folder in
            let group = try Sample.chunk(0).group
            for offset in 0..<Int64(5) {
                _ = try await table.write(.put(Sample.item(try Sample.chunk(offset))))
            }
            let snapshot = try SQLiteSnapshot.open(path: folder.file)
            for offset in 5..<Int64(10) {
                _ = try await table.write(.put(Sample.item(try Sample.chunk(offset))))
            }
            #expect(try snapshot.rows(of: group) { _ in }.count == 5)
            #expect(try SQLiteSnapshot.open(path: folder.file).rows(of: group) { _ in }.count == 10)
            #expect(try snapshot.fileProblems() == [])
        }
    }

    @Test("A snapshot lists each partition key once, and reports damaged rows")
    func keysAndDamage() async throws {
        try await withTable { table, folder in
            for partition in 0..<3 {
                for offset in 0..<Int64(3) {
                    let key = try Sample.chunk(offset, partition: partition)
                    _ = try await table.write(.put(Sample.item(key)))
                }
            }
            try execute("UPDATE items SET v=x'07' WHERE pk LIKE '%#1'", on: folder.file)
            let snapshot = try SQLiteSnapshot.open(path: folder.file)
            let keys = try snapshot.partitionKeys()
            #expect(keys.count == 3)
            #expect(keys.compactMap { RowGroup(partitionKey: $0)?.partitionKey } == keys)
            var damaged = 0
            let rows = try snapshot.rows(of: try Sample.chunk(0, partition: 1).group) { _ in
                damaged += 1
            }
            #expect(rows.isEmpty && damaged == 3)
        }
    }

    @Test("A backup can be read but not opened, and its copy is a table")
    func backup() async throws {
        let copies = try TemporaryFolder()
        let backup = copies.path + "/backup"
        let item = Sample.item(try Sample.chunk(0), bytes: 300_000)
        try await withTable { table, folder in
            _ = try await table.write(.put(item))
            try SQLiteSnapshot.open(path: folder.file).copy(to: backup, as: .backup)
            #expect(throws: SQLiteOpenError.self) {
                try SQLiteSnapshot.open(path: folder.file).copy(to: backup, as: .backup)
            }
        }
        #expect(copies.mode("backup") == 0o600)
        #expect(throws: SQLiteOpenError.backup(path: backup)) {
            try SQLiteTable.open(path: backup)
        }
        try SQLiteSnapshot.open(path: backup).copy(to: copies.file, as: .table)
        #expect(copies.names == ["backup", "backup.lock", "ledger.sqlite"])
        let table = try SQLiteTable.open(path: copies.file)
        #expect(try await table.get(item.key) == item)
        await table.close()
    }

    @Test("A claim and a table exclude each other")
    func claim() async throws {
        try await withTable { _, folder in
            #expect(throws: SQLiteOpenError.inUse(path: folder.file + ".lock")) {
                try SQLiteClaim(path: folder.file)
            }
        }
        let folder = try TemporaryFolder()
        let claim = try SQLiteClaim(path: folder.file)
        #expect(throws: SQLiteOpenError.inUse(path: folder.file + ".lock")) {
            try SQLiteTable.open(path: folder.file)
        }
        withExtendedLifetime(claim) {}
    }

    @Test("A file that is missing or empty is refused, and none is made")
    func noTable() throws {
        let folder = try TemporaryFolder()
        #expect(throws: SQLiteOpenError.self) { try SQLiteSnapshot.open(path: folder.file) }
        try writeFile(folder.file, holding: [])
        #expect(throws: SQLiteOpenError.self) { try SQLiteSnapshot.open(path: folder.file) }
        #expect(folder.names == ["ledger.sqlite"])
    }
}
