import LedgerCore
import Synchronization

/// Appends to one partition, one write at a time: requests that wait meanwhile share the next chunk.
///
/// `isBusy` is a lock that is held across awaits, by ``run()`` or by the atomic publish whose turn
/// it is. A cancelled caller keeps it: its append must learn its fate.
final class PartitionAppender: Sendable {
    private typealias Waiter = CheckedContinuation<AppendOutcome?, Never>

    private struct State {
        var queue: AppendQueue<Waiter, AppendTurn>
        /// True while someone has the partition; whoever finds it false must start or take it.
        var isBusy = false
        /// True once another appender has its place.
        var isRetired = false
        /// The tail after the last append, and when it was surely the tail or still ahead: before the
        /// call that found it; nil: it must be read.
        var tail: Observed<Tail>?
        /// The newest request's; nil before the first.
        var context: AppendContext?
        /// The number of appends up to now, one after another, that had one unit only.
        var loneAppends = 0

        /// The tail, unless it is too old to be trusted.
        func tail(by clock: BelievedClock) -> Tail? {
            guard let tail, clock.isFresh(tail) else { return nil }
            return tail.value
        }
    }

    let partition: Partition
    private let stream: StreamID
    private let runner: AppendRunner
    private let state: Mutex<State>

    /// An appender with an empty queue, in which nothing waits for longer than
    /// ``Ledger/Configuration/appendDeadline``.
    init(stream: StreamID, partition: Partition, runner: AppendRunner) {
        self.stream = stream
        self.partition = partition
        self.runner = runner
        let patience = runner.access.configuration.appendDeadline
        state = Mutex(State(queue: AppendQueue(patience: patience)))
    }

    /// Takes no unit any more if nobody appends, and the tail as last known is too old to be of use.
    ///
    /// - Returns: false where it is of use.
    func retire(by clock: BelievedClock) -> Bool {
        state.withLock { state in
            guard !state.isBusy, state.tail(by: clock) == nil else { return false }
            state.isRetired = true
            return true
        }
    }

