import Foundation
import LedgerTesting
import Loopback
import Testing

@testable import eventledger

/// `tail -f file | eventledger publish stream`.
@Suite("publish from an input that goes on")
struct FollowTests {
    private static func line(_ number: Int) -> String {
        "{\"key\":\"k\",\"type\":\"t\",\"data\":\(number)}\n"
    }

    private static func next(_ ledger: RunningLedger) async throws -> String {
        try await ledger.call("GET", ["streams", "orders", "partitions", "0", "head"])
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
