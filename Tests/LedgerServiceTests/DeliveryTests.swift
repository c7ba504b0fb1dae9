import APISuite
import LedgerCore
import LedgerService
import LedgerTesting
import Synchronization
import Testing

/// Deliveries whose timers end, on clocks that a test moves: the rest is in the API suite.
@Suite("Deliveries")
struct DeliveryTests {
    /// The stream `s` of one partition, with events of these keys, and its subscription `u`.
    private static func prepare(_ api: API, keys: [String], settings: String = "") async {
        await api.create("s", with: ",\"partition_count\":1")
        if !keys.isEmpty { await api.publish(keys: keys, to: "s") }
        await api.deliver("s", settings: settings)
    }

    private static func ack(_ offsets: Int...) -> String {
        "\"ack\":\(JSONBody.places(offsets))"
    }

    private static let parked = "/streams/s/subscriptions/u/parked"

    @Test(
        "What is not acknowledged in time comes again, and counts as failed",
        arguments: Engine.allCases
    )
    func timeout(_ engine: Engine) async throws {
        let api = try API(engine)
        await Self.prepare(api, keys: ["a", "b"])
        var silent = SuiteConsumer("silent", in: "s", through: api)
        var other = SuiteConsumer(in: "s", through: api)
        #expect(await silent.receive().offsets == [0, 1])
        api.clock.advance(by: .milliseconds(29_999))
        #expect(await other.receive().events.isEmpty)
        api.clock.advance(by: .milliseconds(1))
        let again = await other.receive()
        #expect(again.offsets == [0, 1] && again.deliveries == [2, 2], "\(again)")
        let late = await silent.settle(Self.ack(0))
        #expect(late.notHeld == ["0/0 lease_over"] && late.acknowledged == 0, "\(late)")
        await other.finish(2)
        #expect(await silent.settle(Self.ack(0)).notHeld == ["0/0 finished"])
    }

    @Test("A late acknowledgement counts while nobody has noticed the lease's end")
    func lateAcknowledgement() async throws {
        let api = try API()
        await Self.prepare(api, keys: ["a", "b"])
        var consumer = SuiteConsumer(in: "s", through: api)
        await consumer.receive()
        api.clock.advance(by: .seconds(40))
        await consumer.finish(2)
        #expect(await consumer.receive().events.isEmpty)
    }

    @Test("A process that did not watch a lease waits its length, or five minutes past its end")
    func unwatched() async throws {
        let api = try API()
        await Self.prepare(api, keys: ["a"])
        var silent = SuiteConsumer(in: "s", through: api)
        await silent.receive()
        api.clock.advance(by: .seconds(31))
        var second = SuiteConsumer(in: "s", through: api.another())
        #expect(await second.receive().events.isEmpty)
        api.clock.advance(by: .milliseconds(29_999))
        #expect(await second.receive().events.isEmpty)
        api.clock.advance(by: .milliseconds(1))
        #expect(await second.receive().deliveries == [2])
        api.clock.advance(by: .seconds(30 + 300) + .milliseconds(1))
        var third = SuiteConsumer(in: "s", through: api.another(seed: 3))
        #expect(await third.receive().deliveries == [3])
    }

    @Test("A lease that is extended lasts so long from then on, but no more than twelve hours")
    func extended() async throws {
        let api = try API()
        await Self.prepare(api, keys: ["a"], settings: ",\"ack_wait\":5")
        var holder = SuiteConsumer(in: "s", through: api)
        var other = SuiteConsumer(in: "s", through: api)
        await holder.receive()
        api.clock.advance(by: .seconds(4))
        #expect(await holder.settle("\"extend\":60").status == 200)
        api.clock.advance(by: .milliseconds(59_999))
        #expect(await other.receive().events.isEmpty)
        #expect(await holder.settle("\"extend\":43200").status == 200)
        // 64 s of the twelve hours are over.
        api.clock.advance(by: .seconds(43_200 - 64))
        #expect(await other.receive().events.isEmpty)
        api.clock.advance(by: .milliseconds(1))
        #expect(await other.receive().deliveries == [2])
        #expect(await holder.settle("\"extend\":60").held == 0)
    }

