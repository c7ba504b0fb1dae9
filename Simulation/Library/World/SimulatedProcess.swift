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
    /// The milliseconds by which its wall clock is off.
    var skew: Int64
    /// The milliseconds by which it is ahead besides, for a while.
    var leap: Int64 = 0
    /// The true time at which it moves again.
    var frozenUntil: Int64 = 0
    private let boot: Int64
    /// The one who stops it; nil for a process that never stands still.
    let freezer: Freezer?
    /// The ledger that all its requests share.
    private var ledger: Ledger?

    init(_ number: Int, in world: World, skew: Int64, freezer: Freezer?) {
        self.number = number
        self.world = world
        self.skew = skew
        self.freezer = freezer
        boot = world.now - world.random.number(0...1_000_000)
    }

    /// Returns after so much time, and not while the process is frozen.
    func pass(_ milliseconds: Int64) async {
        await world.sleep(milliseconds)
        if frozenUntil <= world.now, let length = freezer?.atStep() { freeze(length) }
        while frozenUntil > world.now { await world.sleep(frozenUntil - world.now) }
    }

    /// Stops it for so long, whatever it does.
    func freeze(_ milliseconds: Int64) {
        frozenUntil = world.now + milliseconds
        world.trace.note(
            "stands still for \(milliseconds) ms",
            at: world.now,
            process: number,
            code: 12
        )
    }

    /// The time as this process sees it.
    var instant: Instant { clock.instant() }

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
    static let beginning: Int64 = 1_767_225_600_000

    let process: SimulatedProcess
    let boot: Int64

    func now() -> Timestamp {
        Timestamp(milliseconds: Self.beginning + process.world.now + process.skew + process.leap)
    }

    func uptime() -> Int64 { process.world.now - boot }

    func sleep(milliseconds: Int64) async throws(CancellationError) {
        await process.pass(milliseconds)
        if Task.isCancelled { throw CancellationError() }
    }
}

/// Stops processes in the middle of whatever they do, for a second or for days, as functions are.
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

    init(_ world: World, share: Double, count: Int) {
        self.world = world
        self.share = share
        left = share > 0 ? count : 0
    }

    /// True while there are stops left to come.
    var isActive: Bool { left > 0 }

    /// The time that the next step stands still, milliseconds; nil when it does not.
    func atStep() -> Int64? {
        isActive && world.random.happens(share) ? next() : nil
    }

    /// The length of the next stop, milliseconds.
    func next() -> Int64 {
        left -= 1
        return world.random.duration(from: 1000, to: 4 * 86_400_000)
    }

    /// Gives up the stops that are left.
    func end() { left = 0 }
}
