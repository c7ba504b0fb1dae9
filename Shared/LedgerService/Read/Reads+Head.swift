package import LedgerCore

/// The shell of ``HeadPlan``.
extension Ledger {
    /// The head of one partition, strongly read: the present one, or as it was when `offset` was the
    /// next one.
    ///
    /// The offset must lie between two chunks, for only there is a hash.
    package func head(
        of id: StreamID,
        partition index: Int64,
        at offset: Offset?
    ) async throws(LedgerError) -> PartitionHead {
        let stream = try await activeStream(id)
        var plan = HeadPlan(of: index, in: stream, at: offset, trust: trust(in: stream))
        var action = plan.start()
        while true {
            switch action {
            case .readTail(let partition):
                let tail = await tail(of: partition, in: stream)
                action = plan.receive(tail: tail, now: clock.wall())
            case .read(let query): action = plan.receive(page: await find(query))
            case .finish(let head): return head
            case .fail(let refusal): throw LedgerError(refusal)
            }
        }
    }
}
