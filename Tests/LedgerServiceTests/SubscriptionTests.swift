import APISuite
import Foundation
import LedgerCore
import LedgerTesting
import Testing

@Suite("Subscriptions")
struct SubscriptionTests {
    @Test("A start at a time finds the first event not earlier", arguments: Engine.allCases)
    func timestamps(_ engine: Engine) async throws {
        let api = try API(engine)
        await api.stream("s", ",\"partition_count\":1")
        for index in 0..<50 {
            await api.publish("s", "k\(index)")
            api.clock.advance(by: .seconds(1))
        }
        let times = await api.call("GET", "/streams/s/events").events
        let time = times[20]["timestamp"] as? String ?? ""
        await api.subscribe("s", "u", "{\"timestamp\":\"\(time)\"}")
        #expect(await api.poll("s", "u", "limit=1").offsets == [20])
        let read = await api.call("GET", "/streams/s/events?from=\(time)&limit=1")
        #expect(read.offsets == [20])
        await api.subscribe("s", "future", "{\"timestamp\":\"2999-01-01T00:00:00Z\"}")
        #expect(await api.poll("s", "future").events.isEmpty)
    }

    @Test("A waiting poll is woken by a publish and by a deletion")
    func longPoll() async throws {
        let api = try API(clock: ManualClock(isImpatient: false))
        await api.stream("s", ",\"partition_count\":1")
        await api.subscribe("s", "u")
        async let waiting = api.poll("s", "u", "wait=20")
        while api.clock.sleeperCount == 0 { await Task.yield() }
        await api.publish("s", "k")
        #expect(await waiting.events.count == 1)
        await api.commit("s", "u", await waiting.cursor)
        async let doomed = api.poll("s", "u", "wait=20")
        while api.clock.sleeperCount == 0 { await Task.yield() }
        #expect(await api.call("DELETE", "/streams/s/subscriptions/u").status == 200)
        #expect(await doomed.error == "subscription_not_found")
    }

    @Test("A waiting poll ends when its time is over")
    func longPollEnds() async throws {
        let api = try API()
        await api.stream("s")
        await api.subscribe("s", "u", "\"latest\"")
        let page = await api.poll("s", "u", "wait=1.5")
        #expect(page.status == 200 && page.events.isEmpty && page.caughtUp)
        #expect(api.clock.uptime() >= .milliseconds(1_500))
    }
}
