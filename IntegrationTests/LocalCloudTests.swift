import APISuite
import AWSClient
import CurlHTTP
import DynamoDBTable
import Foundation
import LedgerClient
import LedgerCore
import LedgerTesting
import Testing

/// The way from the functions over the table's stream to the compactor, on the local cloud.
@Suite("Local cloud", .serialized)
struct LocalCloudTests {
    private let cloud: LocalCloud
    private let deployment: Deployment

    init() throws {
        cloud = try LocalCloud()
        deployment = try Deployment()
    }

    private func run(_ body: (SuiteClient) async throws -> Void) async throws {
        try await SuiteClient.run(over: deployment.transport, body: body)
    }

    @Test("The stream alone brings the compacted state up to the log")
    func compaction() async throws {
        try await run { api in
            let s = try await api.stream(",\"partition_count\":2")
            let batches = try await cloud.count("batches")
            for index in 0..<20 {
                try await api.publish(
                    to: s,
                    key: "k\(index % 6)",
                    data: index % 7 == 0 ? "null" : "\(index)"
                )
            }
            try await waitForFold(of: s, by: api)
            #expect(try await cloud.count("batches") > batches)
            try await expectFold(of: s, by: api)
        }
    }

    @Test("Batches that come twice, out of order or never end in the same state")
    func disturbed() async throws {
        try await run { api in
            let s = try await api.stream(",\"partition_count\":2")
            try await cloud.drain()
            try await cloud.disturb(duplicate: 4, reorder: 4, drop: 2)
            var random = SeededGenerator(seed: RandomSeed.base)
            for _ in 0..<30 {
                let value = Int.random(in: 0..<1000, using: &random)
                let isDeleted = value.isMultiple(of: 5)
                try await api.publish(
                    to: s,
                    key: "k\(value % 8)",
                    data: isDeleted ? "null" : "\(value)"
                )
                if value.isMultiple(of: 3) { try await cloud.drain() }
            }
            try await cloud.drain()
            // The sweep finds the events whose news was dropped.
            try await cloud.sweep()
            try await cloud.disturb()
            try await waitForFold(of: s, by: api)
            try await expectFold(of: s, by: api)
        }
    }

    @Test("The retry of a function killed between write and answer finds its own events")
    func killed() async throws {
        try await run { api in
            let s = try await api.stream(",\"partition_count\":1")
            try await api.publish(to: s, key: "before")
            let key = [(name: "idempotency-key", value: "order 1")]
            let body = "[{\"key\":\"k\",\"type\":\"t\",\"data\":1}]"
            let request = SuiteRequest(
                "POST",
                at: "/streams/\(s)/events",
                headers: key,
                body: Array(body.utf8)
            )
            try await cloud.killAfterWrite("publish")
            // The gateway's own words, not the ledger's.
            let lost = try await deployment.transport.send(request)
            #expect(lost.status >= 500, "\(lost)")
            let retried = try await api.call(
                "POST",
                at: request.target,
                sending: body,
                headers: key
            )
            #expect(retried.offsets == [1], "\(retried)")
            let again = try await api.call("POST", at: request.target, sending: body, headers: key)
            #expect(again.body == retried.body)
            let log = try await api.call("GET", at: "/streams/\(s)/events")
            #expect(log.keys == ["before", "k"] && log.offsets == [0, 1])
        }
    }

    @Test("A damaged chunk is given up after its retries, and holds up no other stream")
    func poison() async throws {
        try await run { api in
            let sick = try await api.stream(",\"partition_count\":1")
            let well = try await api.stream(",\"partition_count\":1")
            try await api.publish(to: sick, key: "k")
            try await waitForFold(of: sick, by: api)
            let abandoned = try await cloud.count("abandoned")
            try await damageTail(of: sick)
            for index in 0..<5 { try await api.publish(to: well, key: "k\(index)") }
            try await waitForFold(of: well, by: api)
            try await expectFold(of: well, by: api)
            try await Patience(.seconds(180)).wait(for: "the record to be given up") {
                try await cloud.count("abandoned") > abandoned
            }
            let read = try await api.call("GET", at: "/streams/\(sick)/events?from=1")
            #expect(read.status == 500 && read.error == "corrupt_chunk", "\(read)")
            #expect(try await api.call("GET", at: "/streams/\(sick)/events?from=0").keys == ["k"])
        }
    }

