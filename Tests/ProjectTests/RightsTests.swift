import Foundation
import LedgerCore
import LedgerTesting
import Synchronization
import Testing

@testable import LedgerService

/// The five functions on one table, each with its role's rights.
private final class Functions: Sendable {
    let memory = MemoryTable(deletesLogByItself: true)
    let clock = ManualClock()
    /// Where the webhooks go.
    let endpoint = ScriptedEndpoint()
    /// The streams for which the compactor rang.
    let rung = Rung()
    /// The clock of push, whose timers must not end before their time.
    private let pushClock = ManualClock(isImpatient: false)
    private let isPushing = Mutex(false)
    let tables: [LedgerFunction: GuardedTable]
    let processes: [LedgerFunction: TestLedger]
    private let root: APIKey
    /// A key of the table's, once there is one: the root key is in no table.
    private let key = Mutex<String?>(nil)

    init() throws {
        var random = SystemRandomNumberGenerator()
        root = .random(using: &random)
        let granted = try Right.granted()
        var tables: [LedgerFunction: GuardedTable] = [:]
        var processes: [LedgerFunction: TestLedger] = [:]
        for (seed, function) in LedgerFunction.allCases.enumerated() {
            var settings = Ledger.Configuration()
            settings.keepsClock = function == .compactor
            switch function {
            case .admin, .push: settings.webhookSender = endpoint
            case .compactor: settings.ringPush = { [rung] in rung.append($0) }
            case .publish, .poll: break
            }
            let table = GuardedTable(memory, granted: granted[function] ?? [])
            tables[function] = table
            processes[function] = TestLedger(
                table,
                clock: function == .push ? pushClock : clock,
                random: .seeded(UInt64(seed)),
                configuration: settings,
                keys: .on(KeySettings(rootHash: root.hash)),
                only: function
            )
        }
        self.tables = tables
        self.processes = processes
    }

    func call(
        _ method: String,
        at target: String,
        sending body: String = "",
        idempotencyKey: String? = nil
    ) async throws -> [String: Any] {
        let route = try #require(EndpointTable.api.route(of: String(target.prefix { $0 != "?" })))
        let function = try #require(route.endpoint(method)).function
        let process = try #require(processes[function])
        let answer = await process.call(
            method,
            at: target,
            sending: body,
            idempotencyKey: idempotencyKey,
            headers: [("authorization", "Bearer \(self.key.withLock { $0 } ?? root.text)")]
        )
        #expect(answer.status < 300, "\(method) \(target): \(answer)")
        let object = try JSONSerialization.jsonObject(with: Data(answer.body))
        return try #require(object as? [String: Any])
    }

    /// Makes an API key that may do everything, and uses it from now on.
    func useKey() async throws -> String {
        let scopes = "[{\"actions\":[\"admin\",\"publish\",\"consume\"],\"streams\":\"*\"}]"
        let made = try await call(
            "POST",
            at: "/keys",
            sending: "{\"name\":\"k\",\"scopes\":\(scopes)}"
        )
        key.withLock { $0 = made["key"] as? String }
        return try #require(made["key_id"] as? String)
    }