    @Test("What a lease still holds counts in all its partitions, also in those left alone")
    func heldElsewhere() async throws {
        let api = try API()
        await api.create("s", with: ",\"partition_count\":2")
        await api.publish(keys: (0..<12).map { "\($0)" }, to: "s")
        await api.deliver("s")
        var consumer = SuiteConsumer(in: "s", through: api)
        let page = await consumer.receive()
        let places = page.events.compactMap { $0["partition"] as? Int }
        let count = [places.count { $0 == 0 }, places.count { $0 == 1 }]
        #expect(count.allSatisfy { $0 > 0 } && page.events.count == 12, "\(count)")
        let some = await consumer.settle("\"ack\":\(JSONBody.places(Array(0..<count[0])))")
        #expect(some.acknowledged == count[0] && some.held == count[1], "\(some)")
        // Nothing of the lease is named.
        let none = await consumer.settle("\"ack\":[{\"partition\":0,\"offset\":99}]")
        #expect(none.held == count[1], "\(none)")
        let last = await consumer.settle("\"ack\":\"all\"")
        #expect(last.acknowledged == count[1] && last.held == 0, "\(last)")
    }

    @Test("After a time with cursors nothing counts that a process has kept of the time before")
    func keptRow() async throws {
        let api = try API()
        let keys = (0..<120).map { "\($0)" }
        await Self.prepare(api, keys: keys, settings: ",\"max_parked\":100")
        var consumer = SuiteConsumer(in: "s", through: api)
        await consumer.receive(limit: 100)
        await consumer.settle("\"reject\":\(JSONBody.places(Array(0..<100)))")
        #expect(await consumer.receive().blocked == ["0 max_parked"])
        let path = "/streams/s/subscriptions/u"
        for mode in ["cursor", "events"] {
            let body = "{\"delivery\":{\"mode\":\"\(mode)\"}}"
            #expect(await api.call("PATCH", at: path, sending: body).status == 200)
            guard mode == "cursor" else { continue }
            let page = await api.poll("s", as: "u", query: "limit=5")
            #expect(page.offsets == [100, 101, 102, 103, 104], "\(page)")
            #expect(await api.commit("s", as: "u", cursor: page.cursor).status == 200)
        }
        #expect(await consumer.receive().offsets == Array(105..<120))
    }

    @Test("What its consumer never answers for is parked in the end", arguments: Engine.allCases)
    func parkedByTimeout(_ engine: Engine) async throws {
        let api = try API(engine)
        let settings = ",\"ack_wait\":5,\"max_deliveries\":2,\"backoff\":[0]"
        await Self.prepare(api, keys: ["a", "a", "b"], settings: settings)
        var silent = SuiteConsumer("silent", in: "s", through: api)
        #expect(await silent.receive().offsets == [0, 1, 2])
        api.clock.advance(by: .seconds(5))
        // Each is on its last delivery by now, and travels alone.
        for offset in [0, 2] {
            let page = await silent.receive()
            #expect(page.offsets == [offset] && page.deliveries == [2], "\(page)")
        }
        #expect(await silent.receive().events.isEmpty)
        api.clock.advance(by: .seconds(5))
        #expect(await silent.receive().offsets == [1])
        api.clock.advance(by: .seconds(5))
        #expect(await silent.receive().events.isEmpty)
        let answer = await api.call("GET", at: Self.parked)
        let events = answer.json["parked"] as? [[String: Any]] ?? []
        #expect(events.map { $0["offset"] as? Int } == [0, 1, 2], "\(answer)")
        for event in events {
            let history = event["history"] as? [[String: Any]] ?? []
            #expect(history.first?["cause"] as? String == "max_deliveries")
            #expect(history.first?["consumer"] as? String == "silent")
            #expect(history.first?["deliveries"] as? Int == 2)
            #expect(history.first?["reason"] as? String == "")
        }
        #expect(await api.describe("s")["lag"] as? Int == 0)
    }

