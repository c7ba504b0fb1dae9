import LedgerCore

/// The tails of a stream that were taken on an operator's word.
struct AcceptedTails {
    /// True where the stream keeps a compacted state.
    let isCompacted: Bool
    /// By partition, up to where its log is folded.
    let partitions: [(Partition, Offset)]
}

/// Tails that are believed, and the shell of ``SweptMark``.
extension Folds {
    /// Accepts the tails of all partitions, and says what kind of stream it was done to.
    func acceptTails(of id: StreamID) async throws(LedgerError) -> AcceptedTails {
        let stream = try await streams.stream(id, freshness: .now).value
        let folded = try await acceptTail(id)
        return AcceptedTails(isCompacted: stream.compaction, partitions: folded)
    }

    /// Takes a stream's tails on an operator's word (design, section 4, rule 2).
    ///
    /// - Returns: By partition, the offset up to which it is folded.
    private func acceptTail(_ id: StreamID) async throws(LedgerError) -> [(Partition, Offset)] {
        let stream = try await streams.stream(id, freshness: .now).value
        var watermarks: [(Partition, Offset)] = []
        for partition in stream.partitions {
            let readAt = clock.now()
            let tail: Offset
            do throws(LedgerError) {
                tail = try await access.end(of: partition, in: stream).next
            } catch {
                throw watermarks.isEmpty ? error : error.afterChange
            }
            let watermark = try await access.afterChange { () throws(LedgerError) in
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

    /// Records that a tail was seen, or taken on an operator's word.
    // Not inlined: see ``TableAccess/readTail(of:in:alwaysProgress:)``.
    @inline(never)
    func markSwept(
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
            rules: access.configuration.rules
        )
        var action = mark.start()
        while true {
            switch action {
            case .readProgress(let key):
                let asked = clock.instant()
                let item = try await access.row(key)
                action = try access.decoded { () throws(TableError) in
                    try mark.receive(progress: item, asked: asked)
                }
            case .write(let write, let decided):
                action = mark.receive(try await access.apply(write, decided: decided))
            case .finish: return
            case .giveUp: throw .contention
            }
        }
    }
}
