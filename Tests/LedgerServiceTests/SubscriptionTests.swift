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
        await api.create("s", with: ",\"partition_count\":1")
        for index in 0..<50 {
            await api.publish(to: "s", key: "k\(index)")
            api.clock.advance(by: .seconds(1))
        }
        let times = await api.call("GET", at: "/streams/s/events").events
        let time = times[20]["timestamp"] as? String ?? ""
        await api.subscribe(to: "s", as: "u", from: "{\"timestamp\":\"\(time)\"}")
        #expect(await api.poll("s", as: "u", query: "limit=1").offsets == [20])
        let read = await api.call("GET", at: "/streams/s/events?from=\(time)&limit=1")
        #expect(read.offsets == [20])
        await api.subscribe(to: "s", as: "future", from: "{\"timestamp\":\"2999-01-01T00:00:00Z\"}")
        #expect(await api.poll("s", as: "future").events.isEmpty)
    }

    @Test("A waiting poll is woken by a publish and by a deletion")
    func longPoll() async throws {
        let api = try API(clock: ManualClock(isImpatient: false))
        await api.create("s", with: ",\"partition_count\":1")
        await api.subscribe(to: "s", as: "u")
        async let waiting = api.poll("s", as: "u", query: "wait=20")
        while api.clock.sleeperCount == 0 { await Task.yield() }
        await api.publish(to: "s", key: "k")
        #expect(await waiting.events.count == 1)
        await api.commit("s", as: "u", cursor: await waiting.cursor)
        async let doomed = api.poll("s", as: "u", query: "wait=20")
        while api.clock.sleeperCount == 0 { await Task.yield() }
        #expect(await api.call("DELETE", at: "/streams/s/subscriptions/u").status == 200)
        #expect(await doomed.error == "subscription_not_found")
    }

    @Test("A waiting poll ends when its time is over")
    func longPollEnds() async throws {
        let api = try API()
        await api.create("s")
        await api.subscribe(to: "s", as: "u", from: "\"latest\"")
        let page = await api.poll("s", as: "u", query: "wait=1.5")
        #expect(page.status == 200 && page.events.isEmpty && page.caughtUp)
        #expect(api.clock.uptime() >= .milliseconds(1_500))
    }
}
