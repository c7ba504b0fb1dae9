import CSQLite

/// The SQLite that is in use.
package enum SQLiteLibrary {
    /// Its version.
    package static var version: String { String(cString: sqlite3_libversion()) }
}
