package import LedgerCore

/// The shells of ``DeletionMark`` and ``PartitionSeal``.
extension Ledger {
    /// Deletes a stream: fences its writers, frees its name, and leaves the rows to the sweep.
    ///
    /// Returns as soon as the name is free, whatever the size of the stream. Safe to repeat.
    package func deleteStream(_ id: StreamID) async throws(LedgerError) {
        let stream = try await markDeleting(id)
        try await afterChange { () throws(LedgerError) in try await finishDeletion(of: stream) }
    }

    private func markDeleting(_ id: StreamID) async throws(LedgerError) -> StreamRow {
        let known = clock.instant()
        let item = try await row(.stream(id))
        var mark = DeletionMark()
        var action = try decoded { () throws(TableError) in try mark.start(item) }
        while true {
            switch action {
            case .write(let write):
                let outcome = try await apply(write, decided: known)
                action = try decoded { () throws(TableError) in try mark.receive(outcome) }
            case .finish(let stream): return stream
            case .fail(.noSuchStream): throw .streamNotFound(id)
            case .fail(.contention): throw .contention
            }
        }
    }

    /// Does the rest of a deletion that was begun, by this or another process.
    func finishDeletion(of stream: StreamRow) async throws(LedgerError) {
        streams.forget(stream.id)
        appenders.forget(stream)
        let sealed = await inParallel(stream.partitions) { [self] partition in
            await result { () throws(LedgerError) in try await seal(partition, of: stream) }
        }
        for result in sealed { try result.get() }
        let decided = clock.instant()
        let writes = stream.release(at: clock.wall(), rules: configuration.rules)
        _ = try await apply(writes, decided: decided)
        signals.change(stream.id)
    }

    private func seal(_ partition: Partition, of stream: StreamRow) async throws(LedgerError) {
        var seal = PartitionSeal(partition, of: stream, rules: configuration.rules)
        var action = seal.start()
        let decided = clock.instant()
        while true {
            switch action {
            case .readTail:
                let reading = try await reading(of: partition, in: stream)
                action = seal.receive(reading, now: clock.wall())
            case .write(let write):
                let outcome = try await apply(write, decided: decided)
                action = try decoded { () throws(TableError) in try seal.receive(outcome) }
            case .finish: return
            }
        }
    }
}
