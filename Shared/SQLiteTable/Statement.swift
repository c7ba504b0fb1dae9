import CSQLite

/// A prepared statement.
final class Statement {
    private let handle: OpaquePointer
    private let database: OpaquePointer

    init(_ database: OpaquePointer, _ sql: String) throws(SQLiteFailure) {
        var handle: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        let code = sqlite3_prepare_v3(database, sql, -1, flags, &handle, nil)
        guard code == SQLITE_OK, let handle else {
            throw SQLiteFailure(code: code, message: String(cString: sqlite3_errmsg(database)))
        }
        self.handle = handle
        self.database = database
    }

    deinit {
        sqlite3_finalize(handle)
    }

    // MARK: Parameters, counted from 1

    func bind(_ index: Int32, _ value: Int64?) {
        if let value {
            sqlite3_bind_int64(handle, index, value)
        } else {
            sqlite3_bind_null(handle, index)
        }
    }

    /// Binds text; SQLite copies it.
    func bind(_ index: Int32, _ text: String) {
        var text = text
        text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                _ = sqlite3_bind_text(handle, index, $0.baseAddress, Int32($0.count), Self.copied)
            }
        }
    }

    /// Binds bytes; SQLite copies them.
    func bind(_ index: Int32, _ bytes: [UInt8]) {
        bytes.withUnsafeBytes { bind(index, $0, Self.copied) }
    }

    /// Binds bytes that stay where they are until ``reset()``.
    func bindInPlace(_ index: Int32, _ bytes: UnsafeRawBufferPointer) {
        bind(index, bytes, nil)
    }

    /// `SQLITE_TRANSIENT`
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    private func bind(
        _ index: Int32,
        _ bytes: UnsafeRawBufferPointer,
        _ destructor: sqlite3_destructor_type?
    ) {
        if bytes.isEmpty {
            // A nil address would bind NULL.
            sqlite3_bind_zeroblob(handle, index, 0)
        } else {
            sqlite3_bind_blob64(
                handle,
                index,
                bytes.baseAddress,
                UInt64(bytes.count),
                destructor
            )
        }
    }

    // MARK: Rows

    /// Whether there is another row.
    func step() throws(SQLiteFailure) -> Bool {
        let code = sqlite3_step(handle)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            throw SQLiteFailure(code: code, message: String(cString: sqlite3_errmsg(database)))
        }
    }

    func integer(_ column: Int32) -> Int64 {
        sqlite3_column_int64(handle, column)
    }

    /// A column's bytes, valid until the next step or reset.
    func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        let address = sqlite3_column_blob(handle, column)
        return UnsafeRawBufferPointer(
            start: address,
            count: address == nil ? 0 : Int(sqlite3_column_bytes(handle, column))
        )
    }

    func text(_ column: Int32) -> String {
        String(decoding: bytes(column), as: UTF8.self)
    }

    func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }
}
