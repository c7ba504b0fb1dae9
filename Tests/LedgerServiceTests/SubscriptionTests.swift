import Foundation
import LedgerCore
import LedgerTesting
import Testing

@Suite("Subscriptions")
struct SubscriptionTests {
    @Test("Poll, commit and poll again", arguments: Engine.allCases)
    func pollAndCommit(_ engine: Engine) async throws {
        let api = try API(engine)
        await api.stream("s", ",\"partition_count\":2")
        for index in 0..<10 { await api.publish("s", "k\(index)") }
        await api.subscribe("s", "u")
        let first = await api.poll("s", "u", "limit=4")
        #expect(first.events.count == 4 && !first.caughtUp)
        #expect(await api.poll("s", "u", "limit=4").body == first.body)
        #expect(await api.commit("s", "u", first.cursor).status == 200)
        let second = await api.poll("s", "u")
        #expect(second.events.count == 6 && second.caughtUp)
        #expect(Set(first.keys + second.keys).count == 10)
        await api.commit("s", "u", second.cursor)
        // An older cursor moves nothing.
        #expect(await api.commit("s", "u", first.cursor).status == 200)
        #expect(await api.poll("s", "u").events.isEmpty)
        let state = await api.call("GET", "/streams/s/subscriptions/u")
        #expect(state.json["lag"] as? Int == 0)
    }

    @Test("No partition starves, whatever the limit", arguments: [1, 2, 3, 7])
    func fairness(_ limit: Int) async throws {
        let api = try API()
        await api.stream("s", ",\"partition_count\":3")
        for index in 0..<300 { await api.publish("s", "k\(index % 90)") }
        await api.subscribe("s", "u")
        var seen: [Int: Int] = [:]
        for _ in 0..<60 / limit {
            let page = await api.poll("s", "u", "limit=\(limit)")
            for event in page.events { seen[event["partition"] as? Int ?? -1, default: 0] += 1 }
            await api.commit("s", "u", page.cursor)
        }
        let counts = seen.values.sorted()
        #expect(counts.count == 3 && counts[2] - counts[0] <= limit + 1, "\(seen)")
    }

    @Test("Every changed character of a cursor is refused")
    func forgedCursors() async throws {
        let api = try API()
        await api.stream("s", ",\"partition_count\":2")
        await api.publish("s", "k")
        await api.subscribe("s", "u")
        await api.subscribe("s", "other")
        let cursor = await api.poll("s", "u").cursor
        let characters = Array(cursor)
        for index in characters.indices {
            var forged = characters
            forged[index] = forged[index] == "A" ? "B" : "A"
            let answer = await api.commit("s", "u", String(forged))
            #expect(answer.status == 400 && answer.error == "invalid_cursor")
        }
        for text in ["", "x", cursor + "A", cursor + "=", String(cursor.dropLast())] {
            #expect(await api.commit("s", "u", text).error == "invalid_cursor")
        }
        #expect(await api.commit("s", "other", cursor).error == "invalid_cursor")
        #expect(await api.poll("s", "other", "cursor=\(cursor)").error == "invalid_cursor")
        #expect(await api.call("GET", "/streams/s/subscriptions/u").json["lag"] as? Int == 1)
    }

    @Test("A seek refuses cursors from before it", arguments: Engine.allCases)
    func seek(_ engine: Engine) async throws {
        let api = try API(engine)
        await api.stream("s", ",\"partition_count\":1")
        for index in 0..<6 { await api.publish("s", "k\(index)") }
        await api.subscribe("s", "u")
        let before = await api.poll("s", "u")
        await api.commit("s", "u", before.cursor)
        let path = "/streams/s/subscriptions/u/seek"
        #expect(await api.call("POST", path, "{\"to\":{\"offsets\":{\"0\":2}}}").status == 200)
        let stale = await api.commit("s", "u", before.cursor)
        #expect(stale.status == 409 && stale.error == "cursor_superseded")
        #expect(await api.poll("s", "u", "cursor=\(before.cursor)").status == 409)
        let after = await api.poll("s", "u")
        #expect(after.offsets == [2, 3, 4, 5])
        await api.commit("s", "u", after.cursor)
        #expect(await api.call("POST", path, "{\"to\":\"earliest\"}").status == 200)
        #expect(await api.poll("s", "u").offsets == [0, 1, 2, 3, 4, 5])
        #expect(await api.call("POST", path, "{\"to\":{\"offsets\":{\"0\":7}}}").status == 400)
        #expect(await api.call("POST", path, "{\"to\":\"latest\"}").status == 200)
        #expect(await api.poll("s", "u").events.isEmpty)
    }

    @Test("A start at a time finds the first event not earlier", arguments: Engine.allCases)
    func timestamps(_ engine: Engine) async throws {
        let api = try API(engine)
        await api.stream("s", ",\"partition_count\":1")
        for index in 0..<50 {
            await api.publish("s", "k\(index)")
            api.clock.advance(milliseconds: 1000)
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
        #expect(api.clock.uptime() >= 1_500)
    }

    @Test("Lists go page by page")
    func lists() async throws {
        let api = try API()
        for index in 0..<7 { await api.stream("s\(index)", ",\"partition_count\":1") }
        for index in 0..<5 { await api.subscribe("s0", "u\(index)") }
        for (path, name, count) in [
            ("/streams", "streams", 7), ("/streams/s0/subscriptions", "subscriptions", 5),
        ] {
            var found = 0
            var next = ""
            repeat {
                let page = await api.call("GET", "\(path)?limit=2\(next)")
                found += (page.json[name] as? [Any])?.count ?? 0
                guard let token = page.json["next"] as? String else { break }
                next = "&next=\(token)"
            } while found < 100
            #expect(found == count)
        }
        #expect(await api.call("GET", "/streams?next=zzz").status == 400)
    }
}
