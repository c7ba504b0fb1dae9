import APISuite
import LedgerCore
import LedgerService
import LedgerTesting
import Synchronization
import Testing

@Suite("Several sweeps on one table")
struct SweepLeaseTests {
    @Test("While one sweeps the others leave it alone; one that stands still loses its turn")
    func lease() async throws {
        let streams = try await ManyStreams(30, deletesLogByItself: true)
        let stopped = Gate()
        let goesOn = Gate()
        let isFirst = Mutex(true)
        // The first look at a log is where the process stands still.
        let table = FaultyTable(streams.table) { call, moment in
            guard moment == .before, case .log? = call.groups.first else { return }
            guard
                isFirst.withLock({ first in
                    defer { first = false }; return first
                })
            else { return }
            stopped.open()
            await goesOn.wait()
        }
        let frozen = API(table: table, seed: 1, clock: streams.clock)
        let other = API(table: streams.table, seed: 2, clock: streams.clock)
        let run = Task { await frozen.ledger.sweepDue(within: .seconds(60)) }
        await stopped.wait()
        let refused = await other.ledger.sweepDue(within: .seconds(60))
        #expect(!refused.hadTurn && refused.streams == 0)
        streams.clock.advance(by: .seconds(80))
        let report = await other.ledger.sweepDue(within: .seconds(60))
        #expect(report.hadTurn && report.streams == 30)
        goesOn.open()
        _ = await run.value
        // The lost lease did no harm: the round is done, and the next is due in six hours.
        #expect(try await !streams.swept(30).contains(nil))
        #expect(await other.ledger.sweepDue(within: .seconds(60)).streams == 0)
        streams.clock.advance(by: Limits.sweepEvery)
        #expect(await other.ledger.sweepDue(within: .seconds(60)).streams == 30)
    }

    @Test("Ten servers on one table cost one sweep")
    func servers() async throws {
        let streams = try await ManyStreams(200, deletesLogByItself: true)
        let servers = (0..<10).map { seed in
            API(table: streams.table, seed: UInt64(seed), clock: streams.clock).ledger
        }
        var looked = 0
        for _ in 0..<7 * 60 {
            for server in servers { looked += await server.sweepDue(within: .seconds(60)).streams }
            streams.clock.advance(by: .seconds(60))
        }
        #expect(looked == 400)
        #expect(streams.callCount < 7 * 60 * 10 * 4 + 2 * 200 * 3 + 50)
    }
}
