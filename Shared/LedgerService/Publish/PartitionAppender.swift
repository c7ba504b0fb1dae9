import LedgerCore
import Synchronization

/// Appends to one partition, one write at a time: what waits meanwhile shares the next chunk.
final class PartitionAppender: Sendable {
    /// Someone in the queue.
    private enum Waiting: Sendable {
        /// Events to append.
        case unit(AppendUnit, CheckedContinuation<AppendOutcome, Never>)
        /// An atomic publish, which needs the partition for itself.
        case exclusive(CheckedContinuation<Void, Never>)
    }

    private struct State {
        var queue: [Waiting] = []
        var isBusy = false
        var tail: CachedTail?
        var context: AppendContext?
    }

    /// Units share a chunk up to so many bytes of payload.
    private static let mergedBytes = Limits.chunkPayloadBytes
    /// Units with an idempotency row that share one transaction.
    private static let mergedMarks = 32

    let partition: Partition
    private let stream: StreamID
    private let state = Mutex(State())

    init(stream: StreamID, partition: Partition) {
        self.stream = stream
        self.partition = partition
    }

    /// Appends `unit` and says what became of it.
    func append(
        _ unit: AppendUnit,
        _ context: AppendContext,
        in ledger: Ledger
    ) async
        -> AppendOutcome
    {
        await withCheckedContinuation { continuation in
            let starts = state.withLock { state in
                state.queue.append(.unit(unit, continuation))
                state.context = context
                defer { state.isBusy = true }
                return !state.isBusy
            }
            if starts { start(in: ledger) }
        }
    }

    /// Returns once the partition is the caller's alone, with the tail as last known.
    func acquire(_ clock: any LedgerClock) async -> Tail? {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.isBusy { state.queue.append(.exclusive(continuation)) }
                defer { state.isBusy = true }
                return !state.isBusy
            }
            if isFree { continuation.resume() }
        }
        return state.withLock { $0.tail }?.fresh(clock)
    }

    /// Gives back what ``acquire(_:)`` took.
    ///
    /// `known`: A moment before `tail` was found.
    func release(tail: Tail?, known: Instant, in ledger: Ledger) {
        remember(tail, known)
        start(in: ledger)
    }

    private func start(in ledger: Ledger) {
        Task(executorPreference: ledger.configuration.executor) { await self.run(in: ledger) }
    }

    private func remember(_ tail: Tail?, _ known: Instant) {
        let cached = tail.map { CachedTail(tail: $0, known: known) }
        state.withLock { $0.tail = cached }
    }

    /// What ``take(_:)`` found at the head of the queue.
    private enum Next {
        case units([AppendUnit], [CheckedContinuation<AppendOutcome, Never>], Tail?, AppendContext)
        case exclusive(CheckedContinuation<Void, Never>)
        case nothing
    }

    private func run(in ledger: Ledger) async {
        while true {
            switch take(ledger.clock) {
            case .nothing: return
            case .exclusive(let continuation): return continuation.resume()
            case .units(let units, let continuations, let tail, let context):
                let lane = AppendLane(partition: partition, tail: tail, units: units)
                let known = ledger.clock.instant()
                let result = await ledger.run([lane], context)
                remember(result.tails[0], known)
                ledger.noteAppended(units, result.outcomes[0], stream, context, partition)
                for (continuation, outcome) in zip(continuations, result.outcomes[0]) {
                    continuation.resume(returning: outcome)
                }
            }
        }
    }

    private func take(_ clock: any LedgerClock) -> Next {
        state.withLock { state in
            if case .exclusive(let continuation)? = state.queue.first {
                state.queue.removeFirst()
                return .exclusive(continuation)
            }
            guard !state.queue.isEmpty, let context = state.context else {
                state.isBusy = false
                return .nothing
            }
            let (units, continuations) = Self.merge(&state.queue)
            return .units(units, continuations, state.tail?.fresh(clock), context)
        }
    }

    /// Takes the units that go into one append: the first, and what fits beside it.
    ///
    /// One that expects an offset only goes first.
    private static func merge(
        _ queue: inout [Waiting]
    ) -> (
        [AppendUnit], [CheckedContinuation<AppendOutcome, Never>]
    ) {
        var units: [AppendUnit] = []
        var continuations: [CheckedContinuation<AppendOutcome, Never>] = []
        var bytes = 0
        var marks: Set<String> = []
        for waiting in queue {
            guard case .unit(let unit, let continuation) = waiting else { break }
            bytes += unit.records.payload.count
            if !units.isEmpty {
                guard bytes <= mergedBytes, unit.expectedOffset == nil, marks.count < mergedMarks
                else { break }
            }
            if let mark = unit.idempotency {
                // Two of one key would be two writes of one row.
                guard marks.insert(mark.keyHash).inserted else { break }
            }
            units.append(unit)
            continuations.append(continuation)
        }
        queue.removeFirst(units.count)
        return (units, continuations)
    }
}
