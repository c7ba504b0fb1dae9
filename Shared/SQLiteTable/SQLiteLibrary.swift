import CSQLite

/// The SQLite that is in use.
public enum SQLiteLibrary {
    /// Its version.
    public static var version: String { String(cString: sqlite3_libversion()) }
}
