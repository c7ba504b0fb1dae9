import LedgerServer
import LedgerTesting
import Loopback
import Testing

/// Several server processes on one DynamoDB table.
@Suite("Stateless servers")
struct StatelessTests {
    @Test("When one of three on a table is killed, nothing is lost and nothing is there twice")
    func share() async throws {
        let aws = try await LocalAWS.shared()
        let table = try await aws.createTable()
        let servers = try await Self.start(3, on: table, of: aws)
        defer { for server in servers { server.kill() } }
        let load = KillLoad()
        try await load.create(servers[0].port)
        await load.share(servers.map(\.port), until: 200) { servers[0].kill() }
        let survivor = servers[1].port
        try await load.checkPositions(survivor)
        try await load.finishConsuming(survivor)
        // A put that timed out may still be applied a little later.
        var (log, state) = (try await load.wholeLog(survivor), [String: String]())
        var before: [History.Event] = []
        repeat {
            before = log
            state = try await load.compacted(servers[2].port)
            log = try await load.wholeLog(survivor)
        } while log != before
        let violations = load.history.violations(log: log)
        #expect(violations.isEmpty, "\(violations.prefix(5))")
        let expected = KillLoad.fold(log)
        #expect(state == expected, "\(state.filter { expected[$0.key] != $0.value })")
    }

    @Test(
        "Consumers that are killed, as their servers are in turn, still do all, in each key's order"
    )
    func consumers() async throws {
        let rounds = KillTrial.isLong ? 30 : 3
        try await KillTrial(servers: try await ServersOnTable(), rounds: rounds, pace: 40).run()
    }

    @Test("A poll that waits at one server gets what another one appends")
    func wait() async throws {
        let aws = try await LocalAWS.shared()
        let table = try await aws.createTable()
        let servers = try await Self.start(2, on: table, of: aws)
        defer { for server in servers { server.kill() } }
        let load = KillLoad()
        try await load.create(servers[0].port)
        async let count = Self.wait(servers[0].port)
        let event = JSONBody.event()
        try await APIConnection(servers[1].port)
            .persist(
                "POST",
                at: "/streams/s/events",
                body: event,
                headers: "Idempotency-Key: k\r\n"
            )
        #expect(try await count == 1)
    }

    private static func start(
        _ count: Int,
        on table: String,
        of aws: LocalAWS
    ) async throws -> [LedgerUnderTest] {
        var servers: [LedgerUnderTest] = []
        for _ in 0..<count { servers.append(try await LedgerUnderTest(table: table, of: aws)) }
        return servers
    }

    /// Polls until something comes, and says how much: what another server appends on a busy
    /// machine may take longer than one poll waits.
    private static func wait(_ port: Int) async throws -> Int {
        let patience = Patience()
        let client = try APIConnection(port)
        while true {
            let start = ContinuousClock.now
            let page = try await client.persist(
                "GET",
                at: "/streams/s/subscriptions/c0/poll?wait=20"
            )
            let events = page["events"] as? [Any] ?? []
            guard events.isEmpty else { return events.count }
            #expect(ContinuousClock.now - start > .seconds(19), "it did not wait")
            try patience.check("an event from another server")
        }
    }

    @Test(
        "A table is sqlite, or a name of DynamoDB's",
        arguments: [
            ("sqlite", LedgerStorage.sqlite(folder: "f")),
            ("dynamodb:my.table-1_x", .dynamoDB(table: "my.table-1_x")),
            ("dynamodb:", nil), ("dynamodb:ab", nil), ("dynamodb:a/b", nil), ("postgres", nil),
        ]
    )
    func storage(text: String, expected: LedgerStorage?) {
        #expect(LedgerStorage(text, folder: "f") == expected)
    }
}
