import Foundation
import LedgerCore
import LedgerTesting
import Synchronization
import Testing

@testable import LedgerService

/// The four functions on one table, each with its role's rights.
private final class Functions: Sendable {
    let memory = MemoryTable(deletesLogByItself: true)
    let clock = ManualClock()
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
            let table = GuardedTable(memory, granted: granted[function] ?? [])
            tables[function] = table
            processes[function] = TestLedger(
                table,
                clock: clock,
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
        _ = try await functions.call("DELETE", at: "/keys/\(key)")
        try await functions.sweep()
        functions.clock.advance(by: Limits.deletionGrace + .milliseconds(1))
        try await functions.sweep()
        #expect(Set(functions.memory.items.map(\.key)) == [.clock, .sweep])
    }
}
