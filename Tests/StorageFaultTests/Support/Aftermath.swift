import CSQLite
import Glibc
import LedgerCore
import LedgerService
import LedgerTesting
import SQLiteTable
import Testing

/// The files that a run left behind, looked at as the next process would.
struct Aftermath {
    let run: Run
    /// By the names that the files had in the run.
    let files: [String: [UInt8]]
    /// After how many of the disk's events.
    let moment: Int

    /// Opens the files by the system's way to the disk and checks the rows; with `promises`, also
    /// what a client can see, and that the ledger goes on.
    func check(
        _ rows: ExpectedRows,
        promises: Bool,
        comment: @autoclosure () -> String
    ) async throws {
        let folder = try TemporaryFolder(prefersMemory: true)
        try folder.write(Self.moved(files, from: run.path, to: folder.file))
        let table = try SQLiteTable.open(
            path: folder.file,
            options: Run.options(),
            clock: ManualClock().instant
        )
        let found = try await table.rows(of: rows.groups)
        let areAdmitted = try await rows.admits(found, at: moment)
        #expect(areAdmitted, "at \(moment): \(rows.difference(found)); \(comment())")
        if promises {
            let node = TestLedger(onFaulty: table, seed: 2, clock: run.clock)
            let broken = try await Promises(to: run.clients, at: moment, node: node, table: table)
                .broken()
            #expect(broken.isEmpty, "at \(moment): \(comment())")
        }
        await table.close()
        #expect(try Self.integrity(of: folder.file) == "ok", "at \(moment): \(comment())")
    }

    static func moved(
        _ files: [String: [UInt8]],
        from old: String,
        to new: String
    ) -> [String: [UInt8]] {
        Dictionary(
            uniqueKeysWithValues: files.map { (new + $0.dropFirst(old.count), $1) }
        )
    }

    /// SQLite's own word on a file.
    static func integrity(of path: String) throws -> String {
        var database: OpaquePointer?
        defer { sqlite3_close_v2(database) }
        try #require(sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK)
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        let sql = "PRAGMA integrity_check"
        try #require(sqlite3_prepare_v2(database, sql, -1, &statement, nil) == SQLITE_OK)
        try #require(sqlite3_step(statement) == SQLITE_ROW)
        return String(cString: sqlite3_column_text(statement, 0))
    }
}

/// The process after one that was killed: the machine stayed up, so it finds all that was written,
/// synced or not, and serves it.
struct NextLife {
    /// The rows that it served.
    let served: Set<Item>
    private let disk = Disk()
    private let path: String
    private let groups: Set<RowGroup>
    private let state: DurableState
    /// The disk's events until it had served them.
    private let moment: Int

    init(after run: Run, state: DurableState, groups: Set<RowGroup>) async throws {
        path = run.path
        self.groups = groups
        self.state = state
        for (name, bytes) in state.current { disk.put(name, holding: bytes) }
        let table = try disk.openTable(run.path)
        served = try await table.rows(of: groups)
        moment = disk.eventCount
        await table.close()
    }

    /// The rows when the power goes as soon as it has served them.
    func rows(
        after survival: DurableState.Survival,
        random: inout SeededGenerator
    ) async throws -> Set<Item> {
        var state = state
        for index in 0..<moment { state.follow(disk.event(index), random: &random) }
        let folder = try TemporaryFolder(prefersMemory: true)
        let files = state.files(survival, random: &random)
        try folder.write(Aftermath.moved(files, from: path, to: folder.file))
        let table = try SQLiteTable.open(
            path: folder.file,
            options: Run.options(),
            clock: ManualClock().instant
        )
        let rows = try await table.rows(of: groups)
        await table.close()
        return rows
    }
}

extension TemporaryFolder {
    /// Makes or replaces the table's files; a name is the file's with what follows it.
    func write(_ files: [String: [UInt8]]) throws {
        for (name, bytes) in files {
            let file = try #require(fopen(name, "w"), "\(name)")
            defer { fclose(file) }
            #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
        }
    }

    /// The bytes of one of the table's files; nil when it is not there.
    func read(_ suffix: String = "") throws -> [UInt8]? {
        guard let file = fopen(self.file + suffix, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            guard count > 0 else { return bytes }
            bytes += buffer.prefix(count)
        }
    }
}
