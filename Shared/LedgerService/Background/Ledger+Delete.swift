package import LedgerCore

extension Ledger {
    /// Deletes a stream: fences its writers, frees its name, and leaves the rows to the sweep.
    ///
    /// Returns as soon as the name is free, whatever the size of the stream. Safe to repeat.
    package func deleteStream(_ id: StreamID) async throws(LedgerError) {
        let known = clock.instant()
        guard let item = try await row(.stream(id)) else { throw .streamNotFound(id) }
        let stream = try decoded { () throws(TableError) in try StreamRow(item) }
        let deleting = try await markDeleting(stream, known)
        try await afterChange { () throws(LedgerError) in try await finishDeletion(deleting) }
    }

    /// `known`: A moment before the stream was read.
    private func markDeleting(
        _ stream: StreamRow,
        _ known: Instant
    ) async throws(LedgerError) -> StreamRow {
        var stream = stream
        for _ in 0..<Limits.casTries {
            if stream.state == .deleting { return stream }
            var deleting = stream
            deleting.state = .deleting
            deleting.version += 1
            let write = Write.put(deleting.item, if: stream.unchanged)
            switch try await apply(write, decided: known) {
            case .applied: return deleting
            case .conditionFailed(let current):
                guard let current else { throw .streamNotFound(stream.id) }
                let now = try decoded { () throws(TableError) in try StreamRow(current) }
                guard now.incarnation == stream.incarnation else {
                    throw .streamNotFound(stream.id)
                }
                stream = now
            }
        }
        throw .contention
    }

    /// The rest of a deletion that was begun, by this or another process.
    func finishDeletion(_ stream: StreamRow) async throws(LedgerError) {
        streams.forget(stream.id)
        appenders.forget(stream)
        let sealed = await inParallel(stream.partitions) { [self] partition in
            await result { () throws(LedgerError) in try await seal(partition, of: stream) }
        }
        for result in sealed { try result.get() }
        let decided = clock.instant()
        let job = DeletionJob(
            stream: stream.incarnation,
            subscription: nil,
            partitionCount: stream.partitionCount,
            deletedAt: clock.wall(),
            rules: configuration.rules
        )
        // If the row changed meanwhile, someone else finished the deletion.
        _ = try await apply(
            [
                .delete(.stream(stream.id), if: stream.unchanged),
                .put(job.item, if: .notExists),
            ],
            decided: decided
        )
        signals.change(stream.id)
    }

    /// Puts a seal at a partition's tail: every append with a cached tail runs into it.
    private func seal(_ partition: Partition, of stream: StreamRow) async throws(LedgerError) {
        let decided = clock.instant()
        let reading: TailReading
        do throws(TableError) {
            reading = try await readTail(stream.incarnation, partition)
        } catch {
            throw LedgerError(error, in: stream.id)
        }
        // Whatever may have expired behind this tail, also while we slept, no writer can know a later
        // one: it would have to be at least two days old.
        let verdict = reading.verdict(
            at: clock.wall(),
            TailTrust(created: stream.created, exempt: true, rules: configuration.rules)
        )
        guard case .tail(var tail) = verdict, configuration.rules.keep(.seal) else { return }
        while true {
            let item = LogEntry.sealItem(stream.incarnation, partition, at: tail.next)
            let outcome = try await apply(.put(item, if: .notExists), decided: decided)
            guard case .conditionFailed(let current) = outcome, let current else { return }
            let entry = try decoded { () throws(TableError) in try LogEntry(current) }
            guard case .chunk(let chunk) = entry else { return }
            tail = chunk.tail
        }
    }
}
