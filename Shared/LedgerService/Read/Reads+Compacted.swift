import LedgerCore

/// The shell of ``CompactedPlan``.
extension Reads {
    /// One page of the latest events, one per key, without tombstones.
    ///
    /// A page begins behind `place`, where the page before ended. It may have few entries or none and
    /// still not be the last: ``CompactedPlan`` says why.
    ///
    /// - Returns: The entries and where the next page begins, nil at the end.
    func compacted(
        _ id: StreamID,
        limit: Int,
        after place: CompactedPlan.Place?
    ) async throws(LedgerError) -> (entries: [CompactedEntry], next: CompactedPlan.Place?) {
        let stream = try await streams.compactedStream(id)
        var plan = CompactedPlan(
            of: stream,
            limit: limit,
            after: place,
            begun: clock.instant(),
            rules: access.configuration.rules
        )
        var action = plan.start()
        while true {
            switch action {
            case .read(let query):
                action = plan.receive(await access.find(query), now: clock.instant())
            case .finish(let entries, let next): return (entries, next)
            case .fail(let refusal): throw LedgerError(refusal)
            }
        }
    }

    /// The latest event of one key.
    func compacted(
        _ id: StreamID,
        key: EventKey
    ) async throws(LedgerError) -> CompactedEntry {
        let observed = try await streams.compactedStream(id)
        let stream = observed.value
        let partition = Partitioner.partition(forKey: key.utf8, count: stream.partitionCount)
        let row = try await access.row(.latest(stream.incarnation, partition, key))
        let patience = ReadPatience(since: observed.readAt, rules: access.configuration.rules)
        return try access.unlessRefused { () throws(Refusal) in
            try patience.check(at: clock.instant())
            return try CompactedEntry.existing(row, in: id)
        }
    }
}
