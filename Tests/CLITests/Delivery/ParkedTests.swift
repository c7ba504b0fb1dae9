import LedgerClient
import LedgerTesting
import Synchronization
import Testing

@testable import eventledger

@Suite("Parked events and webhooks on the command line")
struct ParkedTests {
    private static let path = "/streams/orders/subscriptions/ship"

    private static func row(_ offset: Int, more: String = "") -> String {
        """
        {"partition":0,"offset":\(offset),"key":"k","type":"t","state":"parked","times":2,
        "history":[{"cause":"rejected","reason":"older","deliveries":1,"parked_at":"2026-11-20"},
        {"cause":"max_deliveries","reason":"exit status 1","deliveries":5,
        "first_delivery":"f","last_delivery":"l","parked_at":"2026-11-21","consumer":"c"}]\(more)}
        """
    }

    @Test("What is parked is a table of all pages, with the newest reason of each")
    func list() async throws {
        let ledger = FakeLedger { call in
            call.line.contains("next=")
                ? (200, "{\"parked\":[\(Self.row(9))]}")
                : (200, "{\"parked\":[\(Self.row(4))],\"next\":\"more\"}")
        }
        let arguments = ["subscription", "parked", "orders", "ship", "--partition", "0"]
        let outcome = try await CommandLine.run(arguments, url: ledger.url)
        #expect(outcome.status == 0 && outcome.lines.count == 3, "\(outcome)")
        #expect(
            outcome.lines[1].contains(
                /^ +0 +4 +k +t +parked +2 +5 +2026-11-21 +max_deliveries +exit status 1$/
            ),
            "\(outcome)"
        )
        #expect(outcome.lines[2].contains(/^ +0 +9 +k/), "\(outcome)")
        #expect(
            ledger.calls.map(\.line) == [
                "GET \(Self.path)/parked?partition=0&limit=1000",
                "GET \(Self.path)/parked?partition=0&limit=1000&next=more",
            ]
        )
        let json = try await CommandLine.run(arguments + ["--json"], url: ledger.url)
        #expect(json.status == 0 && json.output.contains("\"next\":\"more\""), "\(json)")
    }

    @Test("One is shown with its history and its event, also where that has expired")
    func show() async throws {
        let event = ",\"event\":\(FakeSubscription.event(4))"
        let ledger = FakeLedger(Self.row(4, more: event))
        let outcome = try await ledger.run(
            "subscription",
            "parked",
            "orders",
            "ship",
            "--show",
            "0/4"
        )
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.output.contains("rejected"), "\(outcome)")
        #expect(outcome.lines.last?.hasSuffix("order.paid  {\"number\":4}") == true, "\(outcome)")
        #expect(ledger.calls.map(\.line) == ["GET \(Self.path)/parked/0/4"])
        for more in ["", ",\"event\":null"] {
            let gone = try await FakeLedger(Self.row(4, more: more))
                .run("subscription", "parked", "orders", "ship", "--show", "0/4")
            #expect(gone.status == 0 && gone.lines.last == "its data has expired", "\(gone)")
        }
    }

    @Test("All are replayed by as many calls as it takes")
    func replayAll() async throws {
        let left = Mutex(3)
        let ledger = FakeLedger { _ in
            let rest = left.withLock { left in
                left -= 1
                return left
            }
            return (200, "{\"replayed\":90,\"not_parked\":[],\"left\":\(rest * 90)}")
        }
        let outcome = try await ledger.run("subscription", "replay", "orders", "ship", "--all")
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.output == "270 events on the way again\n")
        #expect(
            ledger.calls.map(\.line)
                == Array(repeating: "POST \(Self.path)/parked/replay", count: 3)
        )
        #expect(ledger.calls.allSatisfy { $0.body == "{\"all\":true}" })
    }

    @Test("A replay that gets nowhere ends, and says how many are left")
    func replayStuck() async throws {
        let ledger = FakeLedger("{\"replayed\":0,\"not_parked\":[],\"left\":7}")
        let outcome = try await ledger.run("subscription", "replay", "orders", "ship", "--all")
        #expect(outcome.status == 1, "\(outcome)")
        #expect(outcome.errors.contains("7 events could not be replayed"), "\(outcome)")
        #expect(ledger.calls.count == 1)
    }

    @Test("A replay that breaks off says what is on the way")
    func replayBroken() async throws {
        let count = Mutex(0)
        let ledger = FakeLedger { _ in
            let isFirst = count.withLock { count in
                count += 1
                return count == 1
            }
            return isFirst
                ? (200, "{\"replayed\":90,\"not_parked\":[],\"left\":5}")
                : (409, "{\"error\":\"wrong_delivery_mode\",\"message\":\"m\",\"details\":{}}")
        }
        let outcome = try await ledger.run("subscription", "replay", "orders", "ship", "--all")
        #expect(outcome.status == 1 && outcome.output.isEmpty, "\(outcome)")
        #expect(outcome.errors.contains("90 events on the way again"), "\(outcome)")
    }

    @Test("Events are replayed by their places; one that is not parked is named")
    func replaySome() async throws {
        let ledger = FakeLedger(
            "{\"replayed\":1,\"not_parked\":[{\"partition\":1,\"offset\":7}],\"left\":0}"
        )
        let outcome = try await ledger.run("subscription", "replay", "orders", "ship", "0/4", "1/7")
        #expect(outcome.status == 1 && outcome.output == "1 event on the way again\n", "\(outcome)")
        #expect(outcome.errors.contains("not parked: 1/7"), "\(outcome)")
        #expect(
            ledger.calls.map(\.body) == [
                "{\"events\":[{\"partition\":0,\"offset\":4},{\"partition\":1,\"offset\":7}]}"
            ]
        )
    }

    @Test("Events are discarded one after the other, up to the first that can't be")
    func discard() async throws {
        let ledger = FakeLedger { call in
            call.line.hasSuffix("/0/5")
                ? (409, "{\"error\":\"replaying\",\"message\":\"m\",\"details\":{}}")
                : (200, "{\"success\":true}")
        }
        let outcome = try await ledger.run(
            "subscription",
            "discard",
            "orders",
            "ship",
            "0/4",
            "0/5",
            "0/6"
        )
        #expect(outcome.status == 1 && outcome.output == "discarded 0/4\n", "\(outcome)")
        #expect(outcome.errors.contains("1 event before it discarded"), "\(outcome)")
        #expect(
            ledger.calls.map(\.line) == [
                "DELETE \(Self.path)/parked/0/4", "DELETE \(Self.path)/parked/0/5",
            ]
        )
    }

    @Test("An event is parked by hand, with a reason")
    func park() async throws {
        let ledger = FakeLedger(status: 201, Self.row(4))
        let outcome = try await ledger.run(
            "subscription",
            "park",
            "orders",
            "ship",
            "0/4",
            "--reason",
            "no such user"
        )
        #expect(outcome.status == 0 && outcome.output == "parked 0/4\n", "\(outcome)")
        #expect(ledger.calls.map(\.line) == ["POST \(Self.path)/parked"])
        #expect(
            ledger.calls.map(\.body)
                == ["{\"partition\":0,\"offset\":4,\"reason\":\"no such user\"}"]
        )
    }

    @Test("A webhook is verified, resumed, and given another secret, which is shown")
    func webhook() async throws {
        let ledger = FakeLedger { call in
            call.line.hasSuffix("/rotate")
                ? (200, "{\"secret\":\"whsec_x\"}") : (200, "{\"state\":\"active\"}")
        }
        var lines: [String] = []
        for name in ["verify", "resume", "rotate"] {
            let outcome = try await ledger.run("subscription", "webhook", name, "orders", "ship")
            #expect(outcome.status == 0, "\(outcome)")
            lines += outcome.lines
        }
        #expect(lines == ["active", "active", "secret whsec_x, which is never shown again"])
        #expect(
            ledger.calls.map(\.line)
                == ["verify", "resume", "rotate"].map { "POST \(Self.path)/webhook/\($0)" }
        )
        let pending = try await FakeLedger("{\"state\":\"pending\"}")
            .run("subscription", "webhook", "verify", "orders", "ship")
        #expect(pending.output.contains("did not answer with the challenge"), "\(pending)")
        let lost = try await ledger.shell(
            "eventledger subscription webhook rotate orders ship > /dev/full"
        )
        #expect(lost.status == 4 && lost.errors.contains("rotate again"), "\(lost)")
    }

    @Test(
        "What can't be is refused with what would be right",
        arguments: [
            (["replay", "s", "u"], "Say which events, or --all."),
            (["replay", "s", "u", "0/1", "--all"], "Say which events, or --all."),
            (["parked", "s", "u", "--show", "0/1", "--partition", "0"], "either"),
            (["discard", "s", "u", "0:1"], "'0:1' is invalid"),
            (["park", "s", "u", "0/1"], "--reason"),
            (["webhook", "verfy", "s", "u"], "Did you mean 'verify'?"),
            (["webhook", "x", "s", "u"], "See 'eventledger subscription webhook --help'"),
        ]
    )
    func refused(_ arguments: [String], words: String) async throws {
        let outcome = try await CommandLine.run(["subscription"] + arguments)
        #expect(outcome.status == 64 && outcome.errors.contains(words), "\(outcome)")
    }
}
