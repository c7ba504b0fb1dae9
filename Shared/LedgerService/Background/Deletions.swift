import LedgerCore

/// The shells of ``DeletionMark`` and ``PartitionSeal``.
final class Deletions: Sendable {
    private let access: TableAccess
    private let streams: StreamCatalog
    private let appenders: Appenders
    private let signals: AppendSignals

    init(
        _ access: TableAccess,
        streams: StreamCatalog,
        appenders: Appenders,
        signals: AppendSignals
    ) {
        self.access = access
        self.streams = streams
        self.appenders = appenders
        self.signals = signals
    }

    private var clock: BelievedClock { access.clock }

    /// Deletes a stream: fences its writers, frees its name, and leaves the rows to the sweep.
    ///
    /// Returns as soon as the name is free, whatever the size of the stream. Safe to repeat.
    func deleteStream(_ id: StreamID) async throws(LedgerError) {
        let stream = try await markDeleting(id)
        try await access.afterChange { () throws(LedgerError) in
            try await finishDeletion(of: stream)
        }
    }

    private func markDeleting(_ id: StreamID) async throws(LedgerError) -> StreamRow {
        let known = clock.instant()
        let item = try await access.row(.stream(id))
        var mark = DeletionMark()
        var action = try access.decoded { () throws(TableError) in try mark.start(item) }
        while true {
            switch action {
            case .write(let write):
                let outcome = try await access.apply(write, decided: known)
                action = try access.decoded { () throws(TableError) in try mark.receive(outcome) }
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
        let writes = stream.release(at: clock.wall(), rules: access.configuration.rules)
        _ = try await access.apply(writes, decided: decided)
        signals.change(stream.id)
    }

    private func seal(_ partition: Partition, of stream: StreamRow) async throws(LedgerError) {
        var seal = PartitionSeal(partition, of: stream, rules: access.configuration.rules)
        var action = seal.start()
        let decided = clock.instant()
        while true {
            switch action {
            case .readTail:
                let reading = try await access.tail(of: partition, in: stream)
                action = seal.receive(reading, now: clock.wall())
            case .write(let write):
                let outcome = try await access.apply(write, decided: decided)
                action = try access.decoded { () throws(TableError) in try seal.receive(outcome) }
            case .finish: return
            }
        }
    }
}
