import Foundation
import LedgerTesting
import Testing

/// What the commands say when they can't do what they were asked to.
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
        func errors(_ url: String, _ more: [String] = []) async throws -> String {
            let outcome = try await CommandLine.run(["stream", "list", "--url", url] + more)
            #expect(outcome.status == 3, "\(outcome)")
            return outcome.errors
        }
        let tls = try await errors("https" + ledger.url.dropFirst(4))
        #expect(tls.contains("begins with http://") && !tls.contains("running?"), "\(tls)")
        let text = try place.write("no certificate", to: "text.pem")
        #expect(
            try await errors(ledger.url, ["--ca-cert", text]).contains(
                "text.pem holds no certificate"
            )
        )
        let none = try await errors(ledger.url, ["--ca-cert", place["none"]])
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
    func usage(_ arguments: [String], _ words: String) async throws {
        let outcome = try await CommandLine.run(arguments)
        #expect(outcome.status == 64 && outcome.errors.contains(words), "\(outcome)")
    }
}
