import ArgumentParser
import LedgerClient
import LedgerTesting
import Testing

@testable import eventledger

@Suite("Members on the command line")
struct MemberTests {
    /// A ledger with a stream of two partitions, 20 events, and a subscription.
    private static func ledger(_ place: borrowing TemporaryFolder) async throws -> RunningLedger {
        let ledger = try await RunningLedger(place["data"])
        try await ledger.done("stream", "create", "orders", "--partitions", "2")
        for key in 0..<20 { try await ledger.publish(["1"], under: "k\(key)", to: "orders") }
        try await ledger.done(
            "subscription",
            "create",
            "orders",
            "ship",
            "--start-from",
            "earliest"
        )
        return ledger
    }

    @Test("Two share a subscription, and are listed with what they have")
    func sharing() async throws {
        let place = try TemporaryFolder()
        let ledger = try await Self.ledger(place)
        let empty = try await ledger.done("subscription", "members", "orders", "ship")
        #expect(empty.lines == ["MEMBER  PARTITIONS  GIVING UP  SESSION  RENEWED"])
        func poll(_ member: String) async throws -> JSONValue {
            let page = try await ledger.done(
                "poll",
                "orders",
                "ship",
                "--member",
                member,
                "--session",
                "300",
                "--commit",
                "--json"
            )
            return try JSONValue(page.bytes)
        }
        let first = try await poll("anna")
        #expect(first["events"]?.elements.count == 20)
        #expect(first["member"]?["assigned"]?.elements.map { $0.text("partition") } == ["0", "1"])
        #expect(first["member"]?.text("session") == "300")
        // The second gets its share once the first has polled again.
        for name in ["ben", "anna"] { _ = try await poll(name) }
        let second = try await poll("ben")
        #expect(second["member"]?["assigned"]?.elements.count == 1)
        let table = try await ledger.done("subscription", "members", "orders", "ship")
        #expect(table.lines.count == 3, "\(table)")
        #expect(table.lines[1].contains(/^anna +[01] +none +300 s +2\d{3}-/), "\(table)")
        #expect(table.lines[2].contains(/^ben +[01] +none +300 s +2\d{3}-/), "\(table)")
        let json = try await ledger.done("subscription", "members", "orders", "ship", "--json")
        #expect(try JSONValue(json.bytes)["members"]?.elements.count == 2)
        let position = try await ledger.call(
            "GET",
            at: ["streams", "orders", "subscriptions", "ship"]
        )
        #expect(position.text("lag") == "0" && position.text("members") == "2")
        await ledger.stop()
    }

    @Test(
        "A session that can't be is refused with the limit",
        arguments: ["9", "301", "45.5", "-45", "x", "9223372036854775808"]
    )
    func sessions(_ text: String) async throws {
        let outcome = try await CommandLine.run(
            ["poll", "orders", "shipping", "--member=a", "--session=\(text)"]
        )
        #expect(outcome.status == 64, "\(outcome)")
        #expect(outcome.errors.contains("--session must be 10 to 300 whole seconds."), "\(outcome)")
    }

    @Test("A name that can't be is refused", arguments: ["a b", "a/b", "\u{e9}"])
    func names(_ text: String) async throws {
        let outcome = try await CommandLine.run(["poll", "orders", "shipping", "--member=\(text)"])
        #expect(outcome.status == 64, "\(outcome)")
        #expect(outcome.errors.contains("--member must be 1 to 64 of"), "\(outcome)")
    }

    @Test("A session needs a member")
    func sessionAlone() async throws {
        let outcome = try await CommandLine.run(["poll", "orders", "shipping", "--session", "45"])
        #expect(outcome.status == 64, "\(outcome)")
        #expect(outcome.errors.contains("it needs --member"), "\(outcome)")
        _ = try EventLedger.parseAsRoot(["poll", "s", "u", "--member", "a", "--session", "10"])
    }
}
