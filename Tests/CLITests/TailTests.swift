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
        writingTo output: borrowing TestPipe,
        with arguments: String...
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
        try await ledger.publish(["1"], under: "a", to: "orders")
        var pipe = try TestPipe()
        let tail = try Self.start(ledger, writingTo: pipe, with: "--from", "earliest")
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
        try await ledger.publish(["1"], under: "a", to: "orders")
        var pipe = try TestPipe()
        let tail = try Self.start(ledger, writingTo: pipe, with: "--from", "earliest")
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

    @Test("Events come as they are published, and the end of the ledger ends it")
    func live() async throws {
        let place = try TemporaryFolder()
        let ledger = try await RunningLedger(place["data"])
        try await ledger.done("stream", "create", "orders", "--partitions", "1")
        var pipe = try TestPipe()
        var errors = try TestPipe()
        let tail = try CommandLine.start(
            ["tail", "orders", "--from", "earliest", "--json"],
            files: (nil, pipe.writing, errors.writing),
            url: ledger.url
        )
        pipe.closeWriting()
        errors.closeWriting()
        let published = [
            ("1", "\"data\":1"), ("[\r\n2]", "\"data_text\":\"[\\r\\n2]\""), ("3", "\"data\":3"),
        ]
        for (data, expected) in published {
            try await ledger.publish([data], under: "k", to: "orders")
            var line: [UInt8] = []
            while line.last != UInt8(ascii: "\n") {
                let next = await pipe.read(1)
                try #require(!next.isEmpty)
                line += next
            }
            #expect(String(decoding: line, as: UTF8.self).contains(expected))
        }
        await ledger.stop()
        #expect(await onThread { tail.wait() } == 3)
        let said = String(decoding: await errors.read(), as: UTF8.self)
        #expect(said.contains("cannot reach") || said.contains("no answer"), "\(said)")
    }

    @Test("Where each answer is one page it comes back behind it, and what is refused then is told")
    func pages() async throws {
        func event(_ offset: Int) -> String {
            "{\"partition\":0,\"offset\":\(offset),\"key\":\"k\",\"type\":\"t\",\"data\":1,"
                + "\"timestamp\":\"2026-11-21T08:00:00.000Z\"}"
        }
        let (first, second, third) = (event(1), event(2), event(3))
        let server = TinyServer { request in
            let id = request.firstMatch(of: /Last-Event-ID: (\S+)\r\n/).map { String($0.1) }
            let body =
                switch id {
                case nil: "id: a\n\nretry: 1\n\n"
                case "a":
                    "id: b\nevent: page\ndata: {\"events\":[\(first),\(second)]}\n\nretry: 1\n\n"
                case "b": "id: c\nevent: page\ndata: {\"events\":[\(third)]}\n\nretry: 1\n\n"
                default: "{\"error\":\"stream_not_found\",\"message\":\"m\",\"details\":{}}"
                }
            let status = id == "c" ? "404 Not Found" : "200 OK"
            return "HTTP/1.1 \(status)\r\nContent-Type: text/event-stream\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        }
        let arguments = ["tail", "orders", "--json"]
        let whole = try await CommandLine.run(arguments, url: server.url)
        #expect(whole.status == 1 && whole.lines == [first, second, third], "\(whole)")
        #expect(whole.errors.contains("\"error\":\"stream_not_found\""), "\(whole)")
        let part = try await CommandLine.run(arguments + ["--limit", "1"], url: server.url)
        #expect(part.status == 0 && part.lines == [first], "\(part)")
        #expect(server.requests.contains { $0.contains("?from=latest&limit=1 ") })
    }

    @Test("Data with line breaks comes as it was published, and so does what follows")
    func lineBreaks() async throws {
        let place = try TemporaryFolder()
        let ledger = try await RunningLedger(place["data"])
        try await ledger.done("stream", "create", "orders", "--partitions", "1")
        for data in ["1", "{\"a\":\r\n[1,\r2,\n3]}", "2", "[\n]"] {
            try await ledger.publish([data], under: "k", to: "orders")
        }
        let read = try await ledger.done("read", "orders", "--json")
        #expect(read.lines.count == 4 && read.output.contains("\\r\\n[1,\\r2,\\n3]"))
        for count in 1...4 {
            let tail = try await ledger.done(
                "tail",
                "orders",
                "--json",
                "--last",
                "4",
                "--limit",
                "\(count)"
            )
            #expect(tail.lines == Array(read.lines.prefix(count)), "\(tail)")
        }
        await ledger.stop()
    }

    @Test("The first page begins where it is told, the others where the one before ended")
    func parameters() {
        var query = EventQuery(stream: "s", start: .last(3), partition: 1, key: "k", type: "t*")
        func text(_ cursor: String?, limit: Int) -> String {
            query.parameters(after: cursor, limit: limit)
                .map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        }
        #expect(text(nil, limit: 2000) == "last=3&partition=1&key=k&type=t*&limit=1000")
        #expect(text("c", limit: 5) == "cursor=c&partition=1&key=k&type=t*&limit=5")
        query = EventQuery(stream: "s", start: .from("earliest"))
        #expect(text(nil, limit: 1) == "from=earliest&limit=1")
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
        try await ledger.publish(["1", "2", "3"], under: "k", to: "orders")
        let tail = try await ledger.done(
            "tail",
            "orders",
            "--subscription",
            "ship",
            "--limit",
            "2"
        )
        #expect(tail.lines.count == 2)
        let position = try await ledger.call(
            "GET",
            at: ["streams", "orders", "subscriptions", "ship"]
        )
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

/// `tail -f file | eventledger publish stream`.
@Suite("publish from an input that goes on")
struct FollowTests {
    private static func line(_ number: Int) -> String {
        "{\"key\":\"k\",\"type\":\"t\",\"data\":\(number)}\n"
    }

    private static func next(_ ledger: RunningLedger) async throws -> String {
        try await ledger.call("GET", at: ["streams", "orders", "partitions", "0", "head"])
            .text("next_offset")
    }

    @Test(
        "Lines are sent when no more come, and a signal says which lines were not",
        arguments: [SIGINT, SIGTERM, SIGHUP]
    )
    func paused(_ signal: Int32) async throws {
        let place = try TemporaryFolder()
        let ledger = try await RunningLedger(place["data"])
        try await ledger.done("stream", "create", "orders", "--partitions", "1")
        let input = try TestPipe()
        var errors = try TestPipe()
        let publish = try CommandLine.start(
            ["publish", "orders"],
            files: (input.reading, STDERR_FILENO, errors.writing),
            url: ledger.url
        )
        errors.closeWriting()
        input.write(Self.line(1) + Self.line(2))
        try await Patience().wait(for: "two events") { try await Self.next(ledger) == "2" }
        input.write(Self.line(3))
        try await Patience().wait(for: "another") { try await Self.next(ledger) == "3" }
        input.write("{\"key\":\"half")
        publish.send(signal)
        #expect(await onThread { publish.wait() } == 128 + signal)
        let said = String(decoding: await errors.read(), as: UTF8.self)
        #expect(
            said == "eventledger: stopped by a signal: the 3 events before line 4 are stored, "
                + "nothing from there on\n"
        )
        #expect(try await Self.next(ledger) == "3")
        await ledger.stop()
    }

    @Test("What nohup made a process ignore stays ignored")
    func nohup() async throws {
        let place = try TemporaryFolder()
        let ledger = try await RunningLedger(place["data"])
        try await ledger.done("stream", "create", "orders", "--partitions", "1")
        let file = try place.write(Self.line(1), to: "lines")
        // The shell ignores the signal, so its child does; it sends it while the input is open.
        let script = """
            trap '' HUP; mkfifo \(place["pipe"]); eventledger publish orders < \(place["pipe"]) &
            exec 3> \(place["pipe"]); cat \(file) >&3
            for try in $(seq 200); do
                eventledger stream describe orders --json | grep -q '"next_offset":1' && break
            done
            kill -HUP $!; cat \(file) >&3; exec 3>&-; wait $!
            """
        let outcome = try await ledger.shell(script)
        #expect(outcome.status == 0 && outcome.output == "published 2 events\n", "\(outcome)")
        await ledger.stop()
    }

    @Test("An event needs its data: what deletes a key is said", arguments: [[], ["--json"]])
    func data(_ more: [String]) async throws {
        let arguments = ["publish", "orders", "--key", "k", "--type", "t"] + more
        // Nothing listens there.
        let outcome = try await CommandLine.run(arguments, url: "http://127.0.0.1:1")
        #expect(outcome.status == 64, "\(outcome)")
        #expect(outcome.errors.contains("--data null deletes the key"), "\(outcome)")
        let alone = try await CommandLine.run(["publish", "orders", "--data", "1"])
        #expect(alone.status == 64 && alone.errors.contains("--data needs --key"), "\(alone)")
    }
}
