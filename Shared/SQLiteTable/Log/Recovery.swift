import CSQLite

/// The work on the files that an earlier process left, before anybody is served.
struct Recovery {
    private let connection: Connection
    /// Pages that the database's header promises and its file has not, or not whole; from the
    /// smallest on.
    private var missing = 0..<0
    /// The missing pages that the log holds.
    private var found: Set<Int> = []
    private var pageBytes = 0

    private init(_ connection: Connection) {
        self.connection = connection
    }

    /// Makes durable what the log holds, whatever became of the process that wrote it, and makes
    /// sure that the database's file was not cut off.
    ///
    /// A process that was killed between its write and its fsync leaves commits that SQLite
    /// recovers and the disk may never see; so does one whose fsync failed, and there another
    /// fsync succeeds for nothing, because the system takes the failed pages for written.
    /// Hence each byte of the log is written once more, and synced, before anybody is served.
    ///
    /// SQLite reads what is missing at the file's end as zeros. A crash may leave the file short,
    /// but then the log still has the pages.
    ///
    /// - Throws: SQLite's failure, or a damage when pages are in neither file.
    static func run(_ connection: Connection) throws(SQLiteFailure) {
        var recovery = Recovery(connection)
        // Recovers the log, and keeps everybody else from writing to it.
        try connection.execute("BEGIN IMMEDIATE")
        // After an error the connection is closed, which ends the transaction.
        try recovery.measure()
        try recovery.rewriteLog()
        try recovery.checkMissing()
        try connection.execute("COMMIT")
    }

    // MARK: The database

    private mutating func measure() throws(SQLiteFailure) {
        guard let file = try OpenedFile.database(of: connection) else { return }
        let size = try file.size()
        guard size >= Header.byteCount else { return }
        let header = try withBuffer(Header.byteCount) { buffer throws(SQLiteFailure) in
            try file.read(buffer, at: 0)
            return Header(UnsafeRawBufferPointer(buffer))
        }
        pageBytes = header.pageBytes
        let whole = Int(size) / max(pageBytes, 1)
        if whole < header.pages { missing = whole + 1..<header.pages + 1 }
    }

    /// Throws a damage when a page is missing that the log has not got either.
    private func checkMissing() throws(SQLiteFailure) {
        guard let page = missing.first(where: { !found.contains($0) }) else { return }
        throw SQLiteFailure(
            code: SQLITE_CORRUPT,
            systemError: 0,
            message: "the file was cut off: of \(missing.upperBound - 1) pages the last are"
                + " missing, from page \(page) on"
        )
    }

    // MARK: The log

    private mutating func rewriteLog() throws(SQLiteFailure) {
        guard let log = try OpenedFile.log(of: connection) else { return }
        let size = try log.size()
        guard size > 0 else { return }
        // Not frame by frame, for the last may be torn; and by 64 KB, for SQLite's own file systems
        // take less than 128 KB at a time.
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
        defer { buffer.deallocate() }
        var offset: Int64 = 0
        while offset < size {
            let count = Int(min(size - offset, Int64(buffer.count)))
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
            try log.read(part, at: offset)
            try log.write(part, at: offset)
            offset += Int64(count)
        }
        try log.sync()
        if !missing.isEmpty { try search(log, size: size) }
    }

    /// The pages of the log's frames, as far as they belong to its present generation.
    private mutating func search(_ log: OpenedFile, size: Int64) throws(SQLiteFailure) {
        guard pageBytes > 0, size > 32 else { return }
        let salt = try numbers(log, at: 16, count: 2)
        var offset: Int64 = 32
        while offset + Int64(24 + pageBytes) <= size {
            let frame = try numbers(log, at: offset, count: 4)
            guard Array(frame[2...]) == salt else { return }
            let page = Int(frame[0])
            if missing.contains(page) { found.insert(page) }
            offset += Int64(24 + pageBytes)
        }
    }

    private func numbers(
        _ file: OpenedFile,
        at offset: Int64,
        count: Int
    ) throws(SQLiteFailure) -> [UInt32] {
        try withBuffer(4 * count) { buffer throws(SQLiteFailure) in
            try file.read(buffer, at: offset)
            return (0..<count).map {
                UInt32(bigEndian: buffer.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))
            }
        }
    }

    private func withBuffer<Outcome>(
        _ count: Int,
        body: (UnsafeMutableRawBufferPointer) throws(SQLiteFailure) -> Outcome
    ) throws(SQLiteFailure) -> Outcome {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 8)
        defer { buffer.deallocate() }
        return try body(buffer)
    }
}

/// The head of a database's first page: `https://sqlite.org/fileformat.html`, section 1.3.
private struct Header {
    static let byteCount = 100

    let pageBytes: Int
    /// The number of pages that there should be; 0 when the header does not know.
    let pages: Int

    init(_ bytes: UnsafeRawBufferPointer) {
        let size = UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt16.self))
        pageBytes = size == 1 ? 65536 : Int(size)
        // Programs that did not know the count left these two different.
        let isKnown = bytes[24..<28].elementsEqual(bytes[92..<96])
        let count = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 28, as: UInt32.self))
        pages = isKnown ? Int(count) : 0
    }
}
