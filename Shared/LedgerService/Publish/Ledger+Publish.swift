package import LedgerCore
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
    package func publish(
        _ batch: PublishBatch,
        to id: StreamID,
        idempotency: IdempotencyMark?
    ) async throws(LedgerError) -> PublishReceipt {
        let arrived = clock.instant()
        while true {
            let known = try await publishable(id)
            let stream = known.value
            let parts = PartitionedBatch(batch, partitionCount: stream.partitionCount)
            try check(batch, parts, idempotency)
            let units = parts.records.map { records in
                AppendUnit(
                    records: records,
                    idempotency: idempotency,
                    expectedOffset: batch.expectedOffset,
                    arrived: arrived
                )
            }
            let outcomes = try await append(
                units,
                to: parts.partitions,
                of: stream,
                known: known.readAt,
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

    /// The stream as this process knows it, else as the table does.
    func publishable(_ id: StreamID) async throws(LedgerError) -> Observed<StreamRow> {
        if let cached = streams.row(id, clock: clock) { return cached }
        let readAt = clock.instant()
        let stream = Observed(try await activeStream(id), readAt: readAt)
        streams.remember(stream)
        return stream
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
                await appenders.appender(stream, partition, in: self)
                    .append(unit, context, in: self)
            }
        guard let mark = units[0].idempotency else { return outcomes }
        return await reconsider(outcomes, mark, partitions, stream)
    }

    /// What a publish with an `Idempotency-Key` could not store, its twin may have stored meanwhile:
    /// that it is not stored is said only after a look that did not find it.
    private func reconsider(
        _ outcomes: [AppendOutcome],
        _ mark: IdempotencyMark,
        _ partitions: [Partition],
        _ stream: StreamRow
    ) async -> [AppendOutcome] {
        guard !outcomes.allSatisfy(\.isProven) else { return outcomes }
        let rows = await attempt { () throws(LedgerError) in
            try await storedBefore(mark, in: stream)
        }
        return zip(partitions, outcomes).map { partition, outcome in
            guard !outcome.isProven else { return outcome }
            guard let rows = try? rows.get() else { return .unknown }
            guard let row = rows[partition] else { return outcome }
            return row.bodyHash == mark.bodyHash ? .stored(row.stored) : .idempotencyKeyReused
        }
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
    private func appendAtomically(
        _ units: [AppendUnit],
        to partitions: [Partition],
        of stream: StreamRow,
        _ context: AppendContext
    ) async -> [AppendOutcome] {
        // Looked up once: a deletion meanwhile makes the stream's appenders be forgotten.
        let held = partitions.map { appenders.appender(stream, $0, in: self) }
        if let refusal = await acquire(held, arrived: units[0].arrived) {
            return partitions.map { _ in refusal }
        }
        let lanes = partitions.indices.map { index in
            AppendLane(
                partition: partitions[index],
                tail: held[index].tail(clock),
                units: [units[index]]
            )
        }
        let known = clock.instant()
        let result = await run(lanes, context)
        let outcomes = result.outcomes.map { $0[0] }
        for (index, partition) in partitions.enumerated() {
            noteAppended([units[index]], [outcomes[index]], stream.id, context, partition)
            held[index].release(tail: result.tails[index], known: known, in: self)
        }
        return outcomes
    }

    /// Waits until all these partitions are the caller's alone.
    ///
    /// - Returns: Why they are not; then none of them is.
    private func acquire(
        _ held: [PartitionAppender],
        arrived: Instant
    ) async -> AppendOutcome? {
        let turns = appenders.line(up: held, arrived: arrived)
        var granted: [PartitionAppender] = []
        var refusal: AppendOutcome?
        for (appender, turn) in zip(held, turns) {
            switch await turn.decision() {
            case .granted: granted.append(appender)
            case .refused(let outcome): refusal = outcome
            }
        }
        guard let refusal else { return nil }
        for appender in granted { appender.release(in: self) }
        return refusal
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
