package import LedgerCore

/// What a client says when it creates a stream.
package struct StreamSettings: Hashable, Sendable {
    /// 1–100.
    package var partitionCount = Limits.defaultPartitions
    /// Hours, 1–87,600; nil: for ever.
    package var retentionHours: Int? = Limits.defaultRetentionHours
    /// Whether the latest event of each key is kept.
    package var compaction = true

    /// The defaults.
    package init() {}
}

/// A stream and how its partitions stand.
package struct StreamDescription: Sendable {
    /// One partition.
    package struct PartitionState: Hashable, Sendable {
        /// Which.
        package let partition: Partition
        /// The first offset that can be read.
        package let earliest: Offset
        /// The offset of the next event.
        package let next: Offset
        /// Folded up to here; nil without compaction.
        package let compactedUpTo: Offset?
    }

    /// The stream.
    package let stream: StreamRow
    /// In order.
    package let partitions: [PartitionState]
}

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
        let name = StreamName(stream.incarnation, id)
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
        for _ in 0..<Self.attempts {
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

    /// How often a compare-and-set is tried before giving up.
    static let attempts = 10

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
            await attempt { () throws(LedgerError) in try await state(of: partition, in: stream) }
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
            compactedUpTo: stream.compaction ? end.progress?.watermark.next ?? .zero : nil
        )
    }

    /// When the ends of a stream's logs may be believed.
    func trust(in stream: StreamRow) -> TailTrust {
        TailTrust(
            created: stream.created,
            exempt: !table.deletesLogByItself,
            rules: configuration.rules
        )
    }

    /// What has expired of a stream at `now`.
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
            reading = try await readTail(stream.incarnation, partition)
        } catch {
            throw LedgerError(error, in: stream.id)
        }
        switch reading.verdict(at: clock.wall(), trust(in: stream)) {
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
    let progress: Progress?

    /// Below, nothing is looked for: of what was removed there, some rows may be left.
    var trim: Offset { progress?.trim ?? .zero }
}

extension Ledger {
    /// One page of streams, by name.
    ///
    /// `covered`: Only streams that fit one of the patterns, which are in the order of their names
    /// and none within another; nil: all streams. Nothing of any other stream shows in the answer.
    ///
    /// - Returns: The streams and the token of the next page, nil at the end.
    package func listStreams(
        limit: Int,
        after: [UInt8]?,
        covered: [StreamPattern]? = nil
    ) async throws(LedgerError) -> (streams: [StreamRow], next: [UInt8]?) {
        var streams: [StreamRow] = []
        for pattern in covered ?? [.all] where !pattern.liesBefore(after) {
            guard streams.count < limit else {
                return (streams.filter(\.isActive), streams.last.map { Array($0.id.name.utf8) })
            }
            let page = try await rows(
                Query(
                    .streams,
                    from: pattern.lowerBound,
                    through: pattern.upperBound,
                    after: after,
                    limit: limit - streams.count
                )
            )
            streams += try decoded { () throws(TableError) in
                try page.items.map { item throws(TableError) in try StreamRow(item) }
            }
            if let next = page.next { return (streams.filter(\.isActive), next) }
        }
        return (streams.filter(\.isActive), nil)
    }
}

extension StreamRow {
    fileprivate var isActive: Bool { state == .active }
}

extension StreamPattern {
    /// The first sort key that can fit.
    fileprivate var lowerBound: [UInt8]? { name.isEmpty ? nil : Array(name.utf8) }

    /// A sort key that no fitting one is beyond: names are ASCII.
    fileprivate var upperBound: [UInt8]? {
        guard !name.isEmpty else { return nil }
        return isPrefix ? Array(name.utf8) + [0x7f] : Array(name.utf8)
    }

    /// Whether everything that fits lies at or before this sort key.
    fileprivate func liesBefore(_ sortKey: [UInt8]?) -> Bool {
        guard let sortKey, let upperBound else { return false }
        return !sortKey.lexicographicallyPrecedes(upperBound)
    }
}
