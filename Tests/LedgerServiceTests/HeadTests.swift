import APISuite
import LedgerCore
import LedgerService
import LedgerTesting
import Testing

@Suite("Heads, when events are gone")
struct HeadTests {
    private func head(_ api: API, _ query: String = "") async -> Answer {
        await api.call("GET", at: "/streams/s/partitions/0/head\(query)")
    }

    @Test("The end's head outlives the events; heads inside of what expired are gone")
    func expired() async throws {
        let api = try API()
        await api.create("s", with: ",\"partition_count\":1")
        for index in 0..<3 { await api.publish(to: "s", key: "k\(index)") }
        let before = await head(api)
        #expect(await head(api, "?at=1").status == 200)
        await api.call("POST", at: "/streams/s/compact")
        api.clock.advance(by: .hours(300))
        await api.ledger.sweep()
        #expect(await head(api).body == before.body)
        #expect(await head(api, "?at=3").body == before.body)
        #expect(await head(api, "?at=0").status == 200)
        let gone = await head(api, "?at=1")
        #expect(gone.status == 410 && gone.error == "offset_expired")
        // The next chunk goes on from the same hash.
        await api.publish(to: "s", key: "later")
        #expect(await head(api, "?at=3").body == before.body)
        #expect(await head(api).body != before.body)
    }

    @Test("An end that can't be verified has no head")
    func unverified() async throws {
        let api = API(table: MemoryTable(deletesLogByItself: true))
        await api.create("s", with: ",\"partition_count\":1")
        await api.publish(to: "s", key: "k")
        api.clock.advance(by: .hours(300))
        let answer = await head(api)
        #expect(answer.status == 503 && answer.error == "tail_unverified")
    }
}