    @Test("What the log lost before it was finished is parked without its data")
    func expired() async throws {
        let api = try API()
        await api.create("s", with: ",\"partition_count\":1,\"retention_hours\":1")
        await api.publish(keys: ["a", "b"], to: "s")
        await api.deliver("s")
        var consumer = SuiteConsumer("worker", in: "s", through: api)
        await consumer.receive()
        let failed = "{\"partition\":0,\"offset\":0,\"delay\":7200,\"reason\":\"busy\"}"
        #expect(await consumer.settle("\"nack\":[\(failed)],\"ack\":\"all\"").acknowledged == 1)
        api.clock.advance(by: .hours(3))
        await api.publish(to: "s", key: "a")
        let page = await consumer.receive()
        #expect(page.offsets == [2] && page.deliveries == [1], "\(page)")
        let event = await api.call("GET", at: "\(Self.parked)/0/0")
        #expect(event.status == 200 && event.json["event"] == nil, "\(event)")
        #expect(event.json["key"] == nil && event.json["type"] == nil)
        let history = event.json["history"] as? [[String: Any]] ?? []
        #expect(history.first?["cause"] as? String == "expired")
        #expect(history.first?["reason"] as? String == "busy")
        // There is nothing that could be delivered.
        let replay = await api.call("POST", at: Self.parked + "/replay", sending: "{\"all\":true}")
        #expect(replay.json["replayed"] as? Int == 0 && replay.json["left"] as? Int == 0)
        let one = "{\"events\":\(JSONBody.places([0]))}"
        let named = await api.call("POST", at: Self.parked + "/replay", sending: one)
        #expect((named.json["not_parked"] as? [Any])?.count == 1, "\(named)")
        #expect(await api.call("DELETE", at: "\(Self.parked)/0/0").status == 200)
    }

    @Test("Who asked for a parked event is kept with it, where there are keys")
    func asker() async throws {
        for keys in [TestKeys.policy(), .off] {
            let api = try API(keys: keys)
            await Self.prepare(api, keys: ["a"])
            var consumer = SuiteConsumer(in: "s", through: api)
            await consumer.receive()
            await consumer.settle("\"reject\":\(JSONBody.places([0]))")
            await api.call("POST", at: Self.parked + "/replay", sending: "{\"all\":true}")
            let event = await api.call("GET", at: "\(Self.parked)/0/0")
            let entry = (event.json["history"] as? [[String: Any]])?.first ?? [:]
            #expect(entry["replayed_by"] as? String == (keys.isOn ? "root" : nil), "\(event)")
            #expect(entry["replayed_at"] is String)
        }
    }

    @Test(
        "Events are handed out once although nobody heard that their lease was stored",
        arguments: [Fault.loseAnswer, .loseRequest]
    )
    func openOutcome(_ fault: Fault) async throws {
        let table = FaultyTable(MemoryTable())
        let api = API(table: table)
        await Self.prepare(api, keys: ["a", "b"])
        var consumer = SuiteConsumer(in: "s", through: api)
        for step in 0..<2 {
            let next = Mutex<Fault?>(fault)
            table.follow(FaultPlan { $0.kind == .write ? next.withLock { $0.take() } : nil })
            if step == 0 {
                #expect(await consumer.receive().deliveries == [1, 1])
            } else {
                await consumer.finish(2)
            }
            #expect(next.withLock { $0 } == nil)
        }
        #expect(await api.describe("s")["lag"] as? Int == 0)
    }
}

/// Consumers that work at the same time.
extension DeliveryTests {
    private static let count = 120
    private static let keyCount = 9