    func sweep() async throws {
        let report = try #require(
            await processes[.compactor]?.ledger.sweepDue(within: .seconds(60))
        )
        #expect(report.failures == 0)
    }

    /// Leaves a ring for the sweep, as for a partition that could not be folded.
    func leaveRing() async throws {
        let item = try #require(try await memory.query(Query(.streams, limit: 1)).items.first)
        let stream = try StreamRow(item)
        await processes[.compactor]?.ledger.folds.keep(
            FoldRequest(stream.partitions[0], of: stream)
        )
    }

    /// Brings the compactor the news of every chunk, as the table's stream does.
    func ring() async throws {
        let news = memory.items.compactMap { ChunkNotice($0.key, image: $0) }
        let failed = try #require(await processes[.compactor]?.ledger.fold(news))
        #expect(failed.isEmpty)
        await processes[.compactor]?.ledger.ringPush(after: news)
    }

    /// Has push send what is due, to its end.
    func push() async throws {
        pushClock.advance(by: max(clock.now() - pushClock.now(), .zero))
        isPushing.withLock { $0 = true }
        let isLeft = await processes[.push]?.ledger.webhooks.runDue(of: nil, within: .hours(1))
        isPushing.withLock { $0 = false }
        #expect(isLeft == false)
    }

    /// The same, where push does not learn what became of its first write: it looks that up after a
    /// pause.
    func pushWithoutAnswer() async throws {
        try #require(tables[.push]).loseNextAnswer()
        isPushing.withLock { $0 = true }
        async let pushed: Void = push()
        try await Patience().wait(for: "a run of push") {
            // Besides the timer by which the run itself would end.
            if pushClock.sleeperCount > 1 { pushClock.advance(by: .milliseconds(20)) }
            return isPushing.withLock { !$0 }
        }
        try await pushed
    }

    /// Makes a stream one from before there were rows of names.
    func forgetName(of name: String) async throws {
        let id = try #require(StreamID(name))
        let row = try StreamRow(try #require(try await memory.get(.stream(id))))
        _ = try await memory.write(.delete(.streamName(row.incarnation)))
    }

    /// A deletion that was interrupted after its first step.
    func interruptDeletion(of name: String) async throws {
        let id = try #require(StreamID(name))
        var row = try StreamRow(try #require(try await memory.get(.stream(id))))
        row.state = .deleting
        row.version += 1
        _ = try await memory.write(.put(row.item))
    }
}

/// The streams for which a function was rung.
private final class Rung: Sendable {
    private let names = Mutex<Set<String>>([])

    var all: Set<String> { names.withLock { $0 } }

    func append(_ streams: [StreamID]) { names.withLock { $0.formUnion(streams.map(\.name)) } }
}

/// The roles in `tofu`, against what the functions do.
@Suite("Rights")
struct RightsTests {
    @Test("Every function gets along with its role, and uses all of it")
    func roles() async throws {
        let functions = try Functions()
        for process in functions.processes.values { await process.ledger.checkClock() }
        _ = try await functions.call("POST", at: "/accept-clock")
        let key = try await functions.useKey()
        try await publishAndRead(functions)
        try await subscribe(functions)
        try await send(functions)
        try await compact(functions)
        _ = try await functions.call("GET", at: "/keys")
        try await delete(functions, key)
        let granted = try Right.granted()
        #expect(Set(granted.keys) == Set(LedgerFunction.allCases))
        for (function, table) in functions.tables {
            #expect(table.refused == [], "\(function) lacks rights")
            let unused = granted[function, default: []].subtracting(table.used)
            #expect(unused == [], "\(function) has rights that it does not use")
        }
    }

    private func publishAndRead(_ functions: Functions) async throws {
        _ = try await functions.call(
            "POST",
            at: "/streams",
            sending: JSONBody.stream("s", partitions: 2)
        )
        _ = try await functions.call("PATCH", at: "/streams/s", sending: "{\"retention_hours\":5}")
        for key in ["1", "1", nil] {
            _ = try await functions.call(
                "POST",
                at: "/streams/s/events",
                sending: JSONBody.event(),
                idempotencyKey: key
            )
        }
        let many = JSONBody.batch((0..<20).map { JSONBody.event(key: "\($0)", data: "null") })
        let atomic = "{\"atomic\":true,\"events\":\(many)}"
        _ = try await functions.call(
            "POST",
            at: "/streams/s/events",
            sending: atomic,
            idempotencyKey: "2"
        )
        for from in ["0", "earliest", "latest", "2026-01-01T00:00:00Z"] {
            let target = "/streams/s/events?partition=0&from=\(from)"
            _ = try await functions.call("GET", at: target)
        }
        _ = try await functions.call("GET", at: "/streams")
        _ = try await functions.call("GET", at: "/streams/s")
    }

    private func subscribe(_ functions: Functions) async throws {
        let path = "/streams/s/subscriptions"
        let starts = [
            "\"earliest\"", "\"latest\"", "\"compacted\"", "{\"offsets\":{}}",
            "{\"timestamp\":\"2026-01-01T00:00:00Z\"}",
        ]
        for (index, start) in starts.enumerated() {
            let body = JSONBody.subscription("u\(index)", from: start)
            _ = try await functions.call("POST", at: path, sending: body)
            let page = try await functions.call("GET", at: "\(path)/u\(index)/poll")
            let cursor = try #require(page["cursor"] as? String)
            let commit = JSONBody.commit(cursor)
            _ = try await functions.call("POST", at: "\(path)/u\(index)/commit", sending: commit)
            _ = try await functions.call("GET", at: "\(path)/u\(index)")
            _ = try await functions.call(
                "POST",
                at: "\(path)/u\(index)/seek",
                sending: "{\"to\":\(start)}"
            )
        }
        try await share("\(path)/u1", functions)
        try await deliver("\(path)/u3", functions)
        _ = try await functions.call("GET", at: path)
        _ = try await functions.call("DELETE", at: "\(path)/u0")
    }

    private func share(_ subscription: String, _ functions: Functions) async throws {
        let page = try await functions.call("GET", at: "\(subscription)/poll?member=a")
        let commit = JSONBody.commit(try #require(page["cursor"] as? String))
        _ = try await functions.call("POST", at: "\(subscription)/commit", sending: commit)
        let members = "\(subscription)/members"
        _ = try await functions.call("POST", at: "\(members)/b/heartbeat", sending: "{}")
        _ = try await functions.call("GET", at: members)
        _ = try await functions.call("GET", at: subscription)
        _ = try await functions.call("DELETE", at: "\(members)/a")
    }

    private func deliver(_ subscription: String, _ functions: Functions) async throws {
        let mode = "{\"delivery\":{\"mode\":\"events\"}}"
        _ = try await functions.call("PATCH", at: subscription, sending: mode)
        let earliest = "{\"to\":\"earliest\"}"
        _ = try await functions.call("POST", at: "\(subscription)/seek", sending: earliest)
        // What a function did is looked up where it does not know.
        try #require(functions.tables[.poll]).loseNextAnswer()
        let page = try await functions.call(
            "POST",
            at: "\(subscription)/receive",
            sending: "{\"limit\":1}"
        )
        let lease = try #require(page["lease"] as? String)
        let event = try #require((page["events"] as? [[String: Any]])?.first)
        let place = "\(event["partition"] ?? "")/\(event["offset"] ?? "")"
        let places = """
            [{"partition":\(event["partition"] ?? ""),"offset":\(event["offset"] ?? "")}]
            """
        let reject = "{\"lease\":\"\(lease)\",\"reject\":\(places)}"
        _ = try await functions.call("POST", at: "\(subscription)/ack", sending: reject)
        let parked = "\(subscription)/parked"
        _ = try await functions.call("GET", at: parked)
        _ = try await functions.call("GET", at: "\(parked)/\(place)")
        _ = try await functions.call("GET", at: subscription)
        _ = try await functions.call("POST", at: "\(parked)/replay", sending: "{\"all\":true}")
    }

    private func send(_ functions: Functions) async throws {
        // One of its partitions stays empty.
        _ = try await functions.call(
            "POST",
            at: "/streams",
            sending: JSONBody.stream("w", partitions: 2)
        )
        let path = "/streams/w/subscriptions"
        for name in ["h", "h2"] {
            let body = """
                {"subscription_id":"\(name)","start_from":"earliest",\
                "webhook":{"url":"https://example.com/"},"delivery":{"max_deliveries":1}}
                """
            _ = try await functions.call("POST", at: path, sending: body)
        }
        let verified = try await functions.call("POST", at: "\(path)/h/webhook/verify")
        #expect(verified["state"] as? String == "active")
        for _ in 0..<3 {
            _ = try await functions.call(
                "POST",
                at: "/streams/w/events",
                sending: JSONBody.event(key: "k")
            )
        }
        try await functions.ring()
        #expect(functions.rung.all == ["w"])
        try await functions.forgetName(of: "w")
        functions.endpoint.follow { $0.place.offset == 0 ? .status(400) : .status(204) }
        try await functions.pushWithoutAnswer()
        #expect(functions.endpoint.events.map(\.place.offset) == [0, 1, 2])
        try await replay(of: "\(path)/h", functions)
        _ = try await functions.call("GET", at: "\(path)/h")
        _ = try await functions.call("POST", at: "\(path)/h/webhook/rotate")
        _ = try await functions.call("DELETE", at: "\(path)/h2")
    }

    /// Asks for the parked event again, which first meets an endpoint that is down.
    private func replay(of subscription: String, _ functions: Functions) async throws {
        let replay = "{\"all\":true}"
        _ = try await functions.call("POST", at: "\(subscription)/parked/replay", sending: replay)
        functions.endpoint.follow { _ in .status(503) }
        try await functions.push()
        let resumed = try await functions.call("POST", at: "\(subscription)/webhook/resume")
        #expect(resumed["state"] as? String == "active")
        functions.endpoint.follow(ScriptedEndpoint.willing)
        functions.endpoint.forget()
        try await functions.push()
        #expect(functions.endpoint.events.map(\.place.offset) == [0])
    }

    private func compact(_ functions: Functions) async throws {
        try await functions.ring()
        try await functions.leaveRing()
        try await functions.sweep()
        _ = try await functions.call("POST", at: "/streams/s/compact")
        _ = try await functions.call(
            "POST",
            at: Endpoint.acceptTail.path.description.replacing("{stream}", with: "s")
        )
        _ = try await functions.call("GET", at: "/streams/s/compacted")
        _ = try await functions.call("GET", at: "/streams/s/compacted/k")
        let page = try await functions.call("GET", at: "/streams/s/subscriptions/u2/poll")
        #expect((page["events"] as? [Any])?.isEmpty == false)
    }

    private func delete(_ functions: Functions, _ key: String) async throws {
        _ = try await functions.call("POST", at: "/streams", sending: JSONBody.stream("t"))
        try await functions.interruptDeletion(of: "t")
        functions.clock.advance(by: Limits.sweepEvery)
        _ = try await functions.call("DELETE", at: "/streams/s")
        _ = try await functions.call("DELETE", at: "/streams/w")
        _ = try await functions.call("DELETE", at: "/keys/\(key)")
        try await functions.sweep()
        functions.clock.advance(by: Limits.deletionGrace + .milliseconds(1))
        try await functions.sweep()
        #expect(Set(functions.memory.items.map(\.key)) == [.clock, .sweep])
    }
}
