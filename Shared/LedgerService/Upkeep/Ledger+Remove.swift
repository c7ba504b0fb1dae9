import LedgerCore

/// Physical removal: what has expired, and what was deleted.
extension Ledger {
    /// Removes a partition's expired chunks that the engine does not remove by itself.
    ///
    /// Raises the trim first, so that a reader in between can tell expiry from damage.
    ///
    /// - Returns: How many rows were removed.
    func trim(_ partition: Partition, of stream: StreamRow) async throws(LedgerError) -> Int {
        var removed = 0
        while true {
            try checkCancellation()
            let decided = clock.instant()
            let progress = try await progress(of: partition, in: stream)
            let keys = try await expiredChunks(partition, stream, below: progress.watermark.next)
            guard let end = keys.end else { return removed }
            var changed = progress
            changed.trim = max(progress.trim, end)
            let write = progress.replacement(by: changed)
            if changed.trim > progress.trim,
                case .conditionFailed = try await apply(write, decided: decided)
            {
                continue
            }
            try await remove(keys.chunks)
            removed += keys.chunks.count
        }
    }

    /// One page of the oldest chunks that may go, all below the watermark.
    private func expiredChunks(
        _ partition: Partition,
        _ stream: StreamRow,
        below end: Offset
    )
        async throws(LedgerError) -> (chunks: [TableKey], end: Offset?)
    {
        let log = RowGroup.log(stream.incarnation, partition)
        // Most often nothing has expired: one chunk tells.
        let first = try await rows(Query(log, limit: 1))
        guard try expired(first.items, stream, below: end).end != nil else { return ([], nil) }
        return try expired(try await rows(Query(log, limit: 1000)).items, stream, below: end)
    }

    private func expired(
        _ items: [Item],
        _ stream: StreamRow,
        below end: Offset
    )
        throws(LedgerError) -> (chunks: [TableKey], end: Offset?)
    {
        var chunks: [TableKey] = []
        var last: Offset?
        for item in items {
            let entry = try decoded { () throws(TableError) in try LogEntry(item) }
            guard case .chunk(let chunk) = entry, chunk.end <= end, mayGo(chunk, stream) else {
                break
            }
            chunks.append(item.key)
            last = chunk.end
        }
        return (chunks, last)
    }

    /// A chunk with a ttl goes when that has passed (by the engine, where it does so); one
    /// without, once it is logically expired.
    private func mayGo(_ chunk: Chunk, _ stream: StreamRow) -> Bool {
        let now = clock.now()
        guard case .never = chunk.ttl else {
            return !table.deletesLogByItself && chunk.ttl.hasPassed(at: now)
        }
        guard let horizon = stream.expiryHorizon(at: now) else { return false }
        return chunk.timestamp <= horizon
    }

    /// Between two pages: what was removed stays so, and the next sweep goes on from there.
    private func checkCancellation() throws(LedgerError) {
        guard Task.isCancelled else { return }
        throw .unavailable(message: "the process is being stopped", mayHaveHappened: true)
    }

    func remove(_ keys: [TableKey]) async throws(LedgerError) {
        do throws(TableError) {
            try await table.batchDelete(keys)
        } catch {
            throw LedgerError(error)
        }
    }

    /// Rows with a ttl outside the log, for engines that leave them to us.
    func purge() async throws(LedgerError) -> Int {
        var removed = 0
        while true {
            try checkCancellation()
            let count: Int
            do throws(TableError) {
                count = try await table.purgeExpired(before: clock.now(), limit: 1000)
            } catch {
                throw LedgerError(error)
            }
            removed += count
            if count < 1000 { return removed }
        }
    }

    /// Goes on with the deletion jobs that are due.
    func runDeletionJobs(_ report: inout SweepReport) async throws(LedgerError) {
        var after: [UInt8]?
        repeat {
            let page = try await rows(Query(.deletions, after: after, limit: 100))
            for item in page.items {
                do throws(LedgerError) {
                    report.removedRows += try await runDeletionJob(item)
                } catch {
                    note(error, &report, ["step": "deletion"])
                }
            }
            after = page.next
        } while after != nil
    }

    /// Empties one group of rows after the other, and remembers how far it is.
    private func runDeletionJob(_ item: Item) async throws(LedgerError) -> Int {
        var job = try decoded { () throws(TableError) in try DeletionJob(item) }
        guard job.notBefore <= clock.now() else { return 0 }
        var removed = 0
        for group in job.groups.dropFirst(job.groupsDone) {
            if case .subscriptions = group { removed += try await removePositions(of: job) }
            removed += try await empty(group)
            job.groupsDone += 1
            _ = try await apply(.put(job.item, if: .exists), decided: clock.instant())
        }
        _ = try await apply(.delete(job.item.key), decided: clock.instant())
        return removed
    }

    private func removePositions(of job: DeletionJob) async throws(LedgerError) -> Int {
        var removed = 0
        var after: [UInt8]?
        repeat {
            let page = try await rows(Query(.subscriptions(job.stream), after: after, limit: 100))
            for item in page.items {
                let row = try decoded { () throws(TableError) in try SubscriptionRow(item) }
                removed += try await empty(
                    .positions(job.stream, subscription: row.incarnation)
                )
            }
            after = page.next
        } while after != nil
        return removed
    }

    private func empty(_ group: RowGroup) async throws(LedgerError) -> Int {
        var removed = 0
        while true {
            try checkCancellation()
            let page = try await rows(Query(group, limit: 1000))
            guard !page.items.isEmpty else { return removed }
            try await remove(page.items.map(\.key))
            removed += page.items.count
        }
    }
}
