import LedgerCore
import LedgerService
import LedgerTesting

/// One process that runs the ledger: a server, or an instance of a function.
///
/// It may be frozen at any moment for any time, as functions are, and killed.
///
/// `@unchecked Sendable`: see ``World``.
final class SimulatedProcess: @unchecked Sendable {
    let number: Int
    let world: World
    /// The time by which its wall clock is off.
    var skew: Duration
    /// The time by which it is ahead besides, for a while.
    var leap: Duration = .zero
    /// The true time at which it moves again.
    var frozenUntil: Duration = .zero
    private let boot: Duration
    /// The one who stops it; nil for a process that never stands still.
    let freezer: Freezer?
    /// The ledger that all its requests share.
    private var ledger: Ledger?

    init(_ number: Int, in world: World, skew: Duration, freezer: Freezer?) {
        self.number = number
        self.world = world
        self.skew = skew
        self.freezer = freezer
        boot = world.now - world.random.duration(in: .zero ... .seconds(1000))
    }

    /// Returns after so much time, and not while the process is frozen.
    func pass(_ length: Duration) async {
        await world.sleep(length)
        if frozenUntil <= world.now, let length = freezer?.atStep() { freeze(length) }
        while frozenUntil > world.now { await world.sleep(frozenUntil - world.now) }
    }

    /// Stops it for so long, whatever it does.
    func freeze(_ length: Duration) {
        frozenUntil = world.now + length
        world.trace.note(
            "stands still for \(length.wholeMilliseconds) ms",
            at: world.now,
            process: number,
            code: 12
        )
    }

    /// The time as this process sees it.
    var instant: Instant { clock.instant() }

    /// The true time of an earlier reading of this process's clocks.
    func trueTime(of instant: Instant) -> Duration { instant.uptime + boot }

    private var clock: SimulatedClock { SimulatedClock(process: self, boot: boot) }

    /// The ledger of this process.
    func ledger(_ simulation: Simulation) -> Ledger {
        if let ledger { return ledger }
        let made = makeLedger(simulation)
        ledger = made
        return made
    }

    /// Lets go of the ledger once the history is over.
    func forgetLedger() { ledger = nil }

    private func makeLedger(_ simulation: Simulation) -> Ledger {
        var configuration = Ledger.Configuration()
        configuration.executor = world
        configuration.rules = simulation.rules
        configuration.foldsInBackground = simulation.scenario.isLazy && !simulation.isDraining
        return TestLedger(
            SimulatedTable(of: self, in: simulation),
            clock: clock,
            random: LedgerRandom { [world] in world.random.next() },
            configuration: configuration
        ).ledger
    }
}

/// A process's view of time.
struct SimulatedClock: LedgerClock {
    /// The beginning of every history, 2026-01-01T00:00:00Z.
    static let beginning = Timestamp(milliseconds: 1_767_225_600_000)

    let process: SimulatedProcess
    let boot: Duration

    func now() -> Timestamp {
        Self.beginning.advanced(by: process.world.now + process.skew + process.leap)
    }

    func uptime() -> Duration { process.world.now - boot }

    func sleep(for length: Duration) async throws(CancellationError) {
        await process.pass(length)
        if Task.isCancelled { throw CancellationError() }
    }
}

/// Stops processes in the middle of whatever they do, for a second or much longer, as functions are.
///
/// A history has so many of these stops and no more: one whose few processes hardly ever move would
/// say little and have no end.
///
/// `@unchecked Sendable`: see ``World``.
final class Freezer: @unchecked Sendable {
    private let world: World
    /// The probability of a stop at each step of a process.
    private let share: Double
    private var left: Int
    private let longest: Duration

    init(_ world: World, share: Double, count: Int, longest: Duration) {
        self.world = world
        self.share = share
        left = share > 0 ? count : 0
        self.longest = longest
    }

    /// True while there are stops left to come.
    var isActive: Bool { left > 0 }

    /// The time that the next step stands still; nil when it does not.
    func atStep() -> Duration? {
        isActive && world.random.happens(share) ? next() : nil
    }

    /// The length of the next stop.
    func next() -> Duration {
        left -= 1
        return world.random.duration(from: .seconds(1), to: longest)
    }

    /// Gives up the stops that are left.
    func end() { left = 0 }
}
