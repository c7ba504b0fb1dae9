import LedgerCore
import LedgerService
import LedgerTesting
import Logging

/// One process that runs the ledger: a server, or an instance of a function.
///
/// It may be frozen at any moment for any time, as functions are, and killed.
final class SimulatedProcess: @unchecked Sendable {
    let number: Int
    let world: World
    /// How far its wall clock is off, milliseconds.
    var skew: Int64
    /// How far ahead it is besides, for a while, milliseconds.
    var leap: Int64 = 0
    /// Until when it stands still, true time.
    var frozenUntil: Int64 = 0
    private let boot: Int64
    /// What stops it; nil: nothing.
    let freezer: Freezer?
    /// The ledger that all its requests share.
    private var ledger: Ledger?

    init(_ number: Int, _ world: World, skew: Int64, freezer: Freezer?) {
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
        world.trace.note(world.now, number, 12, "stands still for \(milliseconds) ms")
    }

    /// What time it is for this process.
    var instant: Instant { clock.instant() }

    private var clock: SimulatedClock { SimulatedClock(process: self, boot: boot) }

    /// The ledger of this process.
    func ledger(_ simulation: Simulation) -> Ledger {
        if let ledger { return ledger }
        let made = makeLedger(simulation)
        ledger = made
        return made
    }

    /// The history is over.
    func forgetLedger() { ledger = nil }

    private func makeLedger(_ simulation: Simulation) -> Ledger {
        var configuration = Ledger.Configuration()
        configuration.executor = world
        configuration.foldsInBackground = simulation.scenario.isLazy && !simulation.isDraining
        return Ledger(
            table: SimulatedTable(self, simulation),
            clock: clock,
            random: LedgerRandom { [world] in world.random.next() },
            configuration: configuration,
            logger: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
        )
    }
}

/// A process's view of time.
struct SimulatedClock: LedgerClock {
    /// 2026-01-01T00:00:00Z.
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
/// `@unchecked Sendable`: used by the history's one thread.
final class Freezer: @unchecked Sendable {
    private let world: World
    /// How likely a stop is at each step of a process.
    private let share: Double
    private var left: Int

    init(_ world: World, share: Double, count: Int) {
        self.world = world
        self.share = share
        left = share > 0 ? count : 0
    }

    /// Whether there is anything left to come.
    var isActive: Bool { left > 0 }

    /// How long the next step stands still; nil: not at all.
    func atStep() -> Int64? {
        isActive && world.random.happens(share) ? next() : nil
    }

    /// How long the next stop is, milliseconds.
    func next() -> Int64 {
        left -= 1
        return world.random.duration(1000, 4 * 86_400_000)
    }

    /// No more stops.
    func end() { left = 0 }
}
