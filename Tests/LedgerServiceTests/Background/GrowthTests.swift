import APISuite
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
                streams.clock.advance(by: .seconds(60))
                minutes += 1
            }
            let before = (calls: streams.callCount, cpu: Self.cpuMilliseconds())
            for _ in 0..<300 {
                await ledger.sweepDue(within: Limits.sweepRun)
                #expect(ledger.foldLag.events == 0)
                streams.clock.advance(by: .seconds(60))
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
        let streams = try await ManyStreams(
            count,
            deletesLogByItself: true,
            callTime: .milliseconds(2)
        )
        let ledger = API(table: streams.table, clock: streams.clock).ledger
        let start = streams.clock.now()
        var looked = 0
        var most = (calls: 0, time: Duration.zero)
        for minute in 0..<14 * 60 {
            let next = start.advanced(by: .seconds(minute * 60))
            let rest = next - streams.clock.now()
            if rest > .zero { streams.clock.advance(by: rest) }
            let before = (streams.callCount, streams.clock.uptime())
            looked += await ledger.sweepDue(within: .seconds(240)).streams
            most.calls = max(most.calls, streams.callCount - before.0)
            most.time = max(most.time, streams.clock.uptime() - before.1)
        }
        let ages = try await streams.swept(count).map { swept in
            streams.clock.now() - (try #require(swept))
        }
        let oldest = try #require(ages.max())
        print(
            "\(count) streams swept by one function for 14 hours: \(looked) looks, "
                + "\(streams.callCount) calls, at most \(most.calls) of them and "
                + "\(most.time.wholeMilliseconds) ms in one run; the oldest mark is "
                + "\(oldest.wholeSeconds / 60) minutes old"
        )
        // Rounds after 0, 6 and 12 hours, three calls a look, and what the runs cost themselves.
        let pace = max(Limits.sweepPace, count / Limits.sweepRuns)
        let callBound = 3 * looked + 14 * 60 * 8
        let ageBound = Limits.sweepEvery + .seconds((count / pace + 1) * 60)
        #expect(looked == 3 * count)
        #expect(streams.callCount <= callBound)
        #expect(most.calls <= 3 * pace + 10)
        #expect(most.time < .seconds(60))
        #expect(oldest <= ageBound)
    }

    @Test("Calls of the table in an idle minute do not grow with those who wait")
    func idleWaiters() async throws {
        var perMinute: [Int] = []
        for count in Self.isFull ? [100, 1_000, 10_000] : [100, 1_000] {
            let stage = WaitingStage(alone: false)
            await stage.api.create("s", with: ",\"partition_count\":10")
            await stage.api.subscribe(to: "s", as: "u")
            let cpu = Self.cpuMilliseconds()
            var calls = 0
            try await withThrowingTaskGroup(of: Answer.self) { group in
                // And one who looks for all of them.
                try await stage.wait(for: count, asleep: count + 1, in: &group) { api, _ in
                    await api.poll("s", as: "u", query: "wait=20")
                }
                let began = stage.table.calls
                for _ in 0..<15 {
                    stage.clock.advance(by: .seconds(1))
                    try await stage.sleepers(count + 1)
                }
                calls = 4 * (stage.table.calls - began)
                stage.api.ledger.endWaiting()
                for try await answer in group { #expect(answer.status == 200) }
            }
            stage.clock.advance(by: .seconds(1))
            perMinute.append(calls)
            print(
                "idle minute, \(count) waiters on 10 partitions: \(calls) calls; "
                    + "\(Self.cpuMilliseconds() - cpu) ms of CPU with their coming and going"
            )
        }
        #expect(Set(perMinute).count == 1 && perMinute[0] <= 60 * 12, "\(perMinute)")
    }

    @Test("A page's work does not grow with the tombstones that it must look at")
    func tombstones() async throws {
        var mostCalls: [Int] = []
        for count in Self.isFull ? [100, 1_000, 10_000, 100_000] : [100, 1_000] {
            let table = FaultyTable(MemoryTable())
            let api = API(table: table)
            await api.create("s", with: ",\"partition_count\":1")
            try await Self.publishTombstones(count, api)
            await api.subscribe(to: "s", as: "u", from: "\"compacted\"")
            var pages = 0
            var most = (calls: 0, looked: 0)
            var isOver = false
            while !isOver, pages < 2 + count / 5_000 {
                let before = table.calls
                let found = try await api.ledger.subscriptions.poll(
                    try #require(SubscriptionID("u")),
                    of: try #require(StreamID("s")),
                    cursor: nil,
                    limit: 1,
                    wait: .zero
                )
                pages += 1
                most.calls = max(most.calls, table.calls - before)
                most.looked = max(most.looked, found.page.scanned)
                isOver = found.page.caughtUp
                await api.commit("s", as: "u", cursor: found.cursor)
            }
            #expect(isOver && most.looked <= Limits.readEntries)
            mostCalls.append(most.calls)
            print(
                "bootstrap over \(count) tombstones, a page of one: \(pages) pages, at most "
                    + "\(most.calls) calls and \(most.looked) rows looked at in one"
            )
        }
        #expect(mostCalls.allSatisfy { $0 <= 20 }, "\(mostCalls)")
    }

    private static func publishTombstones(_ count: Int, _ api: API) async throws {
        for first in stride(from: 0, to: count, by: 5_000) {
            let events = (first..<min(first + 5_000, count)).map {
                JSONBody.event(key: "k\($0)", data: "null")
            }
            let body = JSONBody.batch(events)
            let answer = await api.call("POST", at: "/streams/s/events?ack=summary", sending: body)
            try #require(answer.status == 200)
        }
        #expect(await api.call("POST", at: "/streams/s/compact").status == 200)
    }

    /// What this process has used so far; other tests in it count too.
    private static func cpuMilliseconds() -> Double {
        Double(clock()) / Double(CLOCKS_PER_SEC) * 1000
    }
}
