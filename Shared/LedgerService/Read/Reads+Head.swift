import LedgerCore

/// The shell of ``HeadPlan``.
extension Reads {
    /// The head of one partition, strongly read: the present one, or as it was when `offset` was the
    /// next one.
    ///
    /// The offset must lie between two chunks, for only there is a hash.
    func head(
        of id: StreamID,
        partition index: Int64,
        at offset: Offset?
    ) async throws(LedgerError) -> PartitionHead {
        let stream = try await streams.stream(id, freshness: .now).value
        var plan = HeadPlan(of: index, in: stream, at: offset, trust: access.trust(in: stream))
        var action = plan.start()
        while true {
            switch action {
            case .readTail(let partition):
                let tail = await result { () throws(TableError) in
                    try await access.readTail(of: partition, in: stream.incarnation)
                }
                action = plan.receive(tail: tail, now: clock.wall())
            case .read(let query): action = plan.receive(page: await access.find(query))
            case .finish(let head): return head
            case .fail(let refusal): throw LedgerError(refusal)
            }
        }
    }
}
