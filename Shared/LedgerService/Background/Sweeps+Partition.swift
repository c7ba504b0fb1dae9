import LedgerCore

/// One look at one partition: the shell of ``PartitionSweep``.
extension Sweeps {
    /// Looks at a partition: has it folded where that was missed, records that its tail was
    /// verified, and removes what has expired.
    ///
    /// - Parameters:
    ///   - partition: The partition.
    ///   - observed: The stream, as it was read.
    ///   - run: The run that looks.
    /// - Returns: Before when there is nothing more to do, unless something is appended; nil when
    ///   nothing is going to expire.
    /// - Throws: ``LedgerError/tailUnverified(_:)``, or what a failed table call becomes.
    func look(
        at partition: Partition,
        of observed: Observed<StreamRow>,
        in run: SweepRun
    ) async throws(LedgerError) -> Timestamp? {
        let stream = observed.value
        let request = FoldRequest(partition, of: stream)
        let decided = clock.instant()
        let began = clock.now()
        var plan = PartitionSweep(
            at: partition,
            of: stream,
            trust: access.trust(in: stream),
            foldsInBackground: access.configuration.foldsInBackground,
            began: began
        )
        var action = plan.start()
        while true {
            switch action {
            case .readTail:
                let reading = try await access.tail(of: partition, in: stream)
                action = plan.receive(reading, now: clock.wall())
            case .confirm:
                try access.checkPatience(since: observed.readAt)
                action = plan.confirmed()
            case .mark(let progress, let tail):
                let basis = SweptMark.Basis.sweep(progress, decided: decided)
                try await folds.markSwept(request, tail: tail, verifiedAt: began, basis: basis)
                action = plan.marked()
            case .enqueue(let folded, let tail):
                foldLags.found(request, from: folded, to: tail)
                foldQueue.enqueue(request)
                action = plan.followed()
            case .comeBack:
                await comeBack(to: request, in: run)
                action = plan.followed()
            case .trim(let reading):
                let due = try await trim(partition, of: stream, reading: reading, in: run)
                action = plan.trimmed(due: due)
            case .finish(let due): return due
            case .fail: throw .tailUnverified(partition)
            }
        }
    }
}