    /// Appends `unit` and returns its outcome, nil where it was retired meanwhile; `place` is taken once it is in the queue, unless that is
    /// long: who sends without waiting is not to fill it.
    func append(
        _ unit: AppendUnit,
        context: AppendContext,
        place: PlaceInLine? = nil
    ) async
        -> AppendOutcome?
    {
        await withCheckedContinuation { continuation in
            let (refusal, starts) = state.withLock { state -> (AppendOutcome??, Bool) in
                guard !state.isRetired else { return (.some(nil), false) }
                guard state.queue.add(unit, for: continuation) else { return (.queueFull, false) }
                if state.queue.isShort { place?.take() }
                state.context = context
                defer { state.isBusy = true }
                return (nil, !state.isBusy)
            }
            if let refusal { continuation.resume(returning: refusal) }
            if starts { start(for: place?.executor) }
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

    /// The tail as last known, for the publish that has the partition for itself.
    func tail(by clock: BelievedClock) -> Tail? {
        state.withLock { $0.tail(by: clock) }
    }

    /// Gives the partition back after a granted ``AppendTurn``, the tail unchanged.
    func release() {
        start()
    }

    /// Gives the partition back after a granted ``AppendTurn``, with the tail that was found.
    func release(tail: Observed<Tail>?) {
        remember(tail)
        start()
    }

    /// Where appends are prepared, and their outcomes taken.
    private enum Place {
        /// Where the publish is made that is appended, alone.
        case caller
        /// Where the table writes: the next append follows the last one without a change of thread.
        case writer
        /// On Swift's pool.
        case pool
    }

    /// Appends what waits; `caller` is where the only publish that does is made.
    private func start(for caller: (any TaskExecutor)? = nil) {
        let access = runner.access
        let (waiting, loneAppends) = state.withLock { ($0.queue.bytes, $0.loneAppends) }
        let place = place(forBytes: waiting)
        if let executor = access.configuration.executor {
            Task(executorPreference: executor) { await self.run(at: place) }
        } else if place == .pool {
            Task { await self.run(at: place) }
        } else if let caller, loneAppends >= Self.loneAppends, access.table.writeExecutor != nil {
            Task.immediate(executorPreference: caller) {
                await self.run(at: .caller)
                // A task does not keep its executor.
                withExtendedLifetime(caller) {}
            }
        } else {
            let executor = access.table.writeExecutor
            Task(executorPreference: executor) { await self.run(at: place) }
        }
    }

    /// Bytes of events that are appended where the table writes, at most.
    private static let inlineBytes = 32 * 1024
    /// Lone appends after which the next is taken for one: the thread that writes has many partitions, and
    /// where few publish to each, their appends would wait for each other there.
    private static let loneAppends = 3

    /// The place for so much: to compress much, or to wake many, would hold other partitions' writes up.
    private func place(forBytes bytes: Int) -> Place {
        bytes <= Self.inlineBytes && !runner.wakesMany(on: stream) ? .writer : .pool
    }

    private func remember(_ tail: Observed<Tail>?) {
        state.withLock { $0.tail = tail }
    }

    /// The head of the queue, with what is needed to append it.
    private enum Next {
        case units([AppendQueue<Waiter, AppendTurn>.Unit], tail: Tail?, context: AppendContext)
        case exclusive(AppendTurn)
        case nothing
    }

    private func run(at place: Place) async {
        var isFirst = true
        while true {
            // What waits by now may belong elsewhere.
            let (isIdle, bytes) = state.withLock { ($0.queue.isEmpty, $0.queue.bytes) }
            let staysHere = place == .caller ? isFirst : self.place(forBytes: bytes) == place
            guard isIdle || staysHere else { return start() }
            isFirst = false
            switch next(by: runner.access.clock) {
            case .nothing: return
            case .exclusive(let turn): return turn.decide(.granted)
            case .units(let entries, let tail, let context):
                await append(entries, after: tail, context: context)
            }
        }
    }

    private func append(
        _ entries: [AppendQueue<Waiter, AppendTurn>.Unit],
        after tail: Tail?,
        context: AppendContext
    ) async {
        let units = entries.map(\.unit)
        var waiters: [Waiter?] = entries.map(\.waiter)
        let known = runner.access.clock.instant()
        let part = PartitionAppend(partition: partition, tail: tail, units: units)
        let result = await runner.run([part], in: context) { outcomes in
            for (index, outcome) in outcomes[0].enumerated() {
                guard let outcome, let waiter = waiters[index] else { continue }
                waiters[index] = nil
                waiter.resume(returning: outcome)
            }
        }
        remember(result.tails[0].map { Observed($0, readAt: known) })
        runner.noteAppended(
            units,
            outcomes: result.outcomes[0],
            to: partition,
            of: stream,
            incarnation: context.stream
        )
        for (waiter, outcome) in zip(waiters, result.outcomes[0]) {
            waiter?.resume(returning: outcome)
        }
    }

    private func next(by clock: BelievedClock) -> Next {
        let now = clock.instant()
        let (next, overdue) = state.withLock { state in
            let (next, overdue) = state.queue.next(at: now)
            return (Self.take(next, from: &state, by: clock), overdue)
        }
        for waiter in overdue.units { waiter.resume(returning: .overdue) }
        for turn in overdue.turns { turn.decide(.refused(.overdue)) }
        return next
    }

    private static func take(
        _ next: AppendQueue<Waiter, AppendTurn>.Next,
        from state: inout State,
        by clock: BelievedClock
    ) -> Next {
        switch next {
        case .units(let units):
            guard let context = state.context else {
                preconditionFailure("every queued unit came with a context")
            }
            state.loneAppends = units.count == 1 ? state.loneAppends + 1 : 0
            return .units(units, tail: state.tail(by: clock), context: context)
        case .exclusive(let turn): return .exclusive(turn)
        case .nothing:
            state.isBusy = false
            return .nothing
        }
    }
}

/// An atomic publish's place in one partition's queue.
final class AppendTurn: Sendable {
    /// The end of its wait.
    enum Decision: Sendable {
        /// The partition is the publish's alone until it is released.
        case granted
        /// It waited until its deadline, or too much waits already.
        case refused(AppendOutcome)
    }

    private enum State {
        case waiting(CheckedContinuation<Decision, Never>?)
        case decided(Decision)
    }

    private let state = Mutex(State.waiting(nil))

    /// Decides, once and for all: a second call is a defect.
    func decide(_ decision: Decision) {
        let waiter: CheckedContinuation<Decision, Never>? = state.withLock { state in
            defer { state = .decided(decision) }
            guard case .waiting(let waiter) = state else { return nil }
            return waiter
        }
        waiter?.resume(returning: decision)
    }

    /// Returns once it is decided; one task waits.
    func decision() async -> Decision {
        await withCheckedContinuation { continuation in
            let decided: Decision? = state.withLock { state in
                if case .decided(let decision) = state { return decision }
                state = .waiting(continuation)
                return nil
            }
            if let decided { continuation.resume(returning: decided) }
        }
    }
}

/// The appenders of this process, by stream incarnation and partition.
///
/// Bounded: others delete streams without telling, so those that nobody uses and that know nothing
/// of use any more are let go when there are many. Two appenders of one partition lose nothing: they
/// are two writers, as two processes are. But publishes that one connection sends without waiting keep
/// their order in one queue only, so one that is let go takes no more.
final class Appenders: Sendable {
    private struct Key: Hashable {
        let stream: StreamIncarnation
        let partition: Partition
    }

    private struct State {
        var appenders: [Key: PartitionAppender] = [:]
        /// At so many those out of use are let go; more than the limit while all are in use.
        var bound = Limits.appenders
    }

    private let runner: AppendRunner
    private let state = Mutex(State())
    /// A lock that is held while atomic publishes get in line, so that any two of them stand in the
    /// same order in all queues and never wait for each other.
    private let order = Mutex(())

    init(_ runner: AppendRunner) { self.runner = runner }

    var count: Int { state.withLock { $0.appenders.count } }

    func appender(
        to partition: Partition,
        of stream: StreamRow
    ) -> PartitionAppender {
        let key = Key(stream: stream.incarnation, partition: partition)
        return state.withLock { state in
            if let appender = state.appenders[key] { return appender }
            if state.appenders.count >= state.bound {
                state.appenders = state.appenders.filter {
                    !$0.value.retire(by: runner.access.clock)
                }
                state.bound = max(Limits.appenders, state.appenders.count * 2)
            }
            let appender = PartitionAppender(
                stream: stream.id,
                partition: partition,
                runner: runner
            )
            state.appenders[key] = appender
            return appender
        }
    }

    /// Puts an atomic publish in line at all these appenders at once.
    ///
    /// - Returns: Its place in each.
    func line(up appenders: [PartitionAppender], arrived: Instant) -> [AppendTurn] {
        order.withLock { _ in
            appenders.map { appender in
                let turn = AppendTurn()
                appender.add(turn, arrived: arrived)
                return turn
            }
        }
    }

    /// Lets go of a deleted stream's appenders.
    ///
    /// Those in use live on until they are done.
    func forget(_ stream: StreamRow) {
        state.withLock { state in
            for partition in stream.partitions {
                state.appenders[Key(stream: stream.incarnation, partition: partition)] = nil
            }
        }
    }
}
