/// What a table on SQLite has done since it was opened, for metrics.
public struct SQLiteStatistics: Hashable, Sendable {
    /// Commits, each one fsync of the log; those that had nothing to write count too.
    public var commits: Int
    /// Calls that these commits answered.
    public var writes: Int
    /// Rows that they wrote or removed.
    public var rows: Int
    /// The most calls that shared one commit.
    public var largestCommit: Int
    /// Times that part of the log was copied into the database.
    public var checkpoints: Int
    /// Times that this failed; the log keeps everything meanwhile.
    public var checkpointFailures: Int
    /// Times that the log began anew.
    public var logRestarts: Int
    /// What of the log is in use, bytes.
    public var walBytes: Int
    /// The most that was, bytes.
    public var peakWALBytes: Int
    /// Size of the log's file, bytes; it does not shrink when the log begins anew.
    public var walFileBytes: Int

    /// Rows in a commit on the average, 0 before the first.
    public var rowsPerCommit: Double {
        commits == 0 ? 0 : Double(rows) / Double(commits)
    }
}
