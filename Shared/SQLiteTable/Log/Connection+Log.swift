import CSQLite

extension Connection {
    /// What a checkpoint found: frames in the log, and how many of them the database holds.
    struct Checkpoint {
        let frames: Int
        let copied: Int
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
    /// - Returns: What was found and done.
    /// - Throws: A busy failure when a reader took too long; nothing is lost by it.
    func restartLog(shrink: Bool) throws(SQLiteFailure) -> Checkpoint {
        waitBriefly()
        defer { waitPatiently() }
        return try checkpoint(shrink ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_RESTART)
    }

    private func checkpoint(_ mode: Int32) throws(SQLiteFailure) -> Checkpoint {
        var frames: Int32 = 0
        var copied: Int32 = 0
        try check(sqlite3_wal_checkpoint_v2(handle, nil, mode, &frames, &copied))
        return Checkpoint(frames: Int(frames), copied: Int(copied))
    }

    /// After every commit, `frames` becomes the number of frames in the log.
    func recordLogFrames(in frames: UnsafeMutablePointer<Int32>) {
        sqlite3_wal_hook(handle, storeFrames, frames)
    }

    /// Closing leaves the log as it is.
    func keepLog() {
        _ = el_sqlite3_keep_log(handle)
    }
}

private func storeFrames(
    _ context: UnsafeMutableRawPointer?,
    _ connection: OpaquePointer?,
    _ database: UnsafePointer<CChar>?,
    _ frames: Int32
) -> Int32 {
    context?.assumingMemoryBound(to: Int32.self).pointee = frames
    return SQLITE_OK
}
