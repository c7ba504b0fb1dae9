public import LedgerCore
import Logging

extension Ledger {
    /// Appends events to a stream.
    ///
    /// `batch`: The events.
    ///
    /// `idempotency`: What makes a repetition recognisable.
    ///
    /// Throws ``LedgerError/partialPublish(_:)`` or ``LedgerError/outcomeUnknown`` when events are
    /// or may be stored; after any other error none are.
    public func publish(
        _ batch: PublishBatch,
        to id: StreamID,
        idempotency: IdempotencyMark?
    ) async throws(LedgerError) -> PublishReceipt {
        while true {
            let (stream, known) = try await publishable(id)
            let parts = PartitionedBatch(batch, partitionCount: stream.partitionCount)
            try check(batch, parts, idempotency)
            let units = parts.records.map { records in
                AppendUnit(
                    records: records,
                    idempotency: idempotency,
                    expectedOffset: batch.expectedOffset
                )
            }
            let outcomes = try await append(
                units,
                to: parts.partitions,
                of: stream,
                known: known,
                isAtomic: batch.isAtomic
            )
            guard outcomes.contains(.streamGone) else {
                return try receipt(stream, parts, outcomes)
            }
            // The description was out of date, or the stream is being deleted right now.
            streams.forget(id)
            appenders.forget(stream)
            let isAllGone = outcomes.allSatisfy { $0 == .streamGone }
            guard isAllGone else { throw .streamNotFound(id) }
        }
    }

    /// The stream as this process knows it, else as the table does, and when it was so.
    func publishable(
        _ id: StreamID
    ) async throws(LedgerError) -> (row: StreamRow, known: Instant) {
        if let cached = streams.row(id, clock: clock) { return cached }
        let known = clock.instant()
        let stream = try await activeStream(id)
        streams.remember(stream, known: known)
        return (stream, known)
    }

    private func check(
        _ batch: PublishBatch,
        _ parts: PartitionedBatch,
        _ idempotency: IdempotencyMark?
    ) throws(LedgerError) {
        if batch.expectedOffset != nil, parts.partitions.count > 1 {
            throw .invalid(
                field: "expected_offset",
                message: "needs all events in one partition; these keys fall into "
                    + "\(parts.partitions.count)"
            )
        }
        let rows = parts.partitions.count * (idempotency == nil ? 1 : 2)
        if batch.isAtomic, rows > Limits.transactionItems {
            throw .invalid(
                field: "atomic",
                message: "these events fall into \(parts.partitions.count) partitions, more than "
                    + "one transaction takes",
                limit: Limits.transactionItems
            )
        }
    }

    private func append(
        _ units: [AppendUnit],
        to partitions: [Partition],
        of stream: StreamRow,
        known: Instant,
        isAtomic: Bool
    ) async throws(LedgerError) -> [AppendOutcome] {
        if let mark = units[0].idempotency {
            let known = try await storedBefore(mark, in: stream)
            if known.contains(where: { $0.value.bodyHash != mark.bodyHash }) {
                throw .idempotencyKeyReused
            }
            if partitions.allSatisfy({ known[$0] != nil }) {
                return partitions.compactMap { known[$0] }.map { .stored($0.stored) }
            }
        }
        try refuseToStamp(retentionHours: stream.retentionHours)
        let context = AppendContext(stream: stream, trust: trust(in: stream), known: known)
        let outcomes =
            isAtomic && partitions.count > 1
            ? await appendUncancelled(units, to: partitions, of: stream, context)
            : await inParallel(Array(zip(partitions, units))) { [self] partition, unit in
                await appenders.appender(stream, partition).append(unit, context, in: self)
            }
        return try await reconsider(outcomes, units, partitions, stream)
    }

    /// An offset conflict of a request whose twin stored the events meanwhile is a success.
    private func reconsider(
        _ outcomes: [AppendOutcome],
        _ units: [AppendUnit],
        _ partitions: [Partition],
        _ stream: StreamRow
    ) async throws(LedgerError) -> [AppendOutcome] {
        guard case .offsetConflict? = outcomes.first, let mark = units[0].idempotency,
            let row = try await storedBefore(mark, in: stream)[partitions[0]]
        else { return outcomes }
        return [row.bodyHash == mark.bodyHash ? .stored(row.stored) : .idempotencyKeyReused]
    }

