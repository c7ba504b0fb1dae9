import LedgerCore
import Synchronization

/// Appends to one partition, one write at a time: what waits meanwhile shares the next chunk.
final class PartitionAppender: Sendable {
    private typealias Waiter = CheckedContinuation<AppendOutcome, Never>

    private struct State {
        var queue: AppendQueue<Waiter, AppendTurn>
        var isBusy = false
        var tail: CachedTail?
        var context: AppendContext?
    }

    let partition: Partition
    private let stream: StreamID
    private let state: Mutex<State>

    /// `patience`: How long a request may wait for its turn, milliseconds.
    init(stream: StreamID, partition: Partition, patience: Int64) {
        self.stream = stream
        self.partition = partition
        state = Mutex(State(queue: AppendQueue(patience: patience)))
    }

    /// Nobody appends, and the tail as last known is too old to be of use.
    func isIdle(_ clock: BelievedClock) -> Bool {
        state.withLock { !$0.isBusy && $0.tail?.fresh(clock) == nil }
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
            let (isTaken, starts) = state.withLock { state in
                guard state.queue.add(unit, continuation) else { return (false, false) }
                state.context = context
                defer { state.isBusy = true }
                return (true, !state.isBusy)
            }
            if !isTaken { continuation.resume(returning: .queueFull) }
            if starts { start(in: ledger) }
        }
    }

    /// Puts an atomic publish in line, or gives it the partition at once.
    func add(_ turn: AppendTurn, arrived: Instant) {
        let decision: AppendTurn.Decision? = state.withLock { state in
            defer { state.isBusy = true }
            guard state.isBusy else { return .granted }
            return state.queue.add(turn, arrived: arrived) ? nil : .refused(.queueFull)
        }
        if let decision { turn.decide(decision) }
    }

    /// The tail as last known, for whoever has the partition for itself.
    func tail(_ clock: BelievedClock) -> Tail? {
        state.withLock { $0.tail }?.fresh(clock)
    }

    /// Gives back what a granted ``AppendTurn`` had, the tail unchanged.
    func release(in ledger: Ledger) {
        start(in: ledger)
    }

    /// Gives back what a granted ``AppendTurn`` had.
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
        case units([AppendQueue<Waiter, AppendTurn>.Unit], Tail?, AppendContext)
        case exclusive(AppendTurn)
        case nothing
    }

    private func run(in ledger: Ledger) async {
        while true {
            switch take(ledger.clock) {
            case .nothing: return
            case .exclusive(let turn): return turn.decide(.granted)
            case .units(let entries, let tail, let context):
                await append(entries, at: tail, context, in: ledger)
            }
        }
    }

    private func append(
        _ entries: [AppendQueue<Waiter, AppendTurn>.Unit],
        at tail: Tail?,
        _ context: AppendContext,
        in ledger: Ledger
    ) async {
        let units = entries.map(\.unit)
        var waiters: [Waiter?] = entries.map(\.waiter)
        let known = ledger.clock.instant()
        let lane = AppendLane(partition: partition, tail: tail, units: units)
        let result = await ledger.run([lane], context) { outcomes in
            for (index, outcome) in outcomes[0].enumerated() {
                guard let outcome, let waiter = waiters[index] else { continue }
                waiters[index] = nil
                waiter.resume(returning: outcome)
            }
        }
        remember(result.tails[0], known)
        ledger.noteAppended(units, result.outcomes[0], stream, context, partition)
        for (waiter, outcome) in zip(waiters, result.outcomes[0]) {
            waiter?.resume(returning: outcome)
        }
    }

    private func take(_ clock: BelievedClock) -> Next {
        let now = clock.instant()
        let (next, overdue) = state.withLock { state in
            let (next, overdue) = state.queue.next(at: now)
            return (Self.next(next, &state, clock), overdue)
        }
        for waiter in overdue.units { waiter.resume(returning: .overdue) }
        for turn in overdue.turns { turn.decide(.refused(.overdue)) }
        return next
    }

    private static func next(
        _ next: AppendQueue<Waiter, AppendTurn>.Next,
        _ state: inout State,
        _ clock: BelievedClock
    ) -> Next {
        switch next {
        case .units(let units):
            guard let context = state.context else { preconditionFailure("came with the first") }
            return .units(units, state.tail?.fresh(clock), context)
        case .exclusive(let turn): return .exclusive(turn)
        case .nothing:
            state.isBusy = false
            return .nothing
        }
    }
}
