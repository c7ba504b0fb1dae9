import Foundation
import LedgerClient
import LedgerTesting
import Loopback
import Testing

@testable import eventledger

@Suite("Command line")
struct OutputTests {
    @Test("Columns are aligned, numbers to the right")
    func table() {
        var table = Table("NAME", "COUNT")
        table.add("a", "5")
        table.add("longer", "12345")
        #expect(table.text == "NAME    COUNT\na           5\nlonger  12345\n")
    }

    @Test("What was compacted is a table, one partition a line")
    func progress() throws {
        let answer = "{\"partitions\":[{\"partition\":0,\"compacted_up_to\":12}]}"
        let text = StreamCommand.progress(try JSONValue(Array(answer.utf8)))
        #expect(text == "PARTITION  COMPACTED UP TO\n        0               12\n")
    }

    @Test("Control characters can't reach the terminal")
    func control() {
        #expect(Table.printable("a\u{1b}[31m\u{202e}é") == "a\\u{1b}[31m\\u{202e}é")
    }

    @Test("Exit codes tell a refusal from trouble")
    func exitCodes() {
        func code(_ status: Int) -> Int32 {
            LedgerClientError.refused(status: status, code: "c", message: "m", details: []).exitCode
        }
        #expect(code(404) == 1 && code(409) == 1 && code(503) == 3 && code(429) == 3)
        #expect(LedgerClientError.unreachable(url: "u", message: "m").exitCode == 3)
        #expect(LedgerClientError.unknownOutcome(message: "m").exitCode == 3)
    }

    @Test("A tree of JSON keeps numbers and bytes as written")
    func tree() throws {
        let value = try JSONValue(Array("{\"a\": {\"b\": [1.50, null, \"\\u00e9\"]} }".utf8))
        #expect(value["a"]?["b"]?.elements.map(\.text) == ["1.50", nil, "é"])
        #expect(value.raw("a") == Array("{\"b\": [1.50, null, \"\\u00e9\"]}".utf8))
    }
}

/// Whoever gives events up for having printed them has printed them.
@Suite("Output that can't be written")
struct BrokenOutputTests {
    private static let noRoom = "cannot write to standard output: No space left on device"

