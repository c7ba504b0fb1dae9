import APISuite
import LedgerCore
import LedgerService
import LedgerTesting
import Testing

/// A stream of a million events goes like a small one: at once, and its rows later.
@Suite("A stream of a million events")
struct LargeStreamTests {
    private static let partitions = 4

    @Test("It is deleted at once, its name is free, and the sweep leaves no row of it")
    func deletion() async throws {
        let engine = try TemporaryTable.make()
        let table = FaultyTable(engine)
        let api = API(table: table)
        await api.create("s", with: ",\"partition_count\":\(Self.partitions)")
        let id = try #require(StreamID("s"))
        let row = try #require(try await table.get(.stream(id)))
        let stream = try StreamRow(row).incarnation
        await publishAMillion(to: "s", api)
        await api.call("POST", at: "/streams/s/compact")
        await api.subscribe(to: "s", as: "u")
        await api.commit("s", as: "u", cursor: await api.poll("s", as: "u").cursor)
        let rows = try StoredRows.count(of: stream, in: engine.path)
        // An idempotency row for each batch and partition, a latest row for each key, and chunks.
        #expect(rows > 1_000 * Self.partitions + 1_000)

        let calls = table.calls
        #expect(await api.call("DELETE", at: "/streams/s").status == 200)
        #expect(table.calls - calls < 10 * Self.partitions, "a deletion that looks at the events")
        #expect(try StoredRows.count(of: stream, in: engine.path) >= rows)
        #expect(await api.call("GET", at: "/streams/s").error == "stream_not_found")

        await api.create("s", with: ",\"partition_count\":\(Self.partitions)")
        await api.subscribe(to: "s", as: "u")
        #expect(await api.poll("s", as: "u").events.isEmpty)
        #expect(await api.call("GET", at: "/streams/s/compacted").events.isEmpty)
        await api.publish(to: "s", key: "new")

        // Writers with a cached tail have their time to meet the seals.
        api.clock.advance(by: Limits.deletionGrace - .milliseconds(1))
        await api.ledger.sweep()
        #expect(try StoredRows.count(of: stream, in: engine.path) >= rows)
        api.clock.advance(by: .milliseconds(1))
        let report = await api.ledger.sweep()
        #expect(report.failures == 0 && report.removedRows >= rows)
        #expect(try StoredRows.count(of: stream, in: engine.path) == 0)
        #expect(await api.poll("s", as: "u").keys == ["new"])
    }

    /// A thousand batches of a thousand tiny events, from several publishers at once.
    private func publishAMillion(to stream: String, _ api: API) async {
        let events = (0..<1_000).map { JSONBody.event(key: "k\($0)", data: "\($0)") }
        let body = Array(JSONBody.batch(events).utf8)
        await withTaskGroup(of: Void.self) { group in
            for publisher in 0..<4 {
                group.addTask {
                    for batch in 0..<250 {
                        let target = "/streams/\(stream)/events?ack=summary"
                        let answer = await api.call(
                            "POST",
                            at: target,
                            bytes: body,
                            headers: [("idempotency-key", "\(publisher) \(batch)")]
                        )
                        #expect(answer.status == 200, "\(answer)")
                    }
                }
            }
        }
        let state = await api.call("GET", at: "/streams/\(stream)")
        let partitions = state.json["partitions"] as? [[String: Any]] ?? []
        let ends = partitions.map { $0["next_offset"] as? Int ?? 0 }
        #expect(ends.reduce(0, +) == 1_000_000 && ends.count == Self.partitions)
    }
}
