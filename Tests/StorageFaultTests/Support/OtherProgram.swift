import CSQLite

/// A program beside the ledger that reads for a while, again and again.
///
/// What fails for it is its own affair.
final class OtherProgram {
    private let connection: OpaquePointer?
    private var isReading = false

    init(_ disk: Disk, _ path: String) {
        var connection: OpaquePointer?
        sqlite3_open_v2(path, &connection, SQLITE_OPEN_READONLY, disk.fileSystem)
        self.connection = connection
    }

    /// Begins to read, or ends.
    func goOn() {
        run(isReading ? "COMMIT" : "BEGIN; SELECT count(*) FROM sqlite_schema")
        isReading.toggle()
    }

    func end() {
        sqlite3_close_v2(connection)
    }

    private func run(_ sql: String) {
        sqlite3_exec(connection, sql, nil, nil, nil)
    }
}
