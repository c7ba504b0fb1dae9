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

    /// Makes durable what the log holds, whatever became of the process that wrote it.
    ///
    /// A process that was killed between its write and its fsync leaves commits that SQLite
    /// recovers and the disk may never see; so does one whose fsync failed, and there another
    /// fsync succeeds for nothing, because the system takes the failed pages for written.
    /// Hence each byte is written once more, and synced, before anybody is served from it.
    func rewriteLog() throws(SQLiteFailure) {
        // Recovers the log, and keeps everybody else from writing to it.
        try execute("BEGIN IMMEDIATE")
        do throws(SQLiteFailure) {
            try rewrite()
        } catch {
            try? execute("ROLLBACK")
            throw error
        }
        try execute("COMMIT")
    }

    private func rewrite() throws(SQLiteFailure) {
        var found: UnsafeMutablePointer<sqlite3_file>?
        try check(
            sqlite3_file_control(handle, nil, SQLITE_FCNTL_JOURNAL_POINTER, &found)
        )
        guard let file = found, let methods = file.pointee.pMethods?.pointee else { return }
        var size: Int64 = 0
        try check(methods.xFileSize(file, &size))
        guard size > 0 else { return }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        var offset: Int64 = 0
        while offset < size {
            let count = Int32(min(size - offset, Int64(buffer.count)))
            try check(methods.xRead(file, buffer.baseAddress, count, offset))
            try check(methods.xWrite(file, buffer.baseAddress, count, offset))
            offset += Int64(count)
        }
        try check(methods.xSync(file, SQLITE_SYNC_NORMAL))
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
