package import LedgerCore

/// A client's wishes for a stream that it creates.
package struct StreamSettings: Hashable, Sendable {
    /// 1–100.
    package var partitionCount = Limits.defaultPartitions
    /// Hours, 1–87,600; nil: for ever.
    package var retentionHours: Int? = Limits.defaultRetentionHours
    /// True to keep the latest event of each key.
    package var compaction = true

    /// The settings of a stream for which nothing is said.
    package init() {}
}

/// A stream and the ends of its partitions.
package struct StreamDescription: Sendable {
    /// The ends of one partition.
    package struct PartitionState: Hashable, Sendable {
        /// The partition that has these ends.
        package let partition: Partition
        /// The first offset that can be read.
        package let earliest: Offset
        /// The offset of the next event.
        package let next: Offset
        /// Folded up to here; nil without compaction.
        package let compactedUpTo: Offset?

        /// The ends that a look at a partition's tail and a search for its earliest offset found.
        init(of partition: Partition, in stream: StreamRow, earliest: Offset, end: PartitionEnd) {
            self.partition = partition
            self.earliest = earliest
            next = end.next
            compactedUpTo = stream.compaction ? end.progress?.foldedTail.next ?? .zero : nil
        }
    }

    /// The stream, as it was read before its partitions.
    package let stream: StreamRow
    /// All of them, in order.
    package let partitions: [PartitionState]
}

extension Ledger {
    /// Creates a stream.
    package func createStream(
        _ id: StreamID,
        _ settings: StreamSettings
    ) async throws(LedgerError) -> StreamDescription {
        let stream = StreamRow(
            id: id,
            incarnation: freshID(),
            partitionCount: settings.partitionCount,
            retentionHours: settings.retentionHours,
            compaction: settings.compaction,
            created: clock.now()
        )
        let decided = clock.instant()
        try await store(new: stream, decided: decided)
        streams.remember(Observed(stream, readAt: decided))
        let empty = PartitionEnd(next: .zero, progress: nil)
        let partitions = stream.partitions.map {
            StreamDescription.PartitionState(of: $0, in: stream, earliest: .zero, end: empty)
        }
        return StreamDescription(stream: stream, partitions: partitions)
    }

    /// Stores a stream whose name must be free.
    ///
    /// DynamoDB refuses a creation for the moment while another of the same name is under way. So it
    /// is repeated: the next try learns what became of the other.
    private func store(new stream: StreamRow, decided: Instant) async throws(LedgerError) {
        let name = StreamNameRow(stream: stream.incarnation, id: stream.id)
        let writes = [Write.put(stream.item, if: .notExists), .put(name.item)]
        var triesLeft = Limits.casTries
        while true {
            triesLeft -= 1
            do throws(LedgerError) {
                guard try await apply(writes, decided: decided).isApplied else {
                    throw .streamAlreadyExists(stream.id)
                }
                return
            } catch .throttled where triesLeft > 0 {
                await pause(Limits.conflictPause)
            }
        }
    }

    /// A stream and the ends of its partitions.
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
    ) async throws(LedgerError) -> StreamDescription {
        let changed = try await compareAndSet { () throws(LedgerError) in
            let decided = clock.instant()
            let changed = try await activeStream(id).retaining(hours: retentionHours)
            let readAt = clock.instant()
            let outcome = try await apply(changed.write, decided: decided)
            return (outcome.isApplied, Observed(changed.stream, readAt: readAt))
        }
        streams.remember(changed)
        sweepMemory.forget(changed.value.incarnation)
        return try await afterChange { () throws(LedgerError) in
            try await describe(changed.value)
        }
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
    ) async throws(LedgerError) -> StreamDescription.PartitionState {
        let end = try await end(of: partition, in: stream)
        let earliest = try await earliestOffset(of: partition, in: stream, endingAt: end)
        return StreamDescription.PartitionState(
            of: partition,
            in: stream,
            earliest: earliest,
            end: end
        )
    }

    // MARK: Finding

    /// The stream as the table has it now.
    func activeStream(_ id: StreamID) async throws(LedgerError) -> StreamRow {
        let row = try await row(.stream(id))
        return try unlessRefused { () throws(Refusal) in try StreamRow.active(row, named: id) }
    }

    /// The stream as the table has it now, which must keep a compacted state.
    func compactedStream(_ id: StreamID) async throws(LedgerError) -> StreamRow {
        let stream = try await activeStream(id)
        return try unlessRefused { () throws(Refusal) in try stream.keepingCompactedState() }
    }

    /// One page of streams, by name: the shell of ``StreamListing``.
    ///
    /// Only streams that fit one of `covered` are listed, which are in the order of their names and
    /// none within another; nil lists all streams. Nothing of any other stream shows in the answer.
    ///
    /// - Returns: The streams and the token of the next page, nil at the end.
    package func listStreams(
        limit: Int,
        after: [UInt8]?,
        covered: [StreamPattern]? = nil
    ) async throws(LedgerError) -> (streams: [StreamRow], next: [UInt8]?) {
        var listing = StreamListing(limit: limit, after: after, covered: covered)
        var action = listing.start()
        while true {
            switch action {
            case .read(let query): action = listing.receive(await find(query))
            case .finish(let streams, let next): return (streams, next)
            case .fail(let refusal): throw LedgerError(refusal)
            }
        }
    }

    // MARK: Rules of a stream

    /// When the ends of a stream's logs may be believed.
    func trust(in stream: StreamRow) -> TailTrust {
        TailTrust(
            created: stream.created,
            onlySweepDeletes: !table.deletesLogByItself,
            rules: configuration.rules
        )
    }

    /// The chunks of a stream that have expired at `now`.
    func expiration(of stream: StreamRow, at now: Timestamp) -> Expiration {
        Expiration(of: stream, at: now, rules: configuration.rules)
    }
}
