package import LedgerCore

/// One look at one partition.
extension Ledger {
    /// Looks at a partition: has it folded where that was missed, records that its tail was
    /// verified, and removes what has expired.
    ///
    /// `known`: A moment before `stream` was read.
    ///
    /// - Returns: Before when there is nothing more to do, unless something is appended; nil when
    ///   nothing is going to expire.
    func look(
        at partition: Partition,
        of stream: StreamRow,
        known: Instant,
        in run: SweepRun
    ) async throws(LedgerError) -> Timestamp? {
        let decided = clock.instant()
        let moment = clock.now()
        let reading = try await reading(of: partition, in: stream)
        let trust = trust(in: stream)
        switch reading.verdict(at: clock.wall(), trust) {
        case .sealed: return nil
        case .unverified: throw .tailUnverified(partition)
        // What is never deleted behind our back needs no memory of having been empty.
        case .tail(.empty) where trust.exempt: return nil
        case .tail(let tail):
            let progress =
                reading.progress ?? Progress(stream: stream.incarnation, partition: partition)
            // In a process that stood still the stream may be deleted by now, and its rows removed.
            try checkPatience(since: known)
            if !trust.exempt {
                try await markSwept(
                    partition,
                    of: stream,
                    progress,
                    upTo: tail.next,
                    at: moment,
                    decided: decided
                )
            }
            let lag = tail.next.distance(from: progress.watermark.next)
            if lag > 0 { await follow(tail.next, partition, of: stream, progress, run) }
            let due = try await trim(partition, of: stream, reading: reading, in: run)
            return lag > 0 ? moment : due
        }
    }

    func reading(
        of partition: Partition,
        in stream: StreamRow
    ) async throws(LedgerError) -> TailReading {
        do throws(TableError) {
            return try await readTail(stream.incarnation, partition)
        } catch {
            throw LedgerError(error, in: stream.id)
        }
    }

    /// Has the watermark brought to the tail: later in this run, or in a process that folds in the
    /// background by a ring, so that it is done with the same consideration for publishers.
    private func follow(
        _ tail: Offset,
        _ partition: Partition,
        of stream: StreamRow,
        _ progress: Progress,
        _ run: SweepRun
    ) async {
        let request = FoldRequest(partition, of: stream)
        guard configuration.foldsInBackground, stream.compaction else {
            return await comeBack(to: request, in: run)
        }
        foldLags.found(request, from: progress.watermark.next, to: tail)
        foldQueue.enqueue(request)
    }

    /// Takes a partition's tail on an operator's word (design, section 4, rule 2).
    ///
    /// - Returns: By partition, what is folded up to where.
    package func acceptTail(_ id: StreamID) async throws(LedgerError) -> [(Partition, Offset)] {
        let stream = try await activeStream(id)
        var result: [(Partition, Offset)] = []
        for partition in stream.partitions {
            let moment = clock.now()
            let tail: Offset
            do throws(LedgerError) {
                tail = try await end(of: partition, in: stream).next
            } catch {
                throw result.isEmpty ? error : error.afterChange
            }
            let watermark = try await afterChange { () throws(LedgerError) in
                try await acceptTail(tail, partition, of: stream, at: moment)
            }
            result.append((partition, watermark))
        }
        return result
    }

    private func acceptTail(
        _ tail: Offset,
        _ partition: Partition,
        of stream: StreamRow,
        at moment: Timestamp
    ) async throws(LedgerError) -> Offset {
        let report = try await fold(
            FoldRequest(partition, of: stream),
            compacts: stream.compaction,
            upTo: tail
        )
        try await markSwept(partition, of: stream, upTo: tail, at: moment, isForced: true)
        return report.watermark
    }

    /// Records that the tail was verified.
    ///
    /// Not before the watermark has reached it, for only the watermark remembers it when its chunks
    /// expire; and not more often than needed, for each time is a write.
    ///
    /// `found`: The progress as it was read with the tail.
    ///
    /// `moment`: Before the tail was read: what was written since lives for two days more.
    ///
    /// `decided`: The same moment by both clocks; nil: now.
    ///
    /// `isForced`: On an operator's word, and at once.
    private func markSwept(
        _ partition: Partition,
        of stream: StreamRow,
        _ found: Progress? = nil,
        upTo tail: Offset,
        at moment: Timestamp,
        decided: Instant? = nil,
        isForced: Bool = false
    ) async throws(LedgerError) {
        var found = found
        for _ in 0..<Limits.casTries {
            let decided = decided ?? clock.instant()
            let progress: Progress
            if let found {
                progress = found
            } else {
                progress = try await self.progress(of: partition, in: stream)
            }
            // Rounds do not come to the minute.
            let due = progress.swept?.advanced(byMilliseconds: Limits.sweepEvery / 2)
            guard isForced || due.map({ $0 <= moment }) ?? true else { return }
            guard progress.watermark.next >= tail || !configuration.rules.keep(.sweptLast) else {
                return
            }
            var changed = progress
            changed.swept = moment
            let write = progress.replacement(by: changed)
            if case .applied = try await apply(write, decided: decided) { return }
            found = nil
        }
        throw .contention
    }

    func progress(
        of partition: Partition,
        in stream: StreamRow
    ) async throws(LedgerError)
        -> Progress
    {
        guard let item = try await row(.progress(stream.incarnation, partition)) else {
            return Progress(stream: stream.incarnation, partition: partition)
        }
        return try decoded { () throws(TableError) in try Progress(item) }
    }
}
