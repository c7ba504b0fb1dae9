package import LedgerCore

/// One look at one partition, and the shells of ``PartitionSweep`` and ``SweptMark``.
extension Ledger {
    /// Looks at a partition: has it folded where that was missed, records that its tail was
    /// verified, and removes what has expired.
    ///
    /// - Parameters:
    ///   - partition: The partition.
    ///   - stream: The stream, as it was read.
    ///   - known: A moment before it was read.
    ///   - run: The run that looks.
    /// - Returns: Before when there is nothing more to do, unless something is appended; nil when
    ///   nothing is going to expire.
    /// - Throws: ``LedgerError/tailUnverified(_:)``, or what a failed table call becomes.
    func look(
        at partition: Partition,
        of stream: StreamRow,
        known: Instant,
        in run: SweepRun
    ) async throws(LedgerError) -> Timestamp? {
        let request = FoldRequest(partition, of: stream)
        let decided = clock.instant()
        let began = clock.now()
        var plan = PartitionSweep(
            at: partition,
            of: stream,
            trust: trust(in: stream),
            foldsInBackground: configuration.foldsInBackground,
            began: began
        )
        var action = plan.start()
        while true {
            switch action {
            case .readTail:
                let reading = try await reading(of: partition, in: stream)
                action = plan.receive(reading, now: clock.wall())
            case .confirm:
                try checkPatience(since: known)
                action = plan.confirmed()
            case .mark(let progress, let tail):
                let basis = SweptMark.Basis.sweep(progress, decided: decided)
                try await markSwept(request, tail: tail, verifiedAt: began, basis: basis)
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

    /// Reads the end of a partition, with its progress.
    func reading(
        of partition: Partition,
        in stream: StreamRow
    ) async throws(LedgerError) -> TailReading {
        do throws(TableError) {
            return try await readTail(of: partition, in: stream.incarnation)
        } catch {
            throw LedgerError(error, in: stream.id)
        }
    }

    /// Takes a stream's tails on an operator's word (design, section 4, rule 2).
    ///
    /// - Returns: By partition, the offset up to which it is folded.
    package func acceptTail(_ id: StreamID) async throws(LedgerError) -> [(Partition, Offset)] {
        let stream = try await activeStream(id)
        var watermarks: [(Partition, Offset)] = []
        for partition in stream.partitions {
            let readAt = clock.now()
            let tail: Offset
            do throws(LedgerError) {
                tail = try await end(of: partition, in: stream).next
            } catch {
                throw watermarks.isEmpty ? error : error.afterChange
            }
            let watermark = try await afterChange { () throws(LedgerError) in
                try await accept(tail, of: partition, in: stream, readAt: readAt)
            }
            watermarks.append((partition, watermark))
        }
        return watermarks
    }

    private func accept(
        _ tail: Offset,
        of partition: Partition,
        in stream: StreamRow,
        readAt: Timestamp
    ) async throws(LedgerError) -> Offset {
        let request = FoldRequest(partition, of: stream)
        let report = try await fold(request, compacts: stream.compaction, upTo: tail)
        try await markSwept(request, tail: tail, verifiedAt: readAt, basis: .operatorsWord)
        return report.watermark
    }

    private func markSwept(
        _ request: FoldRequest,
        tail: Offset,
        verifiedAt: Timestamp,
        basis: SweptMark.Basis
    ) async throws(LedgerError) {
        var mark = SweptMark(
            of: request,
            tail: tail,
            verifiedAt: verifiedAt,
            basis: basis,
            rules: configuration.rules
        )
        var action = mark.start()
        while true {
            switch action {
            case .readProgress(let key):
                let asked = clock.instant()
                let item = try await row(key)
                action = try decoded { () throws(TableError) in
                    try mark.receive(progress: item, asked: asked)
                }
            case .write(let write, let decided):
                action = mark.receive(try await apply(write, decided: decided))
            case .finish: return
            case .giveUp: throw .contention
            }
        }
    }
}
