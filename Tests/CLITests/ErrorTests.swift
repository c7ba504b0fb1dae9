import Foundation
import LedgerClient
import LedgerTesting
import Testing

@testable import eventledger

@Suite("Errors of commands")
struct ErrorTests {
    /// The one line of JSON that a command wrote on standard error.
    private static func error(_ outcome: CommandLine.Outcome) throws -> JSONValue {
        let lines = outcome.errors.split(separator: "\n")
        #expect(lines.count == 1 && outcome.output.isEmpty, "\(outcome)")
        return try JSONValue(Array(outcome.errors.utf8))
    }

    @Test("With --json an error is the ledger's own, or one of the same form")
    func json() async throws {
        let place = try TemporaryFolder()
        let ledger = try await RunningLedger(place["data"])
        let missing = try await ledger.run("stream", "describe", "none", "--json")
        #expect(missing.status == 1)
        let error = try Self.error(missing)
        #expect(error.text("error") == "stream_not_found")
        #expect(error["details"]?.text("stream_id") == "none", "\(missing)")
        #expect(!error.text("message").contains("stream_not_found"))

        try await ledger.done("stream", "create", "orders")
        let refused = try await ledger.run(
            "publish",
            "orders",
            "--json",
            "--key",
            "",
            "--type",
            "t",
            "--data",
            "1"
        )
        #expect(try Self.error(refused)["details"]?.text("field") == "key", "\(refused)")

        let lines = try await ledger.run("publish", "orders", "--json", input: "[]\n")
        let message = try Self.error(lines).text("message")
        #expect(message.contains("events[0] must be an object"), "\(lines)")
        #expect(message.contains("line 1 failed"), "\(lines)")
        await ledger.stop()

        let gone = try await ledger.run("stream", "list", "--json")
        #expect(gone.status == 3)
        #expect(try Self.error(gone).text("error") == "unreachable")
        let file = try await CommandLine.run(["verify", "--json", "--data", place["none"]])
        #expect(try Self.error(file).text("error") == "not_available", "\(file)")
        let usage = try await CommandLine.run(["stream", "list", "--json", "--limits", "4"])
        #expect(usage.status == 64)
        #expect(try Self.error(usage).text("error") == "usage", "\(usage)")
        let output = try await CommandLine.shell("eventledger key new --json > /dev/full")
        #expect(try Self.error(output).text("error") == "output_failed", "\(output)")
    }

    @Test(
        "A command that there is not gets the one that was meant",
        arguments: [
            (["strem", "list"], "There is no command 'strem'. Did you mean 'stream'?"),
            (["stream", "lsit"], "There is no command 'lsit'. Did you mean 'list'?"),
            (["help", "pol"], "There is no command 'pol'. Did you mean 'poll'?"),
            (["subs", "list", "orders"], "Did you mean 'subscription'?"),
            (["key", "destroy"], "There is no command 'destroy', only new, create, list, revoke."),
            (["read", "orders", "--partiton", "1"], "Did you mean '--partition'?"),
            (["strem", "--json"], "Did you mean 'stream'?"),
        ]
    )
    func suggestion(_ arguments: [String], words: String) async throws {
        let outcome = try await CommandLine.run(arguments)
        #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome)")
        #expect(outcome.errors.contains(words), "\(outcome)")
    }

    @Test("Words are as far apart as the letters that differ")
    func distance() {
        func distance(_ one: String, to other: String) -> Int {
            UnknownCommand.distance(from: Array(one.utf8), to: Array(other.utf8))
        }
        #expect(distance("", to: "") == 0 && distance("poll", to: "poll") == 0)
        #expect(distance("", to: "poll") == 4 && distance("poll", to: "") == 4)
        #expect(distance("pol", to: "poll") == 1 && distance("plol", to: "poll") == 1)
        #expect(distance("list", to: "tail") == 4)
        #expect(UnknownCommand.nearest(to: "xyz", of: ["key", "poll"]) == nil)
        #expect(UnknownCommand.nearest(to: "kye", of: ["key", "poll"]) == "key")
    }

    @Test("What is printed can be used as it is")
    func printed() {
        #expect(Shell.word("http://[::1]:8080") == "'http://[::1]:8080'")
        #expect(Shell.word("it's") == "'it'\\''s'" && Shell.word("") == "''")
        #expect(Shell.word("https://h.example:1/a") == "https://h.example:1/a")
    }
}

/// The words of commands that can't do what they were asked to.
@Suite("Messages")
struct MessageTests {
    @Test("A port that is taken is named, with what to do about it")
    func occupied() async throws {
        let place = try TemporaryFolder()
        let ledger = try await RunningLedger(place["one"])
        defer { ledger.crash() }
        let port = try #require(ledger.url.split(separator: ":").last).filter(\.isNumber)
        let second = try await CommandLine.run(["serve", "--port", port, "--data", place["two"]])
        #expect(second.status == 3)
        let message =
            "eventledger: cannot listen on 127.0.0.1:\(port): address already in use; "
            + "choose another with --port\n"
        #expect(second.errors == message)
    }

    @Test("A certificate's file that is missing is not called damaged")
    func certificates() async throws {
        let place = try TemporaryFolder()
        let text = try place.write("no certificate", to: "text.pem")
        func errors(_ file: String) async throws -> String {
            try await CommandLine.run([
                "serve", "--port", "0", "--data", place["data"], "--tls-cert", file, "--tls-key",
                file,
            ]).errors
        }
        let none = place["none"]
        #expect(try await errors(none) == "eventledger: \(none): No such file or directory\n")
        #expect(try await errors(text) == "eventledger: \(text): holds no certificate in PEM\n")
    }

    @Test("A ledger that can't be reached is looked for where it may be")
    func unreachable() async throws {
        let place = try TemporaryFolder()
        let ledger = try await RunningLedger(place["data"])
        func errors(_ url: String, adding more: [String] = []) async throws -> String {
            let outcome = try await CommandLine.run(["stream", "list", "--url", url] + more)
            #expect(outcome.status == 3, "\(outcome)")
            return outcome.errors
        }
        let tls = try await errors("https" + ledger.url.dropFirst(4))
        #expect(tls.contains("begins with http://") && !tls.contains("running?"), "\(tls)")
        let text = try place.write("no certificate", to: "text.pem")
        #expect(
            try await errors(ledger.url, adding: ["--ca-cert", text]).contains(
                "text.pem holds no certificate"
            )
        )
        let none = try await errors(ledger.url, adding: ["--ca-cert", place["none"]])
        #expect(none.contains("none: No such file or directory"), "\(none)")
        await ledger.stop()
        #expect(try await errors(ledger.url).contains("is `eventledger serve` running?"))
    }

    @Test(
        "A wrong command line is told what would be right",
        arguments: [
            (["serve", "--table", "dynamodb:x"], "3 to 255 characters"),
            (["serve", "--port", "99999"], "1 to 65535"),
            (["stream", "create", "s", "--retention-hours", "5", "--keep-forever"], "either"),
            (["read", "s", "--limit", "0"], "--limit must be 1 or more"),
            (
                ["subscription", "create", "s", "u", "--start-from", "x"],
                "one of 'earliest', 'latest', 'compacted'"
            ),
            (["subscription", "seek", "s", "u", "--to", "0=x"], "invalid for '--to"),
            (
                ["key", "create", "--name", "n", "--scope", "read:orders"],
                "no action 'read', only admin, publish, consume"
            ),
        ]
    )
    func usage(_ arguments: [String], words: String) async throws {
        let outcome = try await CommandLine.run(arguments)
        #expect(outcome.status == 64 && outcome.errors.contains(words), "\(outcome)")
    }
}