    /// The events by their numbers: those of one key are so many apart.
    fileprivate struct Work {
        /// Those of which an acknowledgement was sent, whatever became of it.
        var sent: Set<Int> = []
        var done: Set<Int> = []

        /// Takes a page, in which an event stands behind all of its key that are not done.
        func check(_ numbers: [Int]) {
            for (index, number) in numbers.enumerated() {
                #expect(!done.contains(number), "\(number) is done")
                let before = stride(from: number - keyCount, through: 0, by: -keyCount)
                let missing = before.filter {
                    !sent.contains($0) && !numbers[..<index].contains($0)
                }
                #expect(missing.isEmpty, "\(number) comes before \(missing)")
            }
        }
    }

    /// The same, for consumers that run at once.
    private final class SharedWork: Sendable {
        let state = Mutex(Work())
    }

    @Test(
        "Consumers of two processes finish each event once, and each key in its order",
        arguments: Engine.allCases,
        1...3 as ClosedRange<UInt64>
    )
    func crowd(_ engine: Engine, _ seed: UInt64) async throws {
        let api = try API(engine)
        await api.create("s", with: ",\"partition_count\":2")
        await api.publish(keys: (0..<Self.count).map { "k\($0 % Self.keyCount)" }, to: "s")
        await api.deliver("s", settings: ",\"max_deliveries\":null,\"backoff\":[0]")
        let work = SharedWork()
        await withTaskGroup(of: Void.self) { group in
            for (number, process) in [api, api.another(), api, api].enumerated() {
                group.addTask {
                    var random = SeededGenerator(seed: seed << 8 | UInt64(number))
                    while work.state.withLock({ $0.done.count }) < Self.count {
                        await Self.work(through: process, on: work, random: &random)
                    }
                }
            }
        }
        #expect(await api.describe("s")["lag"] as? Int == 0)
        #expect(await api.open(of: "s").isEmpty)
    }

    /// Receives some events and says what became of them.
    private static func work(
        through api: API,
        on work: SharedWork,
        random: inout SeededGenerator
    ) async {
        let path = "/streams/s/subscriptions/u"
        let limit = Int.random(in: 1...10, using: &random)
        let body = "{\"limit\":\(limit)}"
        let page = await api.call("POST", at: path + "/receive", sending: body)
        // Where others were first too often, nothing was changed.
        guard page.status == 200, let lease = page.json["lease"] as? String else {
            #expect(page.status == 200 || page.status == 503, "\(page)")
            return await Task.yield()
        }
        let numbers = page.events.map { $0["data"] as? Int ?? -1 }
        work.state.withLock { $0.check(numbers) }
        let verdicts = numbers.map { _ in
            ["ack", "ack", "ack", "ack", "nack", "release"].randomElement(using: &random) ?? "ack"
        }
        func chosen<Element>(_ all: [Element], as verdict: String) -> [Element] {
            zip(all, verdicts).filter { $0.1 == verdict }.map(\.0)
        }
        let acked = zip(chosen(page.places, as: "ack"), chosen(numbers, as: "ack"))
        work.state.withLock { $0.sent.formUnion(acked.map(\.1)) }
        let lists = ["ack", "nack", "release"].map { name in
            let places = chosen(page.places, as: name).map { place in
                let parts = place.split(separator: "/")
                return "{\"partition\":\(parts[0]),\"offset\":\(parts[1])}"
            }
            return "\"\(name)\":[\(places.joined(separator: ","))]"
        }
        let members = "{\"lease\":\"\(lease)\",\(lists.joined(separator: ","))}"
        var answer: Answer
        repeat {
            answer = await api.call("POST", at: path + "/ack", sending: members)
        } while answer.status == 503
        #expect(answer.status == 200, "\(answer)")
        // A call that is repeated finds finished what it finished before.
        let missed = answer.notHeld.filter { !$0.hasSuffix(" finished") }
        let done = acked.filter { place, _ in !missed.contains { $0.hasPrefix(place + " ") } }
        work.state.withLock { $0.done.formUnion(done.map(\.1)) }
    }
}
