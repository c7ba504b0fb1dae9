import Foundation
import LedgerClient
import LedgerTesting
import Loopback
import Testing

@testable import eventledger

/// The commands of events mode against a ledger as it is served.
@Suite("Events mode on the command line")
struct EventsModeTests {
    /// A ledger with a stream of one partition, events 0 to 5 of the keys a and b in turns, and a
    /// subscription in events mode whose failures come again at once, and are parked after two.
    private static func ledger(_ place: borrowing TemporaryFolder) async throws -> RunningLedger {
        let ledger = try await RunningLedger(place["data"])
        try await ledger.done("stream", "create", "orders", "--partitions", "1")
        for number in 0..<6 {
            let key = number.isMultiple(of: 2) ? "a" : "b"
            try await ledger.publish(["\(number)"], under: key, to: "orders")
        }
        try await ledger.done(
            "subscription",
            "create",
            "orders",
            "ship",
            "--start-from",
            "earliest",
            "--max-deliveries",
            "2",
            "--backoff",
            "0"
        )
        return ledger
    }

    private static func delivery(_ ledger: RunningLedger) async throws -> JSONValue {
        let path = ["streams", "orders", "subscriptions", "ship"]
        return try await ledger.call("GET", at: path)["delivery"] ?? .null
    }

    @Test("A policy is kept, shown and changed")
    func policy() async throws {
        let place = try TemporaryFolder()
        let ledger = try await Self.ledger(place)
        let created = try await Self.delivery(ledger)
        #expect(created.text("mode") == "events" && created.text("order") == "key")
        #expect(created.text("max_deliveries") == "2")
        try await ledger.done(
            "subscription",
            "update",
            "orders",
            "ship",
            "--max-deliveries",
            "none",
            "--ack-wait",
            "60"
        )
        let shown = try await ledger.done("subscription", "describe", "orders", "ship")
        #expect(shown.output.contains("ack wait 60 s, max deliveries none"), "\(shown)")
        await ledger.stop()
    }

    @Test("What is received is held until it is acknowledged, given back or failed")
    func receive() async throws {
        let place = try TemporaryFolder()
        let ledger = try await Self.ledger(place)
        let first = try await ledger.done("receive", "orders", "ship", "--limit", "2", "--json")
        let lease = try JSONValue(first.bytes).text("lease")
        #expect(try await Self.delivery(ledger).text("held") == "2")
        try await ledger.done("ack", "orders", "ship", lease, "--ack", "0/0", "--release", "0/1")
        let again = try await ledger.run("ack", "orders", "ship", lease, "--ack", "0/0")
        #expect(again.status == 0, "what is finished counts as done: \(again)")
        let rest = try await ledger.done("receive", "orders", "ship", "--ack")
        #expect(rest.lines.count == 5 && rest.lines.first?.contains(" 0:1 ") == true, "\(rest)")
        #expect(try await ledger.done("receive", "orders", "ship").output.isEmpty)
        await ledger.stop()
    }

    @Test("On a full device nothing is acknowledged, and the events come again")
    func fullDevice() async throws {
        let place = try TemporaryFolder()
        let ledger = try await Self.ledger(place)
        let outcome = try await ledger.shell("eventledger receive orders ship --ack > /dev/full")
        #expect(outcome.status == 4, "\(outcome)")
        #expect(outcome.errors.contains("nothing was acknowledged"), "\(outcome)")
        #expect(try await Self.delivery(ledger).text("held") == "6")
        await ledger.stop()
    }

    @Test("A worker handles every event, keys in order, and what fails too often is parked")
    func work() async throws {
        let place = try TemporaryFolder()
        let ledger = try await Self.ledger(place)
        let script = """
            test $EVENTLEDGER_OFFSET = 2 && { echo 'no such user' >&2; exit 1; }
            echo $EVENTLEDGER_KEY $EVENTLEDGER_OFFSET >> '\(place["done"])'
            """
        let outcome = try await ledger.run(
            [
                "work", "orders", "ship", "--until-empty", "--concurrency", "2", "--", "/bin/sh",
                "-c", script,
            ],
            input: []
        )
        #expect(outcome.status == 0, "\(outcome)")
        let done = try String(contentsOfFile: place["done"], encoding: .utf8).split(separator: "\n")
        #expect(done.filter { $0.hasPrefix("a") } == ["a 0", "a 4"])
        #expect(done.filter { $0.hasPrefix("b") } == ["b 1", "b 3", "b 5"])
        #expect(try await Self.delivery(ledger).text("parked") == "1")
        let parked = try await ledger.done("subscription", "parked", "orders", "ship")
        #expect(parked.lines.count == 2, "\(parked)")
        #expect(parked.output.contains("exit status 1: no such user"), "\(parked)")
        let shown = try await ledger.done(
            "subscription",
            "parked",
            "orders",
            "ship",
            "--show",
            "0/2"
        )
        #expect(shown.lines.last?.hasSuffix("  2") == true, "\(shown)")
        await ledger.stop()
    }

    @Test("What is parked is replayed or discarded, and what is not is named")
    func parked() async throws {
        let place = try TemporaryFolder()
        let ledger = try await Self.ledger(place)
        let first = try await ledger.done("receive", "orders", "ship", "--limit", "2", "--json")
        let lease = try JSONValue(first.bytes).text("lease")
        try await ledger.done(
            "ack",
            "orders",
            "ship",
            lease,
            "--reject",
            "0/0,0/1",
            "--reason",
            "bad"
        )
        let some = try await ledger.run("subscription", "replay", "orders", "ship", "0/0", "0/5")
        #expect(some.status == 1 && some.output == "1 event on the way again\n", "\(some)")
        #expect(some.errors.contains("not parked: 0/5"), "\(some)")
        let replayed = try await ledger.done("receive", "orders", "ship", "--limit", "1", "--ack")
        #expect(replayed.output.contains("0:0 (replayed)"), "\(replayed)")
        try await ledger.done("subscription", "discard", "orders", "ship", "0/1")
        let gone = try await ledger.run("subscription", "discard", "orders", "ship", "0/1")
        #expect(gone.status == 1 && gone.errors.contains("subscription parked"), "\(gone)")
        let rest = try await ledger.done("receive", "orders", "ship", "--json")
        #expect(try JSONValue(rest.bytes)["events"]?.elements.count == 4)
        try await ledger.done("subscription", "park", "orders", "ship", "0/3", "--reason", "by me")
        let all = try await ledger.done("subscription", "replay", "orders", "ship", "--all")
        #expect(all.output == "1 event on the way again\n", "\(all)")
        await ledger.stop()
    }

    @Test("A command of the other mode is refused, and says which is right")
    func wrongMode() async throws {
        let place = try TemporaryFolder()
        let ledger = try await Self.ledger(place)
        try await ledger.done("subscription", "create", "orders", "plain")
        for command in [["poll", "orders", "ship"], ["receive", "orders", "plain"]] {
            let outcome = try await ledger.run(command, input: [])
            #expect(outcome.status == 1, "\(outcome)")
            #expect(outcome.errors.contains("wrong_delivery_mode"), "\(outcome)")
            #expect(outcome.errors.contains("subscription describe"), "\(outcome)")
        }
        await ledger.stop()
    }
}
