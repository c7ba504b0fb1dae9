import CSQLite
import LedgerCore
import LedgerService
import LedgerTesting
import SQLiteTable
import Testing

/// What a run left behind, looked at as the next process would.
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
        _ comment: @autoclosure () -> String
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
            let node = Node(table, seed: 2, clock: run.clock)
            let broken = try await Promises(run.clients, moment, node, table).broken()
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
