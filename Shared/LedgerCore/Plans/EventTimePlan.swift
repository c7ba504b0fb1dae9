/// Finds the time of the first event at or behind an offset of a partition.
///
///     readAround ─┬─ a chunk holds the offset ─────────────────→ finish
///                 ├─ none does: read what follows it ─→ readBehind ─→ finish
///                 └─ damage ────────────────────────────────────→ fail
///
/// The events of a chunk were appended at once and have its time, so nothing is decoded.
package struct EventTimePlan: ~Copyable {
    /// The next step of the shell.
    package enum Action: Hashable, Sendable {
        /// Do this query, then ``EventTimePlan/receive(_:)``.
        case read(Query)
        /// The time; nil when there is no such event.
        case finish(Timestamp?)
        /// The log could not be read.
        case fail(Refusal)
    }

    private enum State: Sendable {
        /// Nothing was read yet. Next: readingAround.
        case created
        /// The last chunk that begins at or before the offset is being read. Next: readingBehind,
        /// finished.
        case readingAround
        /// The first chunk behind the offset is being read. Next: finished.
        case readingBehind
        /// The answer was given. Next: nothing.
        case finished
    }

    private typealias Step = Transition<State, Action>

    private let offset: Offset
    private let partition: Partition
    private let stream: StreamRow
    private var state = State.created

    /// A search for the event at `offset`, or the first one behind it.
    package init(at offset: Offset, of partition: Partition, in stream: StreamRow) {
        self.offset = offset
        self.partition = partition
        self.stream = stream
    }

    /// Begins, with the first action.
    package mutating func start() -> Action {
        guard case .created = state else { preconditionFailure("a time is searched for once") }
        return take((.readingAround, .read(Query(log, through: key, order: .descending, limit: 1))))
    }

    /// Takes the outcome of a ``Action/read(_:)``.
    package mutating func receive(_ page: Result<QueryPage, TableError>) -> Action {
        do throws(TableError) {
            let chunk = try Self.chunk(try page.get().items.first)
            switch state {
            case .readingAround:
                if let chunk, chunk.end > offset {
                    return take((.finished, .finish(chunk.timestamp)))
                }
                return take((.readingBehind, .read(Query(log, from: key, limit: 1))))
            case .readingBehind: return take((.finished, .finish(chunk?.timestamp)))
            case .created, .finished: preconditionFailure("a page came that was not asked for")
            }
        } catch {
            return take((.finished, .fail(Refusal(error, in: stream.id))))
        }
    }

    private mutating func take(_ step: Step) -> Action {
        state = step.state
        return step.action
    }

    private var log: RowGroup { .log(stream.incarnation, partition) }

    private var key: [UInt8] { TableKey.chunk(stream.incarnation, partition, offset).sortKey }

    /// Nil: there is none, or a seal.
    private static func chunk(_ item: Item?) throws(TableError) -> ChunkRow? {
        guard let item, case .chunk(let chunk) = try LogEntry(item) else { return nil }
        return chunk
    }
}
