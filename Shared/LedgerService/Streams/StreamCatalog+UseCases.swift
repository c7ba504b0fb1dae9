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

extension StreamCatalog {
    /// Creates a stream.
    func createStream(
        _ id: StreamID,
        _ settings: StreamSettings
    ) async throws(LedgerError) -> StreamDescription {
        let stream = StreamRow(
            id: id,
            incarnation: access.freshID(),
            partitionCount: settings.partitionCount,
            retentionHours: settings.retentionHours,
            compaction: settings.compaction,
            created: clock.now()
        )
        let decided = clock.instant()
        try await store(new: stream, decided: decided)
        remember(Observed(stream, readAt: decided))
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
                guard try await access.apply(writes, decided: decided).isApplied else {
                    throw .streamAlreadyExists(stream.id)
                }
                return
            } catch .throttled where triesLeft > 0 {
                await access.pause(Limits.conflictPause)
            }
        }
    }

    /// A stream and the ends of its partitions.
    func describeStream(_ id: StreamID) async throws(LedgerError) -> StreamDescription {
        try await describe(try await stream(id, freshness: .now).value)
    }

    /// Changes how long a stream keeps its events.
    ///
    /// Shorter holds at once for every read; longer holds for what is published from now on, by other
    /// processes up to ``Limits/cacheAge`` later: they may know the stream as it was.
    ///
    /// - Throws: ``LedgerError/streamNotFound(_:)``, ``LedgerError/contention``, or what a failed
    ///   table call becomes.
    func updateStream(
        _ id: StreamID,
        retentionHours: Int?
    ) async throws(LedgerError) -> StreamDescription {
        let changed = try await access.compareAndSet { () throws(LedgerError) in
            let current = try await stream(id, freshness: .now)
            let changed = current.value.retaining(hours: retentionHours)
            let readAt = clock.instant()
            let outcome = try await access.apply(changed.write, decided: current.readAt)
            return (outcome.isApplied, Observed(changed.stream, readAt: readAt))
        }
        remember(changed)
        sweepMemory.forget(changed.value.incarnation)
        return try await access.afterChange { () throws(LedgerError) in
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
        let end = try await access.end(of: partition, in: stream)
        let earliest = try await offsets.earliestOffset(of: partition, in: stream, endingAt: end)
        return StreamDescription.PartitionState(
            of: partition,
            in: stream,
            earliest: earliest,
            end: end
        )
    }

    /// One page of streams, by name: the shell of ``StreamListing``.
    ///
    /// Only streams that fit one of `covered` are listed, which are in the order of their names and
    /// none within another; nil lists all streams. Nothing of any other stream shows in the answer.
    ///
    /// - Returns: The streams and the token of the next page, nil at the end.
    func listStreams(
        limit: Int,
        after: [UInt8]?,
        covered: [StreamPattern]? = nil
    ) async throws(LedgerError) -> (streams: [StreamRow], next: [UInt8]?) {
        var listing = StreamListing(limit: limit, after: after, covered: covered)
        var action = listing.start()
        while true {
            switch action {
            case .read(let query): action = listing.receive(await access.find(query))
            case .finish(let streams, let next): return (streams, next)
            case .fail(let refusal): throw LedgerError(refusal)
            }
        }
    }
}
