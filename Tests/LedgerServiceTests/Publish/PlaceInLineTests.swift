import APISuite
import LedgerCore
import LedgerTesting
import Testing

@testable import LedgerService

@Suite("A place in line")
struct PlaceInLineTests {
    @Test("It is followed once it is taken, and left while nobody follows")
    func states() {
        let place = PlaceInLine()
        #expect(!place.follow())
        #expect(place.leave())
        place.take()
        #expect(place.leave())
        #expect(!place.follow())
        place.take()
        #expect(place.follow())
        #expect(place.follow())
        #expect(!place.leave())
        place.take()
        #expect(!place.leave())
    }

    private func event(_ key: String) -> String {
        "{\"key\":\"\(key)\",\"type\":\"t\",\"data\":1}"
    }

    private func publish(
        _ body: String,
        by api: API,
        with place: PlaceInLine,
        headers: [(name: String, value: String)] = []
    ) async -> Answer {
        var request = APIRequest(
            "POST",
            at: "/streams/s/events",
            headers: headers,
            body: Array(body.utf8)
        )
        request.place = place
        return await api.process.send(request)
    }

    @Test("Publishes to one partition take it, and those to several do not")
    func partitions() async throws {
        let api = try API()
        await api.create("s", with: ",\"partition_count\":2")
        let (one, many, keyed) = (PlaceInLine(), PlaceInLine(), PlaceInLine())
        #expect(await publish(event("a"), by: api, with: one).status == 200)
        #expect(one.follow())
        let events = (0..<20).map { event("k\($0)") }.joined(separator: ",")
        #expect(await publish("{\"events\":[\(events)]}", by: api, with: many).status == 200)
        #expect(!many.follow())
        let key = [(name: "idempotency-key", value: "1")]
        #expect(await publish(event("a"), by: api, with: keyed, headers: key).status == 200)
        #expect(keyed.follow())
    }

    @Test(
        "In a stream that was made anew, a publish that others follow is refused, one alone is not",
        arguments: [false, true]
    )
    func madeAnew(isFollowed: Bool) async throws {
        let place = PlaceInLine()
        let table = FaultyTable(MemoryTable()) { call, moment in
            guard isFollowed, !call.kind.isRead, call.isOfLog, moment == .before else { return }
            _ = place.follow()
        }
        let api = API(table: table)
        await api.create("s", with: ",\"partition_count\":1")
        await api.publish(to: "s", key: "old")
        let other = api.another()
        #expect(await other.call("DELETE", at: "/streams/s").status == 200)
        await other.create("s", with: ",\"partition_count\":1")
        let answer = await publish(event("new"), by: api, with: place)
        let stored = await other.call("GET", at: "/streams/s/events").keys
        #expect(answer.status == (isFollowed ? 503 : 200))
        #expect(stored == (isFollowed ? [] : ["new"]))
    }

    @Test("A long queue gives no places")
    func longQueue() {
        var queue = AppendQueue<Int, Int>(patience: .seconds(1))
        var records = Records()
        records.append(key: [0x6b], type: [0x74], data: [0x31])
        let unit = AppendUnit(
            records: records,
            idempotency: nil,
            expectedOffset: nil,
            arrived: Instant(now: Timestamp(milliseconds: 0), uptime: .zero)
        )
        for index in 0..<Limits.queuedUnits / 2 {
            #expect(queue.isShort)
            _ = queue.add(unit, for: index)
        }
        #expect(queue.isShort)
        _ = queue.add(unit, for: 0)
        #expect(!queue.isShort)
    }
}