    /// The live idempotency rows of a key, by partition.
    private func storedBefore(
        _ mark: IdempotencyMark,
        in stream: StreamRow
    )
        async throws(LedgerError) -> [Partition: IdempotencyRow]
    {
        let prefix = Array(mark.keyHash.utf8)
        let page = try await rows(
            Query(
                .idempotency(stream.incarnation),
                from: prefix + [UInt8(ascii: "#")],
                through: prefix + [UInt8(ascii: "#") + 1],
                limit: Limits.partitions.upperBound
            )
        )
        let now = clock.now()
        var known: [Partition: IdempotencyRow] = [:]
        for item in page.items {
            let row = try decoded { () throws(TableError) in try IdempotencyRow(item) }
            if row.isLive(at: now) { known[row.partition] = row }
        }
        return known
    }

    /// As every append, it learns its fate when its client is gone: a cancelled task could neither
    /// pause nor call the table, and would only try in vain until the deadline.
    private func appendUncancelled(
        _ units: [AppendUnit],
        to partitions: [Partition],
        of stream: StreamRow,
        _ context: AppendContext
    ) async -> [AppendOutcome] {
        await Task(executorPreference: configuration.executor) { [self] in
            await appendAtomically(units, to: partitions, of: stream, context)
        }.value
    }

    /// One transaction over all partitions, each held for it alone.
    ///
    /// Taken in order of their numbers, so that two atomic publishes never wait for each other.
    private func appendAtomically(
        _ units: [AppendUnit],
        to partitions: [Partition],
        of stream: StreamRow,
        _ context: AppendContext
    ) async -> [AppendOutcome] {
        let order = partitions.indices.sorted { partitions[$0] < partitions[$1] }
        // Looked up once: a deletion meanwhile makes the stream's appenders be forgotten.
        let held = order.map { appenders.appender(stream, partitions[$0]) }
        var lanes: [AppendLane] = []
        for (appender, index) in zip(held, order) {
            let tail = await appender.acquire(clock)
            lanes.append(
                AppendLane(partition: partitions[index], tail: tail, units: [units[index]])
            )
        }
        let known = clock.instant()
        let result = await run(lanes, context)
        var outcomes = [AppendOutcome](repeating: .unknown, count: partitions.count)
        for (position, index) in order.enumerated() {
            let partition = partitions[index]
            outcomes[index] = result.outcomes[position][0]
            noteAppended([units[index]], [outcomes[index]], stream.id, context, partition)
            held[position].release(tail: result.tails[position], known: known, in: self)
        }
        return outcomes
    }

    private func receipt(
        _ stream: StreamRow,
        _ parts: PartitionedBatch,
        _ outcomes: [AppendOutcome]
    ) throws(LedgerError) -> PublishReceipt {
        var ranges: [(partition: Partition, stored: StoredRange)] = []
        for (partition, outcome) in zip(parts.partitions, outcomes) {
            guard case .stored(let range) = outcome else {
                log(parts.partitions, outcomes, of: stream.id)
                throw PublishFailure(parts.partitions, outcomes, of: stream.id).error
            }
            ranges.append((partition, range))
        }
        return PublishReceipt(stream: stream.id, lanes: parts.lanes, ranges: ranges)
    }

    /// Why partitions were not stored, where it was the table's fault: the answer has no place for
    /// it.
    private func log(
        _ partitions: [Partition],
        _ outcomes: [AppendOutcome],
        of stream: StreamID
    ) {
        for (partition, outcome) in zip(partitions, outcomes) {
            guard case .failed(let error) = outcome else { continue }
            logger.warning(
                "an append failed",
                metadata: [
                    "stream": "\(stream)", "partition": "\(partition.index)",
                    "error": "\(error.message)",
                ]
            )
        }
    }
}
