import LedgerCore
import LedgerService
import LedgerTesting

/// Folding while one call in ten goes wrong, for ever: it takes longer, and is never in vain.
struct SteadyFaults {
    /// The number of keys to fold: far more than go through without a fault.
    private static let keys = 300
    private static let faults = Faults(throttled: 0.05, lost: 0.02, unanswered: 0.02, late: 0.01)

    private let simulation: Simulation
    private let process: SimulatedProcess
    private let ledger: Ledger
    /// A stream of its own: the others' histories stay as they are.
    private let stream = StreamID("steady").unsafelyUnwrapped
    private var world: World { simulation.world }

    init(_ simulation: Simulation) {
        self.simulation = simulation
        process = simulation.start(mayFreeze: false)
        ledger = process.ledger(simulation)
    }

    func run() async {
        var settings = StreamSettings()
        settings.partitionCount = 1
        settings.retentionHours = nil
        guard let row = try? await ledger.createStream(stream, settings).stream else {
            return simulation.oracle.report("a calm ledger creates no stream", breaking: .progress)
        }
        simulation.oracle.compacting.insert(row.incarnation)
        await fold(row, how: "by hand", patience: .seconds(600)) { [ledger, stream] in
            _ = try? await ledger.compact(stream)
        }
        // A sweep may leave a stream alone for six hours.
        await fold(row, how: "by sweeps", patience: .hours(8)) { [ledger, process] in
            await process.pass(.seconds(600))
            await ledger.sweep()
        }
    }

    /// Publishes in calm, then folds under faults until all of it is done.
    private func fold(
        _ row: StreamRow,
        how: String,
        patience: Duration,
        step: () async -> Void
    ) async {
        await publish(how)
        let start = world.now
        let arrived = simulation.writesArrived
        simulation.faults = Self.faults
        defer { simulation.faults = .none }
        while !isFolded(row) {
            await step()
            guard world.now - start < patience else {
                return simulation.oracle.report(
                    "a fold \(how) makes no progress under faults",
                    breaking: .progress
                )
            }
        }
        let cost = simulation.writesArrived - arrived
        if cost > 2 * Self.keys {
            simulation.oracle.report(
                "a fold \(how) of \(Self.keys) keys took \(cost) writes",
                breaking: .progress
            )
        }
    }

    private func isFolded(_ row: StreamRow) -> Bool {
        let log = simulation.oracle.log(of: row.partitions[0], in: row.incarnation)
        return log.watermark == log.tail.next.rawValue
    }

    private func publish(_ how: String) async {
        var batch = PublishBatch(bytes: [])
        for number in 0..<Self.keys {
            var event = PublishBatch.Event()
            event.key = batch.append("k\(number)")
            event.type = batch.append("\(how) \(number)")
            event.data = batch.append("{}")
            batch.events.append(event)
        }
        do throws(LedgerError) {
            _ = try await ledger.publish(batch, to: stream, idempotency: nil)
        } catch {
            simulation.oracle.report(
                "a calm ledger refuses a publish: \(error)",
                breaking: .progress
            )
        }
    }
}