    /// A ledger with a stream of one partition, a subscription and so many events.
    private static func ledger(
        _ place: borrowing TemporaryFolder,
        events: Int
    ) async throws -> RunningLedger {
        let ledger = try await RunningLedger(place["data"])
        try await ledger.done("stream", "create", "orders", "--partitions", "1")
        let data = "\"\(String(repeating: "x", count: 200))\""
        try await ledger.publish(Array(repeating: data, count: events), under: "k", to: "orders")
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

    private static func lag(_ ledger: RunningLedger) async throws -> String {
        try await ledger.call("GET", at: ["streams", "orders", "subscriptions", "ship"]).text("lag")
    }

    @Test("On a full device every command fails in words, and a poll commits nothing")
    func fullDevice() async throws {
        let place = try TemporaryFolder()
        let ledger = try await Self.ledger(place, events: 10)
        try await ledger.done("stream", "compact", "orders")
        let export = try place.write(try await ledger.done("export", "orders").output, to: "export")
        let event = try place.write("{\"key\":\"k\",\"type\":\"t\",\"data\":1}\n", to: "event")
        let data = place["data"]
        let commands = [
            "poll orders ship --commit", "poll orders ship --commit --json",
            "poll orders ship --member a --commit", "subscription members orders ship",
            "subscription members orders ship --json",
            "tail orders --subscription ship --limit 1", "poll orders ship --limit 1",
            "read orders", "read orders --json", "tail orders --last 2 --limit 1",
            "compacted orders",
            "compacted orders k --json", "export orders", "import copy < \(export)",
            "publish orders --key k --type t --data 1", "publish orders < \(event)",
            "stream create s", "stream list", "stream list --json", "stream describe s",
            "stream head s", "stream head s --json", "stream update s --keep-forever",
            "stream compact s", "subscription create s u", "subscription list s",
            "subscription describe s u", "subscription seek s u --to earliest",
            "subscription delete s u", "stream delete s", "verify", "verify --json",
            "verify --data \(data)", "backup --data \(data) \(data)/backup",
            "restore --data \(data)/new \(data)/backup", "key new", "key new --json", "version",
            "--version",
            "--help", "help poll", "poll --help", "serve --port 0 --data \(data)/other",
        ]
        for command in commands {
            let outcome = try await ledger.shell("eventledger \(command) > /dev/full")
            #expect(outcome.status == 4, "\(command): \(outcome)")
            #expect(outcome.errors.contains(Self.noRoom), "\(command): \(outcome)")
            if command.contains("--commit") {
                #expect(outcome.errors.contains("nothing was committed"), "\(outcome)")
            }
        }
        // The two that publish one event each have published it, and say so.
        #expect(try await Self.lag(ledger) == "12")
        let published = try await ledger.shell(
            "eventledger publish orders --key k --type t --data 1 > /dev/full"
        )
        #expect(published.errors.contains("the event is stored"), "\(published)")
        await ledger.stop()
    }

    @Test("What a pipe doesn't take at once is waited for, also where it does not block")
    func nonBlocking() async throws {
        let place = try TemporaryFolder()
        let ledger = try await Self.ledger(place, events: 1000)
        var pipe = try TestPipe()
        pipe.makeWritingNonBlocking()
        let poll = try CommandLine.start(
            ["poll", "orders", "ship", "--limit", "1000", "--json", "--commit"],
            files: (nil, pipe.writing, STDERR_FILENO),
            url: ledger.url
        )
        pipe.closeWriting()
        try await Patience().wait(for: "the pipe to be full") { [waiting = pipe.reading] in
            var count: Int32 = 0
            return ioctl(waiting, UInt(FIONREAD), &count) == 0 && count >= 65_536
        }
        #expect(try await Self.lag(ledger) == "1000", "nothing is committed before it is printed")
        let page = await pipe.read()
        #expect(try EventPage(Array(page.dropLast())).events.count == 1000)
        #expect(await onThread { poll.wait() } == 0)
        #expect(try await Self.lag(ledger) == "0")
        await ledger.stop()
    }

    @Test(
        "Where nobody reads any more a command ends without a word, and commits nothing",
        arguments: ["poll orders ship --commit", "poll orders ship --commit --json"]
    )
    func nobodyReads(_ command: String) async throws {
        let place = try TemporaryFolder()
        let ledger = try await Self.ledger(place, events: 10)
        var pipe = try TestPipe()
        var errors = try TestPipe()
        pipe.closeReading()
        let poll = try CommandLine.start(
            command.split(separator: " ").map(String.init),
            files: (nil, pipe.writing, errors.writing),
            url: ledger.url
        )
        errors.closeWriting()
        #expect(await onThread { poll.wait() } == -SIGPIPE)
        #expect(await errors.read().isEmpty)
        #expect(try await Self.lag(ledger) == "10")
        await ledger.stop()
    }

    @Test("Evidence that a file has no room for is an error")
    func fullFile() async throws {
        let place = try TemporaryFolder()
        let ledger = try await RunningLedger(place["data"])
        try await ledger.done("stream", "create", "orders", "--partitions", "40")
        for command in ["stream head orders --json", "verify --json", "export orders"] {
            let file = place["file"]
            let script = "ulimit -f 1; eventledger \(command) >> \(file)"
            let outcome = try await ledger.shell(script)
            #expect(outcome.status == 4, "\(command): \(outcome)")
            #expect(outcome.errors.contains("File too large"), "\(command): \(outcome)")
        }
        await ledger.stop()
    }

    @Test("A closed output is no place to write to, and no connection is taken for it")
    func closed() async throws {
        let place = try TemporaryFolder()
        let ledger = try await Self.ledger(place, events: 10)
        let outcome = try await ledger.shell("eventledger poll orders ship --commit >&-")
        #expect(outcome.status == 4, "\(outcome)")
        #expect(outcome.errors.contains("Bad file descriptor"), "\(outcome)")
        #expect(try await Self.lag(ledger) == "10")
        await ledger.stop()
    }
}
