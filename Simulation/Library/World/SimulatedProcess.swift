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

    init(_ number: Int, _ world: World, skew: Int64) {
        self.number = number
        self.world = world
        self.skew = skew
        boot = world.now - world.random.number(0...1_000_000)
    }

    /// How likely it is frozen at any step.
    var freezing = 0.0

    /// Returns after so much time, and not while the process is frozen.
    func pass(_ milliseconds: Int64) async {
        await world.sleep(milliseconds)
        if freezing > 0, world.random.happens(freezing) {
            frozenUntil = world.now + world.random.duration(1000, 4 * 86_400_000)
        }
        while frozenUntil > world.now { await world.sleep(frozenUntil - world.now) }
    }

    /// A ledger of this process, with empty caches.
    func ledger(_ simulation: Simulation) -> Ledger {
        var configuration = Ledger.Configuration()
        configuration.executor = world
        return Ledger(
            table: SimulatedTable(self, simulation),
            clock: SimulatedClock(process: self, boot: boot),
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
