import Foundation
import LedgerCore
import LedgerService
import LedgerTesting
import Testing

/// What is idle costs nothing, however much of it there is: figures, printed and held.
///
/// `./justw growth` runs it alone and with the largest numbers.
@Suite("Growth", .serialized)
struct GrowthTests {
    private static let isFull = ProcessInfo.processInfo.environment["EVENTLEDGER_GROWTH"] != nil

    @Test(
        "Calls of the table in an idle minute do not grow with the streams",
        arguments: [true, false]
    )
    func idleMinute(deletesLogByItself: Bool) async throws {
        var perMinute: [Double] = []
        for count in [100, 1_000, 10_000] {
            let streams = try await ManyStreams(count, deletesLogByItself: deletesLogByItself)
            let ledger = API(table: streams.table, clock: streams.clock).ledger
            // A process begins with a round.
            var minutes = 0
            while minutes < 15 {
                await ledger.sweepDue(within: Limits.sweepRun)
                streams.clock.advance(milliseconds: 60_000)
                minutes += 1
            }
            let before = (calls: streams.callCount, cpu: Self.cpuMilliseconds())
            for _ in 0..<300 {
                await ledger.sweepDue(within: Limits.sweepRun)
                #expect(ledger.foldLag.events == 0)
                streams.clock.advance(milliseconds: 60_000)
            }
            perMinute.append(Double(streams.callCount - before.calls) / 300)
            print(
                "idle minute, \(count) streams, \(deletesLogByItself ? "shared" : "own") engine: "
                    + "\(perMinute.last ?? 0) calls, "
                    + "\((Self.cpuMilliseconds() - before.cpu) / 300) ms of CPU"
            )
        }
        #expect(Set(perMinute).count == 1 && perMinute[0] <= 4, "\(perMinute)")
    }

    @Test("Every stream is swept in time by one function with 300 seconds, a run a minute")
    func manyStreams() async throws {
        let count = Self.isFull ? 100_000 : 5_000
        // Each call takes 16 ms; eight streams are looked at at the same time.
        let streams = try await ManyStreams(count, deletesLogByItself: true, callTime: 2)
        let ledger = API(table: streams.table, clock: streams.clock).ledger
        let start = streams.clock.now()
        var looked = 0
        var most = (calls: 0, milliseconds: Int64(0))
        for minute in 0..<14 * 60 {
            let next = start.advanced(byMilliseconds: Int64(minute) * 60_000)
            let rest = next.milliseconds - streams.clock.now().milliseconds
            if rest > 0 { streams.clock.advance(milliseconds: rest) }
            let before = (streams.callCount, streams.clock.uptime())
            looked += await ledger.sweepDue(within: 240_000).streams
            most.calls = max(most.calls, streams.callCount - before.0)
            most.milliseconds = max(most.milliseconds, streams.clock.uptime() - before.1)
        }
        let ages = try await streams.swept(count).map { swept in
            streams.clock.now().milliseconds - (try #require(swept)).milliseconds
        }
        let oldest = try #require(ages.max())
        print(
            "\(count) streams swept by one function for 14 hours: \(looked) looks, "
                + "\(streams.callCount) calls, at most \(most.calls) of them and "
                + "\(most.milliseconds) ms in one run; the oldest mark is "
                + "\(oldest / 60_000) minutes old"
        )
        // Rounds after 0, 6 and 12 hours, three calls a look, and what the runs cost themselves.
        let pace = max(Limits.sweepPace, count / Limits.sweepRuns)
        let callBound = 3 * looked + 14 * 60 * 8
        let ageBound = Limits.sweepEvery + Int64(count / pace + 1) * 60_000
        #expect(looked == 3 * count)
        #expect(streams.callCount <= callBound)
        #expect(most.calls <= 3 * pace + 10)
        #expect(most.milliseconds < 60_000)
        #expect(oldest <= ageBound)
    }

    /// What this process has used so far; other tests in it count too.
    private static func cpuMilliseconds() -> Double {
        Double(clock()) / Double(CLOCKS_PER_SEC) * 1000
    }
}
