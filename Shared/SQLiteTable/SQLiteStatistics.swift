/// What a table on SQLite has done since it was opened, for metrics.
package struct SQLiteStatistics: Hashable, Sendable {
    /// Commits, each one fsync of the log; those that had nothing to write count too.
    package var commits: Int
    /// Calls that these commits answered.
    package var writes: Int
    /// Rows that they wrote or removed.
    package var rows: Int
    /// The most calls that shared one commit.
    package var largestCommit: Int
    /// Times that part of the log was copied into the database.
    package var checkpoints: Int
    /// Times that this failed; the log keeps everything meanwhile.
    package var checkpointFailures: Int
    /// Times that the log began anew.
    package var logRestarts: Int
    /// What of the log is in use, bytes.
    package var walBytes: Int
    /// The most that was, bytes.
    package var peakWALBytes: Int
    /// Size of the log's file, bytes; it does not shrink when the log begins anew.
    package var walFileBytes: Int

    /// Rows in a commit on the average, 0 before the first.
    package var rowsPerCommit: Double {
        commits == 0 ? 0 : Double(rows) / Double(commits)
    }
}
