import CSQLite

extension Connection {
    /// The result of a checkpoint.
    struct Checkpoint {
        /// Frames of the log that the database holds; 0 also when the log is empty by now.
        let copied: Int
        /// True when readers, or another program, kept it from doing all that was asked.
        let wasHeldUp: Bool
    }

    /// Copies the log into the database as far as no reader is in the way.
    func checkpoint() throws(SQLiteFailure) -> Checkpoint {
        try checkpoint(SQLITE_CHECKPOINT_PASSIVE)
    }

    /// Copies all of the log and lets the next write begin it anew, waiting a short while for
    /// readers that still need it.
    ///
    /// - Parameter shrink: Also cut the file to nothing; without, its blocks are used again,
    ///   which is faster.
    /// - Returns: The frames that were copied; held up when a reader took too long, by which
    ///   nothing is lost.
    /// - Throws: Any failure but a reader's lock.
    func restartLog(shrink: Bool) throws(SQLiteFailure) -> Checkpoint {
        waitBriefly()
        defer { waitPatiently() }
        return try checkpoint(shrink ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_RESTART)
    }

    private func checkpoint(_ mode: Int32) throws(SQLiteFailure) -> Checkpoint {
        var copied: Int32 = 0
        let code = sqlite3_wal_checkpoint_v2(handle, nil, mode, nil, &copied)
        let failure = code == SQLITE_OK ? nil : failure(code)
        if let failure, !failure.isBusy { throw failure }
        // The count is negative when the checkpoint could not run.
        return Checkpoint(copied: max(Int(copied), 0), wasHeldUp: failure != nil)
    }

    /// After every commit, `frames` becomes the number of frames in the log.
    func recordLogFrames(in frames: UnsafeMutablePointer<Int32>) {
        sqlite3_wal_hook(handle, storeFrames, frames)
    }

    /// Decides over the log when this connection is closed as the last one.
    ///
    /// It is left as it is when `keeps` is true, and else copied into the database and removed.
    func keepLog(_ keeps: Bool) {
        _ = el_sqlite3_keep_log(handle, keeps ? 1 : 0)
    }
}

private func storeFrames(
    context: UnsafeMutableRawPointer?,
    connection: OpaquePointer?,
    database: UnsafePointer<CChar>?,
    frames: Int32
) -> Int32 {
    context?.assumingMemoryBound(to: Int32.self).pointee = frames
    return SQLITE_OK
}
