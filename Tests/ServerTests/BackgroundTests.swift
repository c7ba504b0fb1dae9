import APISuite
import LedgerService
import LedgerTesting
import SQLiteTable
import Testing

/// The background work of a server process, as seen from outside.
@Suite("Background work of a server process")
struct BackgroundTests {
    private static let events = 500

    @Test("The fold lag of a busy stream is shown, and returns to zero when it rests")
    func foldLag() async throws {
        let folder = try TemporaryFolder()
        let server = try await ServerOutside(data: folder)
        defer { server.kill() }
        try await server.create("s")
        let patience = Patience()
        var shown: Int?
        while shown ?? 0 == 0 {
            try patience.check("a fold lag above zero; the last was \(shown ?? -1)")
            try await server.publish(Self.events)
            shown = try await server.foldLag()
        }
        try await Patience().wait(for: "a fold lag of zero, once all is folded") {
            let isFolded = try await server.isFolded()
            return try await server.foldLag() == 0 && isFolded
        }
    }

    @Test("What a process left unfolded is folded by the next one's sweep, without an append")
    func sweep() async throws {
        let folder = try TemporaryFolder()
        try await publishWithoutFolding(in: folder)
        let server = try await ServerOutside(data: folder)
        defer { server.kill() }
        let patience = Patience()
        try await patience.wait(for: "the fold of what was left") {
            try await server.isFolded()
        }
        let state = try await server.get("/streams/s/compacted?limit=1000")
        #expect(state.events.count == Self.events)
        // The rows come first, then the numbers.
        try await patience.wait(for: "the number of folded events") {
            try await server.metric("eventledger_folded_events_total") == Self.events
        }
        try await patience.wait(for: "the number of sweeps") {
            try await server.metric("eventledger_sweeps_total") ?? 0 >= 1
        }
        #expect(try await server.metric("eventledger_sweep_failures_total") == 0)
        #expect(try await server.metric("eventledger_appended_events_total") == 0)
    }

    @Test("The lag of a subscription is shown once it was asked for")
    func subscriptionLag() async throws {
        let folder = try TemporaryFolder()
        let server = try await ServerOutside(data: folder)
        defer { server.kill() }
        try await server.create("s")
        try await server.publish(Self.events)
        try await server.subscribe(to: "s", as: "u")
        let page = try await server.poll("s", as: "u", query: "limit=1000")
        #expect(page.events.count == Self.events)
        let labels = "{stream=\"s\",subscription=\"u\"}"
        try await Patience().wait(for: "the lag") {
            try await server.metric("eventledger_subscription_lag_events\(labels)") != nil
        }
        #expect(
            try await server.metric("eventledger_subscription_lag_events\(labels)") == Self.events
        )
        #expect(try await server.metric("eventledger_subscriptions_not_shown") == 0)
        let text = try await server.get("/metrics").text
        let line = text.split(separator: "\n").first {
            $0.hasPrefix("eventledger_subscription_lag_seconds\(labels) ")
        }
        let age = try #require(line?.split(separator: " ").last.flatMap { Double($0) })
        #expect(age > 0)
    }

    @Test("Every metric says what it is, in as many lines with one stream as with a hundred")
    func metrics() async throws {
        let folder = try TemporaryFolder()
        let server = try await ServerOutside(data: folder)
        defer { server.kill() }
        try await server.create("s")
        try await server.publish(1)
        // A stream is named as lagging until then.
        try await Patience().wait(for: "the fold") {
            let isFolded = try await server.isFolded()
            return try await server.foldLag() == 0 && isFolded
        }
        let before = try await server.families()
        for index in 0..<100 { try await server.create("t\(index)") }
        let after = try await server.families()
        #expect(Set(after.keys).symmetricDifference(before.keys).isEmpty)
        for (name, family) in before {
            #expect(family.help?.hasSuffix(".") == true, "\(name) has no HELP")
            #expect(family.type != nil, "\(name) has no TYPE")
            #expect((family.type == "counter") == name.hasSuffix("_total"), "\(name)")
            #expect(family.lines <= 250, "\(name) has \(family.lines) lines")
        }
        let names = before.keys.filter { $0.hasPrefix("eventledger_") }
        #expect(names.count == before.count && names.contains("eventledger_commits_total"))
    }

    /// Leaves a ledger behind that published to a stream `s` and ended before it folded anything.
    private func publishWithoutFolding(in folder: TemporaryFolder) async throws {
        let table = try SQLiteTable.open(path: folder.file)
        let process = TestLedger(table, clock: SystemClock(), random: .system)
        for (path, body) in [
            ("/streams", JSONBody.stream("s")),
            ("/streams/s/events", ServerOutside.batch(Self.events)),
        ] {
            // On a busy machine one may be late.
            try await Patience().wait(for: path) {
                let answer = await process.call(
                    "POST",
                    at: path,
                    sending: body,
                    idempotencyKey: "once"
                )
                return [200, 201, 409].contains(answer.status)
            }
        }
        await table.close()
    }
}

/// A server process of its own, and what it says.
private struct ServerOutside: APICaller {
    private let server: LedgerUnderTest
    private let transport: HTTPTransport

    init(data: TemporaryFolder) async throws {
        server = try await LedgerUnderTest(data: data)
        transport = HTTPTransport(url: "http://127.0.0.1:\(server.port)")
    }

    func kill() { server.kill() }

    static func batch(_ count: Int) -> String {
        JSONBody.batch((0..<count).map { JSONBody.event(key: "k\($0)") })
    }

    func send(_ request: SuiteRequest) async throws -> Answer { try await transport.send(request) }

    func publish(_ count: Int) async throws {
        let target = "/streams/s/events?ack=summary"
        let answer = try await call("POST", at: target, sending: Self.batch(count))
        #expect(answer.status == 200, "\(answer)")
    }

    func get(_ target: String) async throws -> Answer {
        let answer = try await call("GET", at: target)
        #expect(answer.status == 200, "\(answer)")
        return answer
    }

    /// The value of a metric's only line; nil when it is not shown.
    func metric(_ name: String) async throws -> Int? {
        let lines = try await get("/metrics").text.split(separator: "\n")
        let line = lines.first { $0.hasPrefix(name + " ") || $0.hasPrefix(name + "{") }
        return line?.split(separator: " ").last.flatMap { Int($0) }
    }

    /// The metrics that `/metrics` shows, by their names.
    func families() async throws -> [String: (help: String?, type: String?, lines: Int)] {
        var families: [String: (help: String?, type: String?, lines: Int)] = [:]
        var name = ""
        for line in try await get("/metrics").text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 3).map(String.init)
            if words[0] == "#" { name = words[2] } else if !line.hasPrefix(name) { name = "?" }
            var family = families[name] ?? (nil, nil, 0)
            switch (words[0], words[1]) {
            case ("#", "HELP"): family.help = words[3]
            case ("#", "TYPE"): family.type = words[3]
            default: family.lines += 1
            }
            families[name] = family
        }
        return families
    }

    func foldLag() async throws -> Int? { try await metric("eventledger_fold_lag_events") }

    /// True when the compacted state of every partition is as far as its log.
    func isFolded() async throws -> Bool {
        let state = try await get("/streams/s").json
        let partitions = state["partitions"] as? [[String: Any]] ?? []
        return partitions.count == 3
            && partitions.allSatisfy {
                $0["compacted_up_to"] as? Int == $0["next_offset"] as? Int
            }
    }
}
