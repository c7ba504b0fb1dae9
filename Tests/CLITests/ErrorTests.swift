import LedgerClient
import LedgerTesting
import Testing

@testable import eventledger

@Suite("Errors of commands")
struct ErrorTests {
    /// What a command wrote on standard error, as one line of JSON.
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
    func suggestion(_ arguments: [String], _ words: String) async throws {
        let outcome = try await CommandLine.run(arguments)
        #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome)")
        #expect(outcome.errors.contains(words), "\(outcome)")
    }

    @Test("Words are as far apart as the letters that differ")
    func distance() {
        func distance(_ one: String, _ other: String) -> Int {
            UnknownCommand.distance(Array(one.utf8), Array(other.utf8))
        }
        #expect(distance("", "") == 0 && distance("poll", "poll") == 0)
        #expect(distance("", "poll") == 4 && distance("poll", "") == 4)
        #expect(distance("pol", "poll") == 1 && distance("plol", "poll") == 1)
        #expect(distance("list", "tail") == 4)
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
