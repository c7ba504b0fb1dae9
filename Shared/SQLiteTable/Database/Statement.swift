import CSQLite

/// A compiled statement.
///
/// It belongs to its connection's thread. Bound bytes are not copied: they must stay where they are until the statement is reset.
final class Statement {
    private let handle: OpaquePointer

    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    /// Frees the statement; it must not be used again.
    func finalize() {
        sqlite3_finalize(handle)
    }

    /// Binds a number; columns and parameters count as in SQLite, from 0 and from 1.
    func bind(_ number: Int64, at index: Int32) {
        sqlite3_bind_int64(handle, index, number)
    }

    /// Binds a number or NULL.
    func bind(_ number: Int64?, at index: Int32) {
        if let number { bind(number, at: index) } else { sqlite3_bind_null(handle, index) }
    }

    /// Binds bytes without copying them.
    func bind(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int32) {
        // An empty buffer may have no address, and no address means NULL.
        guard let address = bytes.baseAddress, !bytes.isEmpty else {
            sqlite3_bind_zeroblob(handle, index, 0)
            return
        }
        sqlite3_bind_blob64(handle, index, address, UInt64(bytes.count), nil)
    }

    /// Binds ASCII text without copying it.
    func bind(ascii text: UnsafeBufferPointer<UInt8>, at index: Int32) {
        text.withMemoryRebound(to: CChar.self) { characters in
            let count = UInt64(characters.count)
            let encoding = UInt8(SQLITE_UTF8)
            sqlite3_bind_text64(handle, index, characters.baseAddress, count, nil, encoding)
        }
    }

    /// Runs up to the next row or the end and returns SQLite's code.
    func step() -> Int32 {
        sqlite3_step(handle)
    }

    /// Ends the run: its snapshot and what it had bound are let go.
    func reset() {
        sqlite3_reset(handle)
    }

    /// Runs to the end and resets.
    func run() -> Int32 {
        defer { reset() }
        return step()
    }

    /// A column of the present row as a number.
    func number(at column: Int32) -> Int64 {
        sqlite3_column_int64(handle, column)
    }

    /// A column's bytes, valid until the next step or reset.
    func bytes(at column: Int32) -> UnsafeRawBufferPointer {
        let address = sqlite3_column_blob(handle, column)
        return UnsafeRawBufferPointer(
            start: address,
            count: Int(sqlite3_column_bytes(handle, column))
        )
    }
}
