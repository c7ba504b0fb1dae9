import Foundation
import LedgerClient
import LedgerTesting
import Loopback
import Testing

@testable import eventledger

@Suite("work, as a command")
struct WorkTests {
    /// Works on a subscription to its end, with a shell's script as the command.
    private static func work(
        on subscription: FakeSubscription,
        _ script: String,
        with options: String...
    ) async throws -> CommandLine.Outcome {
        let ledger = subscription.serve()
        let end = options.contains("--once") ? [] : ["--until-empty"]
        return try await CommandLine.run(
            ["work", "orders", "ship"] + end + options + ["--", "/bin/sh", "-c", script],
            url: ledger.url
        )
    }

    @Test("A command gets the event as a line of JSON, and what it is about in variables")
    func event() async throws {
        let place = try TemporaryFolder()
        let event = FakeSubscription.event(7, key: "it's \u{e9}", deliveries: 3)
        let subscription = FakeSubscription([[event]])
        let variables = [
            "STREAM", "SUBSCRIPTION", "PARTITION", "OFFSET", "KEY", "TYPE", "DELIVERIES",
        ]
        .map { "\"$EVENTLEDGER_\($0)\"" }.joined(separator: " ")
        let outcome = try await Self.work(
            on: subscription,
            "cat > '\(place["event"])'; printf '%s|' \(variables) > '\(place["about"])'; echo out"
        )
        #expect(outcome.status == 0 && outcome.output == "out\n", "\(outcome)")
        #expect(outcome.errors.isEmpty, "\(outcome)")
        #expect(try String(contentsOfFile: place["event"], encoding: .utf8) == event + "\n")
        #expect(
            try String(contentsOfFile: place["about"], encoding: .utf8)
                == "orders|ship|0|7|it's \u{e9}|order.paid|3|"
        )
        #expect(subscription.fates == ["ack 0/7"])
    }

    @Test("A failure is told with its reason, and the later events of its key are not run")
    func failure() async throws {
        let place = try TemporaryFolder()
        let subscription = FakeSubscription([
            [
                FakeSubscription.event(1, key: "a"), FakeSubscription.event(2, key: "a"),
                FakeSubscription.event(3, key: "b"), FakeSubscription.event(4, key: "c"),
            ]
        ])
        let outcome = try await Self.work(
            on: subscription,
            """
            echo $EVENTLEDGER_OFFSET >> '\(place["ran"])'
            case $EVENTLEDGER_OFFSET in
                1) echo first >&2; echo 'no such user' >&2; exit 3;;
                3) kill -9 $$;;
            esac
            """
        )
        #expect(outcome.status == 0, "\(outcome)")
        #expect(try String(contentsOfFile: place["ran"], encoding: .utf8) == "1\n3\n4\n")
        #expect(
            subscription.fates == [
                "ack 0/4", "nack 0/1 exit status 3: no such user", "nack 0/3 killed by signal 9",
                "release 0/2",
            ]
        )
        // What the command says is passed on, and what became of the event stands behind it.
        #expect(
            outcome.errors == "first\nno such user\n"
                + "eventledger: 0/1, key a, delivery 1: exit status 3: no such user\n"
                + "eventledger: 0/3, key b, delivery 1: killed by signal 9\n"
        )
    }

    @Test("Events of different keys are worked on at the same time, as many as is said")
    func sideBySide() async throws {
        let place = try TemporaryFolder()
        let subscription = FakeSubscription([
            [FakeSubscription.event(1, key: "a"), FakeSubscription.event(2, key: "b")]
        ])
        // A pipe opens only when both ends do, so each waits for the other.
        #expect(mkfifo(place["pipe"], 0o600) == 0)
        let outcome = try await Self.work(
            on: subscription,
            """
            case $EVENTLEDGER_OFFSET in
                1) exec 3> '\(place["pipe"])';;
                2) exec 3< '\(place["pipe"])';;
            esac
            """,
            with: "--concurrency",
            "2"
        )
        #expect(outcome.status == 0, "\(outcome)")
        #expect(
            subscription.fates.filter { $0.hasPrefix("ack") }.sorted() == ["ack 0/1", "ack 0/2"]
        )
    }

    @Test("A page as a whole is lines of JSON for one command")
    func page() async throws {
        let place = try TemporaryFolder()
        let events = [FakeSubscription.event(1), FakeSubscription.event(2, key: "b")]
        let subscription = FakeSubscription([events, [FakeSubscription.event(3)]])
        let outcome = try await Self.work(
            on: subscription,
            "test -z \"$EVENTLEDGER_OFFSET\" && cat >> '\(place["lines"])'; echo >> '\(place["lines"])'",
            with: "--per",
            "page",
            "--limit",
            "2"
        )
        #expect(outcome.status == 0, "\(outcome)")
        let lines = events.joined(separator: "\n") + "\n\n" + FakeSubscription.event(3) + "\n\n"
        #expect(try String(contentsOfFile: place["lines"], encoding: .utf8) == lines)
        #expect(subscription.fates == ["ack 0/1", "ack 0/2", "ack 0/3"])
        #expect(subscription.receives.first?.hasPrefix("{\"limit\":2,\"wait\":0,") == true)
    }

    @Test("Once is one page, in which no more events are asked for than there is work for")
    func once() async throws {
        let subscription = FakeSubscription([
            [FakeSubscription.event(1)], [FakeSubscription.event(2)],
        ])
        let outcome = try await Self.work(
            on: subscription,
            "true",
            with: "--once",
            "--concurrency",
            "3",
            "--consumer",
            "me"
        )
        #expect(outcome.status == 0, "\(outcome)")
        #expect(subscription.fates == ["ack 0/1"] && subscription.receives.count == 1)
        let body = try #require(subscription.receives.first)
        #expect(
            body.hasPrefix("{\"limit\":30,\"wait\":5,\"consumer\":\"me\",\"attempt\":\""),
            "\(body)"
        )
    }

    @Test("A command that can't be started acknowledges nothing, gives all back, and is named")
    func missing() async throws {
        let subscription = FakeSubscription([
            [FakeSubscription.event(1), FakeSubscription.event(2, key: "b")]
        ])
        let outcome = try await subscription.serve().run(
            "work",
            "orders",
            "ship",
            "--",
            "no-such-command"
        )
        #expect(outcome.status == 3, "\(outcome)")
        #expect(
            outcome.errors
                == "eventledger: cannot start no-such-command: No such file or directory\n"
        )
        #expect(subscription.fates == ["release 0/1", "release 0/2"])
    }

    @Test("A call that failed is made again as it was, and nothing is told twice")
    func repeated() async throws {
        let subscription = FakeSubscription([[FakeSubscription.event(1)]], failures: 2)
        let outcome = try await Self.work(on: subscription, "true")
        #expect(outcome.status == 0 && subscription.fates == ["ack 0/1"], "\(outcome)")
        let bodies = subscription.receives
        #expect(bodies.count == 4 && Set(bodies[..<3]).count == 1, "\(bodies)")
        #expect(bodies[3].contains("\"ack\":{\"lease\":\"lease-3\""), "\(bodies)")
        #expect(outcome.errors.contains("trying again"), "\(outcome)")
    }

    @Test("A refusal ends it with the ledger's words")
    func refused() async throws {
        let ledger = FakeLedger { call in
            call.line.hasPrefix("GET")
                ? (200, "{\"subscription_id\":\"ship\"}")
                : (409, "{\"error\":\"wrong_delivery_mode\",\"message\":\"m\",\"details\":{}}")
        }
        let outcome = try await ledger.run("work", "orders", "ship", "--", "true")
        #expect(outcome.status == 1, "\(outcome)")
        #expect(outcome.errors.contains("subscription describe"), "\(outcome)")
        #expect(ledger.calls.count == 2)
    }

    @Test("Events are held for as long as their command runs")
    func extended() async throws {
        let place = try TemporaryFolder()
        #expect(mkfifo(place["pipe"], 0o600) == 0)
        let subscription = FakeSubscription([[FakeSubscription.event(1)]], ackWait: 1)
        async let outcome = Self.work(on: subscription, "read line < '\(place["pipe"])'")
        try await Patience().wait(for: "two extensions") { subscription.fates.count >= 2 }
        let pipe = try await onThread { try #require(FileHandle(forWritingAtPath: place["pipe"])) }
        try pipe.write(contentsOf: Data("go\n".utf8))
        #expect(try await outcome.status == 0)
        let fates = subscription.fates
        #expect(fates.last == "ack 0/1" && fates.dropLast().allSatisfy { $0 == "extend 1" })
    }

    @Test(
        "What can't be is refused with what would be right",
        arguments: [
            (["s", "u"], "Give the command behind --"),
            (["s", "u", "--"], "Give the command behind"),
            (["s", "u", "--concurrency", "0", "--", "x"], "--concurrency must be 1 to 64, not 0."),
            (["s", "u", "--limit", "1001", "--", "x"], "--limit must be 1 to 1000"),
            (["s", "u", "--once", "--until-empty", "--", "x"], "either --once or --until-empty"),
            (["s", "u", "--per", "key", "--", "x"], "'event' and 'page'"),
        ]
    )
    func wrong(_ arguments: [String], words: String) async throws {
        let outcome = try await CommandLine.run(["work"] + arguments)
        #expect(outcome.status == 64 && outcome.errors.contains(words), "\(outcome)")
    }
}

