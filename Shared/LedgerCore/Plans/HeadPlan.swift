package import LedgerBytes

/// Finds the head of one partition: now, or as it was when a given offset was the next one.
///
///     readTail ─┬─ no offset, or the tail's ─────────────────→ finish
///               ├─ sealed, unverified, or too short ─────────→ fail
///               ├─ offset 0, or the watermark's ─────────────→ finish
///               └─→ readBefore ─┬─ a chunk ends there ───────→ finish
///                               ├─ a chunk holds it ─────────→ fail
///                               └─ none ─→ readFirst ────────→ fail: it has expired
///
/// There is a hash only between two chunks. The watermark remembers one more than the log does.
package struct HeadPlan: ~Copyable {
    /// The next step of the shell.
    package enum Action: Hashable, Sendable {
        /// Read the tail of this partition, then ``HeadPlan/receive(tail:now:)``.
        case readTail(Partition)
        /// Do this query, then ``HeadPlan/receive(page:)``.
        case read(Query)
        /// The head was found.
        case finish(PartitionHead)
        /// There is no such head, or it could not be read.
        case fail(Refusal)
    }

    private enum State: Sendable {
        /// Nothing was asked yet. Next: readingTail, finished.
        case created
        /// The partition's tail is being read. Next: readingBefore, finished.
        case readingTail(Partition)
        /// The last chunk that begins before the offset is being read. Next: readingFirst, finished.
        case readingBefore(Partition, Offset)
        /// The oldest chunk is being read, to say where the log begins. Next: finished.
        case readingFirst(Partition, Offset)
        /// The answer was given. Next: nothing.
        case finished
    }

    private typealias Step = Transition<State, Action>

    private let stream: StreamRow
    private let index: Int64
    private let offset: Offset?
    private let trust: TailTrust
    private var state = State.created

    /// A plan for the head of one partition, by its number as the caller gave it, not negative.
    ///
    /// The head is the present one, or as it was when `offset` was the next one.
    package init(of index: Int64, in stream: StreamRow, at offset: Offset?, trust: TailTrust) {
        self.stream = stream
        self.index = index
        self.offset = offset
        self.trust = trust
    }

    /// Begins, with the first action.
    package mutating func start() -> Action {
        guard case .created = state else { preconditionFailure("a head is searched for once") }
        do throws(Refusal) {
            let partition = try stream.partition(index)
            return take((.readingTail(partition), .readTail(partition)))
        } catch {
            return take((.finished, .fail(error)))
        }
    }

    /// Takes the outcome of ``Action/readTail(_:)``, and the wall clock after it.
    package mutating func receive(
        tail reading: Result<TailReading, TableError>,
        now: Timestamp
    ) -> Action {
        guard case .readingTail(let partition) = state else {
            preconditionFailure("a tail came that was not asked for")
        }
        do throws(Refusal) {
            return take(try judge(try reading.orRefuse(), of: partition, now: now))
        } catch {
            return take((.finished, .fail(error)))
        }
    }

    /// Takes the outcome of ``Action/read(_:)``.
    package mutating func receive(page: Result<QueryPage, TableError>) -> Action {
        do throws(Refusal) {
            let chunk = try Self.chunk(try page.orRefuse().items.first)
            switch state {
            case .readingBefore(let partition, let offset):
                return take(try judge(chunk, before: offset, of: partition))
            case .readingFirst(let partition, let offset):
                throw .offsetExpired(partition, earliest: chunk?.end ?? offset)
            case .created, .readingTail, .finished:
                preconditionFailure("a page came that was not asked for")
            }
        } catch {
            return take((.finished, .fail(error)))
        }
    }

    // MARK: Steps

    /// Every step names the next state, so none can be forgotten.
    private mutating func take(_ step: Step) -> Action {
        state = step.state
        return step.action
    }

    private func judge(
        _ reading: TailReading,
        of partition: Partition,
        now: Timestamp
    ) throws(Refusal) -> Step {
        let tail: Tail
        switch reading.verdict(at: now, trusting: trust) {
        case .tail(let found): tail = found
        case .unverified: throw .tailUnverified(partition)
        case .sealed: throw .streamNotFound(stream.id)
        }
        guard let offset, offset != tail.next else {
            return finished(partition, at: tail.next, hash: tail.hash)
        }
        guard offset < tail.next else { throw .offsetOutOfRange(partition, next: tail.next) }
        if offset == .zero { return finished(partition, at: offset, hash: HashChain.start) }
        if let watermark = reading.progress?.foldedTail, watermark.next == offset {
            return finished(partition, at: offset, hash: watermark.hash)
        }
        let before = TableKey.chunk(stream.incarnation, partition, offset.previous).sortKey
        let query = Query(log(of: partition), through: before, order: .descending, limit: 1)
        return (.readingBefore(partition, offset), .read(query))
    }

    private func judge(
        _ chunk: ChunkRow?,
        before offset: Offset,
        of partition: Partition
    ) throws(Refusal) -> Step {
        guard let chunk, chunk.end >= offset else {
            return (.readingFirst(partition, offset), .read(Query(log(of: partition), limit: 1)))
        }
        guard chunk.end == offset else { throw .insideChunk(next: chunk.end) }
        return finished(partition, at: offset, hash: chunk.hash)
    }

    private func finished(_ partition: Partition, at offset: Offset, hash: Digest) -> Step {
        (.finished, .finish(PartitionHead(partition: partition, next: offset, hash: hash)))
    }

    private func log(of partition: Partition) -> RowGroup { .log(stream.incarnation, partition) }

    /// Nil: there is none, or a seal.
    private static func chunk(_ item: Item?) throws(Refusal) -> ChunkRow? {
        guard let item else { return nil }
        let entry = try decoded { () throws(TableError) in try LogEntry(item) }
        guard case .chunk(let chunk) = entry else { return nil }
        return chunk
    }
}

/// The length of a partition and the hash of everything in it up to there.
package struct PartitionHead: Hashable, Sendable {
    /// The partition whose head it is.
    package let partition: Partition
    /// The offset after the last event that the hash covers.
    package let next: Offset
    /// The hash chain there: ``HashChain/start`` before the first event.
    package let hash: Digest
}
