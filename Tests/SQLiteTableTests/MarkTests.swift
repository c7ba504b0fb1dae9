import Glibc
import LedgerCore
import LedgerTesting
import SQLiteTable
import Testing

/// Files that were copied while in use, and those that only look like it.
@Suite struct MarkTests {
    @Test("A copy made while in use is refused by everyone, and left as it is")
    func copyInUse() async throws {
        try await withTable { table, folder in
            for offset in 0..<Int64(20) {
                _ = try await table.write(.put(Sample.item(try Sample.chunk(offset))))
            }
            let copy = try Self.copy(folder, suffixes: [""])
            let bytes = try readFile(copy.file)
            for _ in 0..<2 {
                #expect(throws: SQLiteOpenError.copiedInUse(path: copy.file)) {
                    try SQLiteTable.open(path: copy.file)
                }
                #expect(throws: SQLiteOpenError.copiedInUse(path: copy.file)) {
                    _ = try SQLiteSnapshot.open(path: copy.file)
                }
            }
            #expect(try readFile(copy.file) == bytes)
            #expect(copy.names == ["ledger.sqlite", "ledger.sqlite.lock"])
        }
    }

    @Test("A copy of a ledger that was just opened is refused")
    func copyAfterOpening() async throws {
        for round in 0..<2 {
            let folder = try TemporaryFolder()
            if round == 1 { await (try SQLiteTable.open(path: folder.file)).close() }
            let table = try SQLiteTable.open(path: folder.file)
            let copy = try Self.copy(folder, suffixes: [""])
            #expect(throws: SQLiteOpenError.copiedInUse(path: copy.file)) {
                try SQLiteTable.open(path: copy.file)
            }
            await table.close()
        }
    }

    @Test("A copy without its log can be read on purpose, as far as it goes")
    func takenOnPurpose() async throws {
        try await withTable { table, folder in
            let item = Sample.item(try Sample.chunk(0))
            _ = try await table.write(.put(item))
            let (copy, new) = (try Self.copy(folder, suffixes: [""]), try TemporaryFolder())
            try SQLiteSnapshot.open(path: copy.file, withoutLog: true)
                .copy(to: new.file, as: .table)
            #expect(copy.names == ["ledger.sqlite"], "nothing may look like a log afterwards")
            await (try SQLiteTable.open(path: new.file)).close()
        }
    }

    @Test("The files that a crash leaves can be opened wherever they are moved to")
    func moved() async throws {
        try await withTable { table, folder in
            let item = Sample.item(try Sample.chunk(0))
            _ = try await table.write(.put(item))
            let moved = try Self.copy(folder, suffixes: ["", "-wal"])
            let other = try SQLiteTable.open(path: moved.file)
            #expect(try await other.get(item.key) == item)
            await other.close()
        }
    }

    @Test("A log that is empty because it was just begun anew is a log")
    func emptyLog() async throws {
        try await withTable { _, folder in
            let moved = try Self.copy(folder, suffixes: [""])
            try writeFile(moved.file + "-wal", holding: [])
            await (try SQLiteTable.open(path: moved.file)).close()
        }
    }

    @Test("A clean stop takes the mark away, and the file can be copied")
    func cleanStop() async throws {
        let folder = try TemporaryFolder()
        await (try SQLiteTable.open(path: folder.file)).close()
        let copy = try Self.copy(folder, suffixes: [""])
        _ = try SQLiteSnapshot.open(path: copy.file)
        await (try SQLiteTable.open(path: copy.file)).close()
    }

    @Test("A reader that stays when the table closes does no harm to the log")
    func lateReader() async throws {
        let folder = try TemporaryFolder()
        let table = try SQLiteTable.open(path: folder.file)
        let item = Sample.item(try Sample.chunk(0))
        _ = try await table.write(.put(item))
        let foreign = try Foreign(folder.file)
        try foreign.execute("BEGIN; SELECT count(*) FROM items")
        await table.close()
        let again = try SQLiteTable.open(path: folder.file)
        #expect(try await again.get(item.key) == item)
        await again.close()
        foreign.close()
    }

    /// Some of a table's files, copied to a folder of their own.
    private static func copy(
        _ folder: TemporaryFolder,
        suffixes: [String]
    ) throws -> TemporaryFolder {
        let copy = try TemporaryFolder()
        for suffix in suffixes {
            try writeFile(copy.file + suffix, holding: try readFile(folder.file + suffix))
        }
        return copy
    }
}