@Suite("work, told to stop")
struct WorkStopTests {
    /// A worker whose commands say that they run by opening a pipe, and hold it open until they end.
    private struct Working {
        let process: ChildProcess
        let pipe: FileHandle
        let ledger: FakeLedger
    }

    /// Starts one and waits until its first command runs.
    private static func start(
        on subscription: FakeSubscription,
        in place: borrowing TemporaryFolder,
        command: String
    ) async throws -> Working {
        let path = place["pipe"]
        #expect(mkfifo(path, 0o600) == 0)
        let ledger = subscription.serve()
        let process = try CommandLine.start(
            ["work", "orders", "ship", "--", "/bin/sh", "-c", "exec 3<> '\(path)'; \(command)"],
            files: (nil, STDOUT_FILENO, STDERR_FILENO),
            url: ledger.url
        )
        // Opened for both ends so that nobody waits here for a command that does not come.
        let pipe = try #require(FileHandle(forUpdatingAtPath: path))
        return Working(process: process, pipe: pipe, ledger: ledger)
    }

    private static let events = [
        FakeSubscription.event(1), FakeSubscription.event(2, key: "b"),
    ]

    @Test(
        "What runs is waited for and acknowledged, and the rest given back",
        arguments: [SIGTERM, SIGINT, SIGHUP]
    )
    func stopped(_ signal: Int32) async throws {
        let place = try TemporaryFolder()
        let subscription = FakeSubscription([Self.events])
        let working = try await Self.start(
            on: subscription,
            in: place,
            command: "touch '\(place["runs"])'; read line <&3"
        )
        try await Patience().wait(for: "a command") {
            FileManager.default.fileExists(atPath: place["runs"])
        }
        working.process.send(signal)
        try await Patience().wait(for: "what is given back") {
            subscription.fates.first == "release 0/2"
        }
        try working.pipe.write(contentsOf: Data("go\n".utf8))
        #expect(await onThread { working.process.wait() } == 0)
        #expect(
            subscription.fates.filter { !$0.hasPrefix("extend") } == ["release 0/2", "ack 0/1"]
        )
        #expect(subscription.receives.count == 1)
    }

    @Test("A second signal ends what runs, which is given back, too")
    func second() async throws {
        let place = try TemporaryFolder()
        let subscription = FakeSubscription([Self.events])
        let working = try await Self.start(
            on: subscription,
            in: place,
            command: "touch '\(place["runs"])'; read line <&3"
        )
        try await Patience().wait(for: "a command") {
            FileManager.default.fileExists(atPath: place["runs"])
        }
        working.process.send(SIGTERM)
        try await Patience().wait(for: "what is given back") { !subscription.fates.isEmpty }
        working.process.send(SIGTERM)
        #expect(await onThread { working.process.wait() } == 0)
        #expect(
            subscription.fates.filter { !$0.hasPrefix("extend") } == ["release 0/2", "release 0/1"]
        )
    }
}
