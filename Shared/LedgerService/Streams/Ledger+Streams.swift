package import LedgerCore

extension Ledger {
    /// Creates a stream.
    package func createStream(
        _ id: StreamID,
        _ settings: StreamSettings
    ) async throws(LedgerError)
        -> StreamDescription
    {
        let stream = StreamRow(
            id: id,
            incarnation: freshID(),
            partitionCount: settings.partitionCount,
            retentionHours: settings.retentionHours,
            compaction: settings.compaction,
            created: clock.now()
        )
        let known = clock.instant()
        let name = StreamNameRow(stream: stream.incarnation, id: id)
        let writes = [Write.put(stream.item, if: .notExists), .put(name.item)]
        guard case .applied = try await apply(writes, decided: known) else {
            throw .streamAlreadyExists(id)
        }
        streams.remember(stream, known: known)
        let empty = stream.partitions.map {
            StreamDescription.PartitionState(
                partition: $0,
                earliest: .zero,
                next: .zero,
                compactedUpTo: settings.compaction ? .zero : nil
            )
        }
        return StreamDescription(stream: stream, partitions: empty)
    }

    /// A stream and how its partitions stand.
    package func describeStream(_ id: StreamID) async throws(LedgerError) -> StreamDescription {
        try await describe(try await activeStream(id))
    }

    /// Changes how long a stream keeps its events.
    ///
    /// Shorter holds at once for every read; longer holds for what is published from now on, by other
    /// processes up to ``Limits/cacheAge`` later: they may know the stream as it was.
    ///
    /// - Throws: ``LedgerError/streamNotFound(_:)``, ``LedgerError/contention``, or what a failed
    ///   table call becomes.
    package func updateStream(
        _ id: StreamID,
        retentionHours: Int?
    ) async throws(LedgerError)
        -> StreamDescription
    {
        for _ in 0..<Limits.casTries {
            let decided = clock.instant()
            let stream = try await activeStream(id)
            var changed = stream
            changed.retentionHours = retentionHours
            changed.version += 1
            let known = clock.instant()
            let write = Write.put(changed.item, if: stream.unchanged)
            if case .applied = try await apply(write, decided: decided) {
                streams.remember(changed, known: known)
                sweepMemory.forget(changed.incarnation)
                return try await afterChange { () throws(LedgerError) in
                    try await describe(changed)
                }
            }
        }
        throw .contention
    }

    /// The stream as the table has it now.
    func activeStream(_ id: StreamID) async throws(LedgerError) -> StreamRow {
        try active(try await row(.stream(id)), id)
    }

    func active(_ item: Item?, _ id: StreamID) throws(LedgerError) -> StreamRow {
        guard let item else { throw .streamNotFound(id) }
        let stream = try decoded { () throws(TableError) in try StreamRow(item) }
        guard stream.state == .active else { throw .streamNotFound(id) }
        return stream
    }

    /// The stream, which must keep a compacted state.
    func compactedStream(_ id: StreamID) async throws(LedgerError) -> StreamRow {
        let stream = try await activeStream(id)
        guard stream.compaction else { throw .compactionDisabled(id) }
        return stream
    }

    private func describe(_ stream: StreamRow) async throws(LedgerError) -> StreamDescription {
        let states = await inParallel(stream.partitions) { [self] partition in
            await result { () throws(LedgerError) in try await state(of: partition, in: stream) }
        }
        var partitions: [StreamDescription.PartitionState] = []
        for state in states { partitions.append(try state.get()) }
        return StreamDescription(stream: stream, partitions: partitions)
    }

    private func state(
        of partition: Partition,
        in stream: StreamRow
    ) async throws(LedgerError)
        -> StreamDescription.PartitionState
    {
        let end = try await end(of: partition, in: stream)
        let earliest = try await earliestOffset(of: partition, in: stream, endingAt: end)
        return StreamDescription.PartitionState(
            partition: partition,
            earliest: earliest,
            next: end.next,
            compactedUpTo: stream.compaction ? end.progress?.foldedTail.next ?? .zero : nil
        )
    }

    /// When the ends of a stream's logs may be believed.
    func trust(in stream: StreamRow) -> TailTrust {
        TailTrust(
            created: stream.created,
            onlySweepDeletes: !table.deletesLogByItself,
            rules: configuration.rules
        )
    }

    /// The expiry of a stream's chunks at `now`.
    func expiration(of stream: StreamRow, at now: Timestamp) -> Expiration {
        Expiration(of: stream, at: now, rules: configuration.rules)
    }

    /// A partition's end, as far as it can be seen.
    func end(
        of partition: Partition,
        in stream: StreamRow
    ) async throws(LedgerError) -> PartitionEnd {
        let reading: TailReading
        do throws(TableError) {
            reading = try await readTail(of: partition, in: stream.incarnation)
        } catch {
            throw LedgerError(error, in: stream.id)
        }
        switch reading.verdict(at: clock.wall(), trusting: trust(in: stream)) {
        case .tail(let tail), .unverified(let tail):
            return PartitionEnd(next: tail.next, progress: reading.progress)
        case .sealed: throw .streamNotFound(stream.id)
        }
    }
}

/// What is known of a partition's end.
struct PartitionEnd {
    /// The offset of the next event.
    let next: Offset
    let progress: ProgressRow?

    /// Below, nothing is looked for: of what was removed there, some rows may be left.
    var trimmedBelow: Offset { progress?.trimmedBelow ?? .zero }
}
