import APISuite
import LedgerCore
import LedgerServer
import LedgerService
import LedgerTesting

/// A whole ledger behind a live HTTP server, whose table and clock the test controls.
///
/// It has a stream `s` of one partition, which keeps its events for an hour, with a subscription
/// `u`.
struct LedgerFixture: Sendable {
    let memory: MemoryTable
    let table: FaultyTable
    let clock = ManualClock()
    let process: TestLedger

    init(deletesLogByItself: Bool, keys: KeyPolicy) {
        memory = MemoryTable(deletesLogByItself: deletesLogByItself)
        table = FaultyTable(memory)
        var settings = Ledger.Configuration()
        settings.webhookSender = ScriptedEndpoint()
        process = TestLedger(table, clock: clock, configuration: settings, keys: keys)
    }

    /// Makes every call of `kinds` on a row of `group` fail from now on.
    func fail(
        _ kinds: [TableCall.Kind],
        on group: @escaping @Sendable (RowGroup) -> Bool = { _ in true },
        by fault: Fault
    ) {
        table.follow(
            FaultPlan { call in
                kinds.contains(call.kind) && call.groups.contains(where: group) ? fault : nil
            }
        )
    }

    /// The chunks of all streams, in order.
    var chunks: [Item] {
        memory.items.filter { if case .chunk = $0.key { true } else { false } }
    }
}

/// A request and its answer.
struct Exchange: Sendable {
    let request: SuiteRequest
    let answer: Answer
}

/// Talks to a fixture's server.
struct FixtureClient: Sendable {
    let fixture: LedgerFixture
    let port: Int
    var key: String?

    /// The same with another key, or without one.
    func with(_ key: String?) -> FixtureClient {
        FixtureClient(fixture: fixture, port: port, key: key)
    }

    func call(
        _ method: String,
        at target: String,
        sending body: String = "",
        headers: [(name: String, value: String)] = []
    ) async throws -> Exchange {
        let request = SuiteRequest(method, at: target, headers: headers, body: Array(body.utf8))
        let transport = HTTPTransport(url: "http://127.0.0.1:\(port)", key: key)
        return Exchange(request: request, answer: try await transport.send(request))
    }

    /// Sends exactly these bytes, which a client that knows HTTP would not.
    func raw(_ text: String, as method: String, at target: String) async throws -> Exchange {
        let client = try RawClient(port: port)
        try await client.send(text)
        let response = try await client.receive()
        return Exchange(
            request: SuiteRequest(method, at: target),
            answer: Answer(
                status: response.status,
                headers: response.headers.map { ($0.name.lowercased(), $0.value) },
                body: response.body
            )
        )
    }

    @discardableResult
    func publish(_ stream: String = "s", key: String = "k") async throws -> Exchange {
        try await call("POST", at: "/streams/\(stream)/events", sending: JSONBody.event(key: key))
    }

    /// Publishes to both partitions of a stream that it creates.
    func publishWidely() async throws -> Exchange {
        _ = try await call("POST", at: "/streams", sending: JSONBody.stream("wide", partitions: 2))
        let body = JSONBody.batch((0..<20).map { JSONBody.event(key: "k\($0)") })
        return try await call("POST", at: "/streams/wide/events", sending: body)
    }

    func poll(_ query: String = "") async throws -> Exchange {
        try await call("GET", at: "/streams/s/subscriptions/u/poll?\(query)")
    }

    func commit(_ cursor: String) async throws -> Exchange {
        let body = JSONBody.commit(cursor)
        return try await call("POST", at: "/streams/s/subscriptions/u/commit", sending: body)
    }

    /// Publishes an event, and returns the path of a subscription that delivers it.
    func deliver() async throws -> String {
        try await publish()
        let path = "/streams/s/subscriptions"
        let body = """
            {"subscription_id":"d","start_from":"earliest","delivery":{"mode":"events"}}
            """
        _ = try await call("POST", at: path, sending: body)
        return path + "/d"
    }
}
