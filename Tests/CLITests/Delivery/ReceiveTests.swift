import LedgerClient
import LedgerTesting
import Testing

@testable import eventledger

@Suite("receive and ack, as commands")
struct ReceiveTests {
    private static func page(_ events: [String], lease: String = "\"AQ-lease\"") -> String {
        "{\"lease\":\(lease),\"ack_wait\":30,\"events\":[\(events.joined(separator: ","))],"
            + "\"remaining\":0,\"caught_up\":true}"
    }

    /// A ledger with two events, which answers acknowledgements so.
    private static func ledger(
        notHeld: String = "",
        acknowledged: Int = 2
    ) -> FakeLedger {
        FakeLedger { call in
            guard call.line.hasSuffix("/receive") else {
                return (200, "{\"acknowledged\":\(acknowledged),\"not_held\":[\(notHeld)]}")
            }
            let events = [
                FakeSubscription.event(4), FakeSubscription.event(5, key: "j", deliveries: 2),
            ]
            return (200, page(events))
        }
    }

    @Test("Events are printed as poll prints them, and how to acknowledge them beside")
    func printed() async throws {
        let ledger = Self.ledger()
        let outcome = try await ledger.run(
            "receive",
            "orders",
            "ship",
            "--limit",
            "7",
            "--wait",
            "1.5",
            "--consumer",
            "me"
        )
        #expect(outcome.status == 0, "\(outcome)")
        #expect(
            outcome.lines == [
                "2026-11-21T01:02:03.456Z  0:4  k  order.paid  {\"number\":4}",
                "2026-11-21T01:02:03.456Z  0:5 (delivery 2)  j  order.paid  {\"number\":5}",
            ]
        )
        #expect(
            outcome.errors == "eventledger: 2 events held for 30 s; acknowledge with:\n"
                + "  eventledger ack orders ship AQ-lease --ack all\n"
        )
        let call = try #require(ledger.calls.first)
        #expect(call.line == "POST /streams/orders/subscriptions/ship/receive")
        #expect(call.body == "{\"limit\":7,\"wait\":1.500,\"consumer\":\"me\"}")
        #expect(ledger.calls.count == 1)
    }

    @Test("With --json the answer is printed as it is, and nothing beside")
    func json() async throws {
        let outcome = try await Self.ledger().run("receive", "orders", "ship", "--json")
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
        let answer = try JSONValue(outcome.bytes)
        #expect(answer.text("lease") == "AQ-lease")
        #expect(answer["events"]?.elements.count == 2)
    }

    @Test("With --ack all is acknowledged once it is printed")
    func acknowledged() async throws {
        let ledger = Self.ledger()
        let outcome = try await ledger.run("receive", "orders", "ship", "--ack")
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome)")
        #expect(outcome.lines.count == 2)
        let call = try #require(ledger.calls.last)
        #expect(call.line == "POST /streams/orders/subscriptions/ship/ack")
        #expect(call.body == "{\"lease\":\"AQ-lease\",\"ack\":\"all\"}")
    }

    @Test(
        "Where the output fails nothing is acknowledged",
        arguments: ["receive orders ship --ack", "receive orders ship --ack --json"]
    )
    func fullDevice(_ command: String) async throws {
        let ledger = Self.ledger()
        let outcome = try await ledger.shell("eventledger \(command) > /dev/full")
        #expect(outcome.status == 4, "\(outcome)")
        #expect(outcome.errors.contains("nothing was acknowledged"), "\(outcome)")
        #expect(ledger.calls.count == 1)
    }

    @Test("No events are no lease and nothing to acknowledge")
    func empty() async throws {
        let ledger = FakeLedger(Self.page([], lease: "null"))
        let outcome = try await ledger.run("receive", "orders", "ship", "--ack")
        #expect(outcome.status == 0 && outcome.output.isEmpty && outcome.errors.isEmpty)
        #expect(ledger.calls.count == 1)
    }

    @Test("Events without a lease are no answer of a ledger")
    func noLease() async throws {
        let ledger = FakeLedger(Self.page([FakeSubscription.event(1)], lease: "null"))
        let outcome = try await ledger.run("receive", "orders", "ship", "--ack", "--json")
        #expect(outcome.status == 3 && outcome.output.isEmpty, "\(outcome)")
        #expect(outcome.errors.contains("not_a_ledger"), "\(outcome)")
    }

    @Test("What a lease does not hold any more is named and is exit code 1, unless it is finished")
    func notHeld() async throws {
        let over = "{\"partition\":0,\"offset\":5,\"why\":\"lease_over\"}"
        let finished = "{\"partition\":0,\"offset\":4,\"why\":\"finished\"}"
        let late = Self.ledger(notHeld: "\(finished),\(over)", acknowledged: 0)
        for arguments in [
            ["receive", "orders", "ship", "--ack"], ["ack", "orders", "ship", "l", "--ack", "all"],
        ] {
            let outcome = try await CommandLine.run(arguments, url: late.url)
            #expect(outcome.status == 1, "\(outcome)")
            #expect(outcome.errors.contains("does not hold 0/5 (lease_over):"), "\(outcome)")
            let done = try await CommandLine.run(arguments, url: Self.ledger(notHeld: finished).url)
            #expect(done.status == 0 && done.errors.isEmpty, "\(done)")
        }
        let json = try await late.run("ack", "orders", "ship", "l", "--ack", "all", "--json")
        #expect(json.errors.contains("{\"error\":\"incomplete\""), "\(json)")
        #expect(json.output.contains("\"not_held\""), "\(json)")
    }

    @Test("An acknowledgement takes every fate at once")
    func fates() async throws {
        let ledger = Self.ledger()
        let outcome = try await ledger.run(
            "ack",
            "orders",
            "ship",
            "LEASE",
            "--ack",
            "0/1,0/2",
            "--ack",
            "1/1",
            "--nack",
            "0/3=30,0/4",
            "--reject",
            "0/5",
            "--release",
            "0/6",
            "--extend",
            "60",
            "--reason",
            "busy"
        )
        #expect(outcome.status == 0 && outcome.output == "acknowledged 2 events\n", "\(outcome)")
        let body = try #require(ledger.calls.first).body
        let offsets = body.matches(of: /"offset":(\d)/).map { String($0.1) }
        #expect(offsets == ["1", "2", "1", "3", "4", "5", "6"])
        #expect(body.contains("{\"partition\":0,\"offset\":3,\"delay\":30,\"reason\":\"busy\"}"))
        #expect(body.contains("\"reject\":[{\"partition\":0,\"offset\":5,\"reason\":\"busy\"}]"))
        #expect(body.hasSuffix("\"release\":[{\"partition\":0,\"offset\":6}],\"extend\":60}"))
    }

    @Test(
        "An acknowledgement of nothing, or of what is no place, is a wrong command line",
        arguments: [
            ([], "Say what became of the events"), (["--ack", "some"], "invalid for '--ack"),
            (["--nack", "all"], "invalid for '--nack"),
            (["--ack", "all", "--reason", "x"], "--reason is one for"),
        ]
    )
    func refused(_ options: [String], words: String) async throws {
        let outcome = try await CommandLine.run(["ack", "orders", "ship", "l"] + options)
        #expect(outcome.status == 64 && outcome.errors.contains(words), "\(outcome)")
    }

    @Test("Refusals of events mode say what to do")
    func hints() {
        func hint(_ code: String) -> String {
            LedgerClientError.refused(status: 409, code: code, message: "m", details: []).hint
        }
        for (code, words) in [
            ("invalid_lease", "eventledger receive"), ("lease_lost", "receive again"),
            ("wrong_delivery_mode", "subscription describe"), ("not_open", "parked by hand"),
            ("replaying", "delivered again"), ("parked_not_found", "subscription parked"),
            ("webhook_url_refused", "port 443"), ("too_many_webhooks", "delete a subscription"),
        ] {
            #expect(hint(code).hasPrefix("; ") && hint(code).contains(words), "\(code)")
        }
        #expect(hint("stream_not_found").isEmpty)
    }
}
