import LedgerCore
import LedgerTesting
import Testing

@testable import LedgerService

@Suite("Server-sent events")
struct EventStreamTests {
    private let clock = ManualClock(isImpatient: false)
    private let process: TestLedger

    init() async throws {
        var configuration = Ledger.Configuration()
        configuration.seesAllAppends = true
        process = TestLedger(MemoryTable(), clock: clock, configuration: configuration)
        try await process.done("POST", at: "/streams", sending: JSONBody.stream("s", partitions: 1))
        try await process.done(
            "POST",
            at: "/streams/s/subscriptions",
            sending: JSONBody.subscription("u")
        )
    }

    private static let poll = "/streams/s/subscriptions/u/poll"
    private static let read = "/streams/s/events?from=earliest"

    private func publish(_ key: String, data: String = "1") async throws {
        let event = JSONBody.event(key: key, data: data)
        try await process.done("POST", at: "/streams/s/events", sending: event)
    }

    private func open(
        _ target: String,
        accepting type: String = "text/event-stream",
        after id: String? = nil,
        on process: TestLedger? = nil
    ) async -> APIResponse {
        let last = id.map { [(name: "last-event-id", value: $0)] } ?? []
        let request = APIRequest("GET", at: target, headers: [("accept", type)] + last)
        return await (process ?? self.process).api.handle(request)
    }

    private func source(of response: APIResponse) throws -> any ChunkSource {
        guard case .stream(let source) = response.body else {
            throw TestFailure("no stream: \(response.status)")
        }
        #expect(response.headers.contains { $0 == ("content-type", "text/event-stream") })
        return source
    }

    private func text(_ source: any ChunkSource) async throws -> String? {
        try await source.next().map { String(decoding: $0, as: UTF8.self) }
    }

    /// Asks for the next chunk and does `meanwhile` once that waits.
    private func text(
        _ source: any ChunkSource,
        meanwhile: () async throws -> Void
    ) async throws -> String? {
        async let chunk = source.next()
        let patience = Patience()
        while clock.sleeperCount == 0 {
            try patience.check("the stream does not wait")
            await Task.yield()
        }
        try await meanwhile()
        return try await chunk.map { String(decoding: $0, as: UTF8.self) }
    }

    private func id(_ text: String?) throws -> String {
        String(try #require(text?.firstMatch(of: /^id: (\S+)\n/)).1)
    }

    @Test("A page is an event under its cursor, and the next one comes when there is one")
    func pages() async throws {
        for target in [Self.poll, Self.read] {
            try await publish("a")
            let source = try source(of: await open(target))
            let first = try await text(source)
            let id = try id(first)
            #expect(first?.hasPrefix("id: \(id)\nevent: page\ndata: {\"events\":[{") == true)
            #expect(first?.hasSuffix("}\n\n") == true && first?.contains(id) == true)
            let second = try await text(source) { try await publish("b") }
            #expect(second?.contains("\"key\":\"b\"") == true)
            #expect(second?.contains("\"key\":\"a\"") == false)
        }
    }

    @Test("A client that comes back goes on behind the last event that it had")
    func lastEventID() async throws {
        try await publish("a")
        for target in [Self.poll, Self.read] {
            let first = try await text(
                try source(of: await open(target + "\(Self.joint(target))limit=1"))
            )
            let again = try source(of: await open(target, after: try id(first)))
            let empty = try await text(again)
            #expect(empty == "id: \(try id(first))\n\n")
        }
        #expect(await open(Self.poll, after: "nonsense").status == 400)
    }

    private static func joint(_ target: String) -> String { target.contains("?") ? "&" : "?" }

    @Test("Every 15 seconds there is a sign of life, and after five minutes an end")
    func age() async throws {
        let source = try source(of: await open(Self.poll))
        #expect(try await text(source)?.hasPrefix("id: ") == true)
        for _ in 0..<20 {
            let chunk = try await text(source) { clock.advance(by: .seconds(15)) }
            #expect(chunk == ": \n\n")
        }
        #expect(try await text(source) == nil)
    }

    @Test("Line breaks within an event's data are lines of their own")
    func lines() async throws {
        try await publish("a", data: "{\"n\":\n1,\r\n\"m\":\r2}")
        let page = try await text(try source(of: await open(Self.poll)))
        #expect(page?.contains("data: 1,\ndata: \"m\":\ndata: 2}") == true, "\(page ?? "")")
        #expect(page?.contains("\r") == false)
    }

    @Test("An error before the first page is an answer, a later one ends the stream")
    func errors() async throws {
        #expect(await open("/streams/none/events").status == 404)
        #expect(await open(Self.poll + "?cursor=x").status == 400)
        let source = try source(of: await open(Self.poll))
        _ = try await source.next()
        let end = try await text(source) { try await process.done("DELETE", at: "/streams/s") }
        #expect(end == nil)
    }

    @Test("A process that stops ends its streams, and makes nothing more for them")
    func stop() async throws {
        let source = try source(of: await open(Self.poll))
        _ = try await source.next()
        let end = try await text(source) { process.ledger.endWaiting() }
        #expect(end == nil)
        let late = try self.source(of: await open(Self.poll))
        #expect(try await late.next() != nil)
        #expect(try await late.next() == nil)
    }

    @Test("Only a client that takes nothing else gets a stream")
    func accepted() async throws {
        for type in ["application/json", "*/*", "text/event-stream, application/json", ""] {
            guard case .bytes = await open(Self.poll, accepting: type).body else {
                Issue.record("\(type) was answered with a stream")
                continue
            }
        }
        for type in ["Text/Event-Stream", "text/event-stream;q=0.9", " text/event-stream "] {
            _ = try source(of: await open(Self.poll, accepting: type))
        }
    }

    @Test("A function gives one page, and has its client come back")
    func function() async throws {
        try await publish("a")
        let function = TestLedger(process.ledger.access.table, clock: clock, only: .poll)
        let response = await open(Self.poll, on: function)
        guard case .bytes(let bytes) = response.body else {
            throw TestFailure("a function streams")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.hasPrefix("id: ") && text.hasSuffix("\n\nretry: 1000\n\n"))
    }

    @Test("A key that is revoked meanwhile ends a stream")
    func revoked() async throws {
        let owner = TestLedger(MemoryTable(), clock: clock, keys: TestKeys.policy())
        let root = [(name: "authorization", value: "Bearer \(TestKeys.root.text)")]
        func call(_ method: String, _ target: String, _ body: String = "") async -> Answer {
            await owner.call(method, at: target, sending: body, headers: root)
        }
        #expect(await call("POST", "/streams", JSONBody.stream("s")).status == 201)
        let made = await call(
            "POST",
            "/keys",
            #"{"name":"n","scopes":[{"actions":["consume"],"streams":"*"}]}"#
        )
        let key = try #require(made.text.firstMatch(of: /"key":"([^"]+)"/)).1
        let id = try #require(made.text.firstMatch(of: /"key_id":"([^"]+)"/)).1
        let request = APIRequest(
            "GET",
            at: Self.read,
            headers: [("accept", "text/event-stream"), ("authorization", "Bearer \(key)")]
        )
        let source = try source(of: await owner.api.handle(request))
        _ = try await source.next()
        let end = try await text(source) {
            #expect(await call("DELETE", "/keys/\(id)").status == 200)
            clock.advance(by: .seconds(15))
        }
        #expect(end == nil)
    }
}
