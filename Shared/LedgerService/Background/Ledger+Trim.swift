import LedgerCore

/// Physical removal of what has expired.
extension Ledger {
    /// Removes a partition's expired chunks that the engine does not remove by itself, a bounded
    /// number of them; the run comes back for the others.
    ///
    /// Raises the trim first, so that a reader in between can tell expiry from damage.
    ///
    /// - Returns: When the next chunk may go; nil when none is going to.
    func trim(
        _ partition: Partition,
        of stream: StreamRow,
        _ reading: TailReading,
        _ run: SweepRun
    ) async throws(LedgerError) -> Timestamp? {
        guard mayHoldExpired(reading, stream) else { return nil }
        for _ in 0..<Limits.sweepPages where !run.isOver {
            let decided = clock.instant()
            let progress = try await progress(of: partition, in: stream)
            let page = try await expiredChunks(partition, stream, below: progress.watermark.next)
            guard let end = page.end else { return page.due }
            var changed = progress
            changed.trim = max(progress.trim, end)
            let write = progress.replacement(by: changed)
            if changed.trim > progress.trim,
                case .conditionFailed = try await apply(write, decided: decided)
            {
                continue
            }
            try await remove(page.chunks, in: run)
            run.count { $0.removedRows += page.chunks.count }
        }
        await comeBack(to: FoldRequest(partition, of: stream), in: run)
        return clock.now()
    }

    /// Whether a look at the log's beginning is worth its price.
    ///
    /// An engine that removes what has a ttl leaves the rest, which there is only where events were
    /// once kept for ever, and then the newest chunk has none either.
    private func mayHoldExpired(_ reading: TailReading, _ stream: StreamRow) -> Bool {
        guard case .chunk(let newest)? = reading.newest else { return false }
        guard table.deletesLogByItself else { return true }
        return newest.ttl == .never && stream.retentionHours != nil
    }

    /// The oldest chunks that may go, all below the watermark, and when the next one may.
    private typealias ExpiredChunks = (chunks: [TableKey], end: Offset?, due: Timestamp?)

    private func expiredChunks(
        _ partition: Partition,
        _ stream: StreamRow,
        below end: Offset
    ) async throws(LedgerError) -> ExpiredChunks {
        let log = RowGroup.log(stream.incarnation, partition)
        // Most often nothing has expired: one chunk tells.
        let first = try expired(try await rows(Query(log, limit: 1)).items, stream, below: end)
        guard first.end != nil else { return first }
        let page = try await rows(Query(log, limit: Limits.sweepPageRows))
        return try expired(page.items, stream, below: end)
    }

    private func expired(
        _ items: [Item],
        _ stream: StreamRow,
        below end: Offset
    ) throws(LedgerError) -> ExpiredChunks {
        var chunks: [TableKey] = []
        var last: Offset?
        for item in items {
            let entry = try decoded { () throws(TableError) in try LogEntry(item) }
            guard case .chunk(let chunk) = entry else { break }
            let now = clock.now()
            guard chunk.end <= end else { return (chunks, last, now) }
            let due = removal(of: chunk, stream)
            guard let due, due <= now else { return (chunks, last, due) }
            chunks.append(item.key)
            last = chunk.end
        }
        return (chunks, last, nil)
    }

    /// When a chunk may go: one with a ttl when that has passed (by the engine, where it does so),
    /// one without when it is logically expired.
    private func removal(of chunk: Chunk, _ stream: StreamRow) -> Timestamp? {
        switch chunk.ttl {
        case .after(let second):
            table.deletesLogByItself ? nil : Timestamp(milliseconds: (second + 1) * 1000)
        case .never:
            stream.retentionHours.map {
                chunk.timestamp.advanced(byMilliseconds: Int64($0) * 3_600_000)
            }
        }
    }

    /// Removes rows, also while the table takes few writes: in smaller batches after pauses, for as
    /// long as the run lasts.
    func remove(_ keys: [TableKey], in run: SweepRun) async throws(LedgerError) {
        var left = keys[...]
        var size = Limits.sweepPageRows
        var failures = 0
        while !left.isEmpty {
            try checkCancellation()
            do throws(TableError) {
                try await table.batchDelete(Array(left.prefix(size)))
                left = left.dropFirst(size)
                size = min(size * 2, Limits.sweepPageRows)
                failures = 0
            } catch {
                failures += 1
                guard error.mayPass, failures < Limits.removalAttempts, !run.isOver else {
                    throw LedgerError(error)
                }
                size = max(size / 2, 25)
                await pause(min(50 << Int64(min(failures, 10)), 5_000))
            }
        }
    }

    /// Between two pages: what was removed stays so, and the next sweep goes on from there.
    func checkCancellation() throws(LedgerError) {
        guard Task.isCancelled else { return }
        throw .unavailable(message: "the process is being stopped", mayHaveHappened: true)
    }

    /// Removes rows with a ttl outside the log, for engines that leave them to us.
    func purge(_ run: SweepRun) async throws(LedgerError) {
        var count = Limits.sweepPageRows
        while count == Limits.sweepPageRows, !run.isOver {
            do throws(TableError) {
                count = try await table.purgeExpired(before: clock.now(), limit: count)
            } catch {
                throw LedgerError(error)
            }
            let removed = count
            run.count { $0.removedRows += removed }
        }
    }
}
