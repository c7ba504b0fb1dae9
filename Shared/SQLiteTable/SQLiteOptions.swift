/// How a table on SQLite behaves; the defaults are what the measurements in the documentation
/// were made with.
package struct SQLiteOptions: Hashable, Sendable {
    /// Threads that read, each with its own connection.
    package var readers: Int = 3
    /// Bytes of rows that one commit takes at most, unless one request alone has more.
    package var commitBytes: Int = 8 << 20
    /// How far the log may be ahead of the database before it is copied, bytes.
    package var checkpointBytes: Int = 4 << 20
    /// How long a smaller lead may last, milliseconds.
    package var checkpointInterval: Int = 200
    /// From which size on the log is begun anew, bytes, as soon as that is cheap.
    package var logBytes: Int = 64 << 20
    /// From which size on it is begun anew even if writes must wait for it, bytes.
    package var maximumLogBytes: Int = 192 << 20
    /// Page size of a new file, bytes: a power of two, 512–65,536.
    package var pageBytes: Int = 4096
    /// Page cache of the writing connection, bytes; each reading one has a quarter.
    package var cacheBytes: Int = 32 << 20
    /// How much of the file each reader maps into memory, bytes; 0: none.
    package var mappedBytes: Int = 1 << 30
    /// How long to wait for a lock that another program holds on the file, milliseconds.
    package var lockPatience: Int = 5000
    /// The largest database, pages; nil: SQLite's own limit.
    ///
    /// A write beyond it fails as on a full disk.
    package var maximumPages: Int?
    /// SQLite's way to the disk, by the name under which it was registered; nil: the system's.
    ///
    /// For tests of what happens when the disk fails.
    package var fileSystem: String?

    /// The defaults.
    package init() {}
}
