import Foundation
import LedgerCore
import LedgerTesting
import Logging
import Synchronization
import Testing

@testable import LedgerService

/// The four functions on one table, each with its role's rights.
private final class Functions: Sendable {
    let memory = MemoryTable(deletesLogByItself: true)
    let clock = ManualClock()
    let tables: [LedgerFunction: GuardedTable]
    let ledgers: [LedgerFunction: Ledger]
    private let root: APIKey
    /// A key of the table's, once there is one: the root key is in no table.
    private let key = Mutex<String?>(nil)

    init() throws {
        var random = SystemRandomNumberGenerator()
        root = .random(using: &random)
        let granted = try Right.granted()
        var tables: [LedgerFunction: GuardedTable] = [:]
        var ledgers: [LedgerFunction: Ledger] = [:]
        for (seed, function) in LedgerFunction.allCases.enumerated() {
            var settings = Ledger.Configuration()
            settings.keepsClock = function == .compactor
            let table = GuardedTable(memory, granted: granted[function] ?? [])
            tables[function] = table
            ledgers[function] = Ledger(
                table: table,
                clock: clock,
                random: .seeded(UInt64(seed)),
                configuration: settings,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
        }
        self.tables = tables
        self.ledgers = ledgers
    }

    func call(
        _ method: String,
        _ target: String,
        _ body: String = "",
        key: String? = nil
    ) async throws -> [String: Any] {
        let parts = target.split(separator: "?").map(String.init)
        let route = try #require(EndpointTable.api.route(of: parts[0]))
        let function = try #require(route.endpoint(method)).function
        let ledger = try #require(ledgers[function])
        let request = APIRequest(
            method: method,
            path: parts[0],
            query: parts.count > 1 ? parts[1] : "",
            headers: [("authorization", "Bearer \(self.key.withLock { $0 } ?? root.text)")]
                + (key.map { [("idempotency-key", $0)] } ?? []),
            body: Array(body.utf8)
        )
        let answer = await LedgerAPI(
            ledger,
            only: function,
            keys: .on(KeySettings(rootHash: root.hash))
        ).handle(request)
        let text = String(decoding: answer.bytes, as: UTF8.self)
        #expect(answer.status < 300, "\(method) \(target): \(answer.status) \(text)")
        let object = try JSONSerialization.jsonObject(with: Data(answer.bytes))
        return try #require(object as? [String: Any])
    }

    /// Makes an API key that may do everything, and uses it from now on.
    func useKey() async throws -> String {
        let scopes = "[{\"actions\":[\"admin\",\"publish\",\"consume\"],\"streams\":\"*\"}]"
        let made = try await call("POST", "/keys", "{\"name\":\"k\",\"scopes\":\(scopes)}")
        key.withLock { $0 = made["key"] as? String }
        return try #require(made["key_id"] as? String)
    }

    func sweep() async throws {
        let report = try #require(await ledgers[.compactor]?.sweepDue(within: .seconds(60)))
        #expect(report.failures == 0)
    }

    /// Leaves a ring for the sweep, as for a partition that could not be folded.
    func leaveRing() async throws {
        let item = try #require(try await memory.query(Query(.streams, limit: 1)).items.first)
        let stream = try StreamRow(item)
        await ledgers[.compactor]?.folds.keep(
            FoldRequest(stream.partitions[0], of: stream)
        )
    }

    /// Brings the compactor the news of every chunk, as the table's stream does.
    func ring() async throws {
        let news = memory.items.compactMap { ChunkNotice($0.key, image: $0) }
        let failed = try #require(await ledgers[.compactor]?.fold(news))
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
        for ledger in functions.ledgers.values { await ledger.checkClock() }
        _ = try await functions.call("POST", "/accept-clock")
        let key = try await functions.useKey()
        try await publishAndRead(functions)
        try await subscribe(functions)
        try await compact(functions)
        _ = try await functions.call("GET", "/keys")
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
        let stream = "{\"stream_id\":\"s\",\"partition_count\":2}"
        _ = try await functions.call("POST", "/streams", stream)
        _ = try await functions.call("PATCH", "/streams/s", "{\"retention_hours\":5}")
        let event = "{\"key\":\"k\",\"type\":\"t\",\"data\":1}"
        for key in ["1", "1", nil] {
            _ = try await functions.call("POST", "/streams/s/events", event, key: key)
        }
        let many = (0..<20).map { "{\"key\":\"\($0)\",\"type\":\"t\",\"data\":null}" }
        let atomic = "{\"atomic\":true,\"events\":[\(many.joined(separator: ","))]}"
        _ = try await functions.call("POST", "/streams/s/events", atomic, key: "2")
        for from in ["0", "earliest", "latest", "2026-01-01T00:00:00Z"] {
            let target = "/streams/s/events?partition=0&from=\(from)"
            _ = try await functions.call("GET", target)
        }
        _ = try await functions.call("GET", "/streams")
        _ = try await functions.call("GET", "/streams/s")
    }

    private func subscribe(_ functions: Functions) async throws {
        let path = "/streams/s/subscriptions"
        let starts = [
            "\"earliest\"", "\"latest\"", "\"compacted\"", "{\"offsets\":{}}",
            "{\"timestamp\":\"2026-01-01T00:00:00Z\"}",
        ]
        for (index, start) in starts.enumerated() {
            let body = "{\"subscription_id\":\"u\(index)\",\"start_from\":\(start)}"
            _ = try await functions.call("POST", path, body)
            let page = try await functions.call("GET", "\(path)/u\(index)/poll")
            let cursor = try #require(page["cursor"] as? String)
            let commit = "{\"cursor\":\"\(cursor)\"}"
            _ = try await functions.call("POST", "\(path)/u\(index)/commit", commit)
            _ = try await functions.call("GET", "\(path)/u\(index)")
            _ = try await functions.call("POST", "\(path)/u\(index)/seek", "{\"to\":\(start)}")
        }
        _ = try await functions.call("GET", path)
        _ = try await functions.call("DELETE", "\(path)/u0")
    }

    private func compact(_ functions: Functions) async throws {
        try await functions.ring()
        try await functions.leaveRing()
        try await functions.sweep()
        _ = try await functions.call("POST", "/streams/s/compact")
        _ = try await functions.call(
            "POST",
            Endpoint.acceptTail.path.description.replacing("{stream}", with: "s")
        )
        _ = try await functions.call("GET", "/streams/s/compacted")
        _ = try await functions.call("GET", "/streams/s/compacted/k")
        let page = try await functions.call("GET", "/streams/s/subscriptions/u2/poll")
        #expect((page["events"] as? [Any])?.isEmpty == false)
    }

    private func delete(_ functions: Functions, _ key: String) async throws {
        _ = try await functions.call("POST", "/streams", "{\"stream_id\":\"t\"}")
        try await functions.interruptDeletion(of: "t")
        functions.clock.advance(by: Limits.sweepEvery)
        _ = try await functions.call("DELETE", "/streams/s")
        _ = try await functions.call("DELETE", "/keys/\(key)")
        try await functions.sweep()
        functions.clock.advance(by: Limits.deletionGrace + .milliseconds(1))
        try await functions.sweep()
        #expect(Set(functions.memory.items.map(\.key)) == [.clock, .sweep])
    }
}
