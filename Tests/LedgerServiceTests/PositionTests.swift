import APISuite
import LedgerCore
import LedgerService
import LedgerTesting
import Testing

/// Positions that a log does not hold: expired, or beyond its end.
@Suite("Positions")
struct PositionTests {
    @Test(
        "Lag counts what can still be read, and says what has expired",
        arguments: Engine.allCases
    )
    func expired(_ engine: Engine) async throws {
        let api = try API(engine)
        await api.create("s", with: ",\"partition_count\":1,\"retention_hours\":1")
        await api.subscribe(to: "s", as: "u")
        for _ in 0..<3 { await api.publish(to: "s", key: "k") }
        #expect(await state(api) == State(lag: 3, expired: false, beyondTail: false))
        api.clock.advance(by: .hours(2))
        await api.publish(to: "s", key: "k")
        #expect(await state(api) == State(lag: 1, expired: true, beyondTail: false))
        #expect(await api.poll("s", as: "u").error == "offset_expired")
        let seek = "/streams/s/subscriptions/u/seek"
        #expect(await api.call("POST", at: seek, sending: "{\"to\":\"earliest\"}").status == 200)
        #expect(await state(api) == State(lag: 1, expired: false, beyondTail: false))
        let page = await api.poll("s", as: "u")
        #expect(page.offsets == [3] && page.json["remaining"] as? Int == 0)
    }

    @Test("A position beyond the tail is refused everywhere", arguments: Engine.allCases)
    func beyondTail(_ engine: Engine) async throws {
        let api = try API(engine)
        await api.create("s", with: ",\"partition_count\":1")
        await api.subscribe(to: "s", as: "u")
        await api.subscribe(to: "s", as: "v")
        for _ in 0..<3 { await api.publish(to: "s", key: "k") }
        let cursor = await api.poll("s", as: "u").cursor
        await api.commit("s", as: "v", cursor: await api.poll("s", as: "v").cursor)
        try await loseEvents(from: 1, api)
        let restarted = api.another()
        for answer in [
            await restarted.commit("s", as: "u", cursor: cursor),
            await restarted.poll("s", as: "u", query: "cursor=\(cursor)"),
            await restarted.poll("s", as: "v"),
            await restarted.poll("s", as: "v", query: "wait=1"),
        ] {
            #expect(answer.status == 409 && answer.error == "position_beyond_tail", "\(answer)")
            #expect(answer.details["partition"] as? Int == 0)
            #expect(answer.details["position"] as? Int == 3)
            #expect(answer.details["next_offset"] as? Int == 1)
        }
        #expect(await state(restarted) == State(lag: 1, expired: false, beyondTail: false))
        let lost = State(lag: 0, expired: false, beyondTail: true)
        #expect(await state(restarted, "v") == lost)
        let seek = "/streams/s/subscriptions/v/seek"
        #expect(
            await restarted.call("POST", at: seek, sending: "{\"to\":{\"offsets\":{\"0\":3}}}")
                .status == 400
        )
        #expect(
            await restarted.call("POST", at: seek, sending: "{\"to\":\"latest\"}").status == 200
        )
        #expect(await restarted.poll("s", as: "v").status == 200)
    }

    @Test("A commit of what this process read looks at no log again")
    func commitsAreCheap() async throws {
        let counter = CallCounter.ofLogReads()
        let api = API(table: counter.watching(MemoryTable()))
        await api.create("s")
        await api.subscribe(to: "s", as: "u")
        for index in 0..<10 { await api.publish(to: "s", key: "k\(index)") }
        let page = await api.poll("s", as: "u")
        let before = counter.count
        #expect(await api.commit("s", as: "u", cursor: page.cursor).status == 200)
        #expect(counter.count == before)
    }

    private struct State: Equatable {
        let lag: Int
        let expired: Bool
        let beyondTail: Bool
    }

    private func state(_ api: API, _ name: String = "u") async -> State {
        let answer = await api.call("GET", at: "/streams/s/subscriptions/\(name)")
        let position = (answer.json["positions"] as? [[String: Any]])?.first ?? [:]
        return State(
            lag: position["lag"] as? Int ?? -1,
            expired: position["expired"] as? Bool ?? false,
            beyondTail: position["beyond_tail"] as? Bool ?? false
        )
    }

    /// The log as an older copy has it.
    private func loseEvents(from first: Int64, _ api: API) async throws {
        let id = try #require(StreamID("s"))
        let row = try #require(try await api.table.get(.stream(id)))
        let stream = try StreamRow(row).incarnation
        let keys = try (first..<3).map { offset in
            TableKey.chunk(stream, try #require(Partition(0)), try #require(Offset(offset)))
        }
        try await api.table.batchDelete(keys)
    }
}