    @Test("Publishers at the same time are served by several instances")
    func concurrency() async throws {
        try await run { api in
            let s = try await api.stream(",\"partition_count\":4")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for publisher in 0..<16 {
                    group.addTask {
                        let key = [(name: "idempotency-key", value: "\(publisher)")]
                        let body = JSONBody.event(key: "p\(publisher)")
                        let answer = try await api.persist(Patience(.seconds(120))) {
                            try await api.call(
                                "POST",
                                at: "/streams/\(s)/events",
                                sending: body,
                                headers: key
                            )
                        }
                        #expect(answer.status == 200, "\(answer)")
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await cloud.instances(of: "publish") > 1)
            try await api.subscribe(to: s, as: "u")
            let page = try await api.poll(s, as: "u", query: "limit=100")
            #expect(page.keys.sorted() == (0..<16).map { "p\($0)" }.sorted())
        }
    }

    @Test("New events of a stream with a webhook call push, through the stream and the compactor")
    func webhooks() async throws {
        try await run { api in
            let s = try await api.stream(",\"partition_count\":1")
            let webhook = try await webhook(of: s)
            _ = try await cloud.table().write(.put(webhook))
            let calls = try await cloud.runs(of: "push", from: "invoke")
            // A compactor reads once a minute which streams have webhooks.
            try await Patience(.seconds(180)).wait(for: "a call of push") {
                try await api.publish(to: s, key: "k")
                return try await cloud.runs(of: "push", from: "invoke") > calls
            }
            let looks = try await cloud.runs(of: "push", from: "schedule")
            try await cloud.sweep()
            #expect(try await cloud.runs(of: "push", from: "schedule") > looks)
            _ = try await cloud.table().write(.delete(webhook.key))
        }
    }

    /// The row of a webhook that gets every event, whose subscription is gone: nothing is sent.
    private func webhook(of stream: String) async throws -> Item {
        let id = try #require(StreamID(stream))
        let row = try StreamRow(try #require(try await cloud.table().get(.stream(id))))
        let gone = SubscriptionIncarnation(high: 1, low: 1)
        var item = Item(.push(stream: row.incarnation, subscription: gone))
        item[.state] = .number(1)
        item[.count] = .number(0)
        item[.version] = .number(2)
        item[.timestamp] = .number(row.created.milliseconds)
        return item
    }

    // MARK: Folds

    /// Waits until nobody has anything left to fold of a stream.
    private func waitForFold(of stream: String, by api: SuiteClient) async throws {
        try await Patience(.seconds(180)).wait(for: "the fold of \(stream)") {
            let state = try await api.call("GET", at: "/streams/\(stream)").json
            let partitions = state["partitions"] as? [[String: Any]] ?? []
            return !partitions.isEmpty
                && partitions.allSatisfy {
                    $0["compacted_up_to"] as? Int == $0["next_offset"] as? Int
                }
        }
    }

    /// The compacted state is the last event of each key in the log.
    private func expectFold(of stream: String, by api: SuiteClient) async throws {
        try await api.subscribe(to: stream, as: "all")
        let log = try await api.poll(stream, as: "all", query: "limit=1000")
        #expect(log.caughtUp)
        var truth: [String: Int] = [:]
        for event in log.events { truth[event["key"] as? String ?? ""] = event["data"] as? Int }
        let state = try await api.call("GET", at: "/streams/\(stream)/compacted?limit=1000")
        let found = state.events.map { ($0["key"] as? String ?? "", $0["data"] as? Int ?? -1) }
        let replay = RandomSeed.replay("LocalCloudTests")
        #expect(Dictionary(uniqueKeysWithValues: found) == truth, "\(replay)")
    }

    /// Puts a chunk after the only one of a stream's only partition, whose bytes are damaged.
    private func damageTail(of stream: String) async throws {
        let table = try cloud.table()
        let id = try #require(StreamID(stream))
        let row = try StreamRow(try #require(try await table.get(.stream(id))))
        let partition = row.partitions[0]
        let log = try await table.query(Query(.log(row.incarnation, partition), limit: 1))
        let first = try #require(log.items.first)
        let next = try #require(Offset(1))
        var item = Item(.chunk(row.incarnation, partition, next))
        for attribute in first.attributes { item[attribute.name] = attribute.value }
        item[.batch] = .bytes([0x45, 0x4c, 1, 0])
        _ = try await table.write(.put(item, if: .notExists))
    }
}

/// The parts that only the local cloud has: its control endpoint, and the table from behind.
struct LocalCloud: Sendable {
    private let control: String

    init() throws {
        control = try Deployment.variable("EVENTLEDGER_CONTROL_URL")
    }

    /// One call of the control endpoint; throws when it answers another status than 200.
    @discardableResult
    func call(_ method: String, at path: String, body: String = "") async throws -> JSONValue {
        let request = CurlRequest(
            method: method,
            url: control + path,
            body: Array(body.utf8),
            timeout: .seconds(180)
        )
        let response = try await CurlClient().call(request)
        guard response.status == 200 else {
            let text = String(decoding: response.body, as: UTF8.self)
            throw TestFailure("\(method) \(path): \(response.status) \(text)")
        }
        return try JSONValue(response.body)
    }

    /// Waits until the compactor was given everything that the table's stream has.
    func drain() async throws {
        try await call("POST", at: "/drain", body: "{\"timeout\":120}")
    }

    /// The next batches of the stream come twice, or in another order, or not at all.
    func disturb(duplicate: Int = 0, reorder: Int = 0, drop: Int = 0) async throws {
        let body = "{\"duplicate\":\(duplicate),\"reorder\":\(reorder),\"drop\":\(drop)}"
        try await call("POST", at: "/stream-faults", body: body)
    }

    /// Runs the sweep and the look at all webhooks, and waits for them.
    func sweep() async throws { try await call("POST", at: "/schedule") }

    /// An instance of a function dies after its next write, before it has answered.
    func killAfterWrite(_ function: String) async throws {
        try await call(
            "POST",
            at: "/kill",
            body: "{\"function\":\"\(function)\",\"after_writes\":1}"
        )
    }

    /// A number of the stream's mapping: `batches`, `failed`, `abandoned`.
    func count(_ name: String) async throws -> Int {
        let mappings = try await call("GET", at: "/stream")["mappings"]?.elements ?? []
        let counts = mappings.compactMap { $0["counts"]?[name]?.text.flatMap { Int($0) } }
        return counts.reduce(0, +)
    }

    /// The number of a function's instances at present.
    func instances(of function: String) async throws -> Int {
        let all = try await call("GET", at: "/invocations")["instances"]
        guard case .object(let members) = all else { return 0 }
        let own = members.filter { $0.name.hasSuffix("-\(function)") }
        return own.compactMap { $0.value.text.flatMap { Int($0) } }.reduce(0, +)
    }

    /// The runs of a function without an error, from a route, `stream`, `schedule` or `invoke`.
    func runs(of function: String, from source: String) async throws -> Int {
        let all = try await call("GET", at: "/invocations")["invocations"]
        guard case .object(let members) = all else { return 0 }
        let own = members.filter { $0.name.hasSuffix("-\(function)") }.flatMap(\.value.elements)
        return own.count { $0["source"]?.text == source && $0["error"] == .null }
    }

    /// The deployed table, not through any function.
    func table() throws -> DynamoDBTable {
        let environment = try AWSEnvironment.fromProcess(overriding: [
            "AWS_ENDPOINT_URL": Deployment.variable("EVENTLEDGER_LOCAL_AWS_URL"),
            "AWS_REGION": Deployment.variable("EVENTLEDGER_LOCAL_AWS_REGION"),
            "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
        ])
        return try DynamoDBTable(
            name: Deployment.variable("EVENTLEDGER_LOCAL_TABLE"),
            environment: environment,
            attemptTimeout: .seconds(30)
        )
    }
}
