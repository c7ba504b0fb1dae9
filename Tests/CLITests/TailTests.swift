import Foundation
import LedgerTesting
import Loopback
import Testing

@testable import eventledger

@Suite("tail, as a command")
struct TailTests {
    /// A tail whose output the test reads.
    private static func start(
        _ ledger: RunningLedger,
        _ output: borrowing TestPipe,
        _ arguments: String...
    ) throws -> ChildProcess {
        try CommandLine.start(
            ["tail", "orders"] + arguments,
            files: (nil, output.writing, STDERR_FILENO),
            url: ledger.url
        )
    }

    @Test(
        "However it ends, it leaves nothing behind",
        arguments: [SIGKILL, SIGHUP, SIGINT, SIGTERM]
    )
    func killed(_ signal: Int32) async throws {
        let place = try TemporaryFolder()
        let ledger = try await RunningLedger(place["data"])
        try await ledger.done("stream", "create", "orders", "--partitions", "2")
        try await ledger.publish("orders", "a", ["1"])
        var pipe = try TestPipe()
        let tail = try Self.start(ledger, pipe, "--from", "earliest")
        pipe.closeWriting()
        #expect(!(await pipe.read(1).isEmpty))
        tail.send(signal)
        #expect(await onThread { tail.wait() } == -signal)
        #expect(try await ledger.done("subscription", "list", "orders").lines.count == 1)
        await ledger.stop()
    }

    @Test("Into head it ends with head, also when no event comes any more")
    func head() async throws {
        let place = try TemporaryFolder()
        let ledger = try await RunningLedger(place["data"])
        try await ledger.done("stream", "create", "orders", "--partitions", "2")
        try await ledger.publish("orders", "a", ["1"])
        var pipe = try TestPipe()
        let tail = try Self.start(ledger, pipe, "--from", "earliest")
        pipe.closeWriting()
        #expect(!(await pipe.read(1).isEmpty))
        pipe.closeReading()
        #expect(await onThread { tail.wait() } == -SIGPIPE)
        #expect(try await ledger.done("subscription", "list", "orders").lines.count == 1)
        await ledger.stop()
    }

    @Test("It begins where it is told, and shows the events that are asked for")
    func selection() async throws {
        let place = try TemporaryFolder()
        let ledger = try await RunningLedger(place["data"])
        try await ledger.done("stream", "create", "orders", "--partitions", "4")
        for number in 0..<10 {
            for key in ["a", "b", "c"] {
                try await ledger.done(
                    "publish",
                    "orders",
                    "--key",
                    key,
                    "--type",
                    number < 8 ? "order.\(key)" : "other",
                    "--data",
                    "\"\(key)\(number)\""
                )
            }
        }
        func data(_ arguments: String...) async throws -> [String] {
            let outcome = try await ledger.run(["tail", "orders", "--json"] + arguments, input: [])
            #expect(outcome.status == 0, "\(outcome)")
            return outcome.output.matches(of: /"data":"(\w+)"/).map { String($0.1) }
        }
        #expect(Set(try await data("--from", "earliest", "--limit", "30")).count == 30)
        #expect(try await data("--key", "b", "-n", "1000", "--limit", "2") == ["b0", "b1"])
        #expect(
            try await data("--key", "a", "--from", "earliest", "--type", "other", "--limit", "2")
                == ["a8", "a9"]
        )
        let some = try await data("--from", "earliest", "--type", "order.*", "--limit", "24")
        #expect(some.count == 24 && !some.contains { $0.hasSuffix("9") })
        await ledger.stop()
    }

    @Test("The first page begins where it is told, the others where the one before ended")
    func parameters() {
        var query = EventQuery(stream: "s", start: .last(3), partition: 1, key: "k", type: "t*")
        func text(_ cursor: String?, _ limit: Int, _ wait: Int) -> String {
            query.parameters(after: cursor, limit: limit, wait: wait)
                .map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        }
        #expect(text(nil, 2000, 20) == "last=3&partition=1&key=k&type=t*&limit=1000&wait=20")
        #expect(text("c", 5, 0) == "cursor=c&partition=1&key=k&type=t*&limit=5")
        query = EventQuery(stream: "s", start: .from("earliest"))
        #expect(text(nil, 1, 0) == "from=earliest&limit=1")
    }

    @Test("Following a subscription, it commits what it printed")
    func subscription() async throws {
        let place = try TemporaryFolder()
        let ledger = try await RunningLedger(place["data"])
        try await ledger.done("stream", "create", "orders", "--partitions", "1")
        try await ledger.done(
            "subscription",
            "create",
            "orders",
            "ship",
            "--start-from",
            "earliest"
        )
        try await ledger.publish("orders", "k", ["1", "2", "3"])
        let tail = try await ledger.done(
            "tail",
            "orders",
            "--subscription",
            "ship",
            "--limit",
            "2"
        )
        #expect(tail.lines.count == 2)
        let position = try await ledger.call("GET", ["streams", "orders", "subscriptions", "ship"])
        #expect(position.text("lag") == "1")
        await ledger.stop()
    }

    @Test("What does not go together is refused")
    func refused() async throws {
        for arguments in [
            ["--last", "2", "--from", "earliest"], ["--last", "0"], ["-n", "1001"],
            ["--limit", "0"], ["--subscription", "u", "--from", "earliest"],
            ["--subscription", "u", "--key", "k"], ["--from", "compacted"],
        ] {
            let outcome = try await CommandLine.run(["tail", "orders"] + arguments)
            #expect(outcome.status == 64, "\(arguments): \(outcome)")
        }
    }
}
