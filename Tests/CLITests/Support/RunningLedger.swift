import Glibc
import LedgerClient
import LedgerTesting
import Loopback
import Testing

/// A server process on a data folder, stopped in order or killed with its owner.
final class RunningLedger: Sendable {
    private let process: ServerProcess
    let client: LedgerClient
    var url: String { process.url }

    init(_ data: String) async throws {
        process = try await .ledger(["--data", data])
        client = LedgerClient(url: process.url)
    }

    /// Ends the server as an operator does.
    func stop() async {
        await process.stop()
    }

    /// Ends the server as `kill -9` does, in whatever it does.
    func crash() {
        process.kill()
    }

    /// Runs a command against this server.
    func run(_ arguments: String..., input: String = "") async throws -> CommandLine.Outcome {
        try await CommandLine.run(arguments, input: Array(input.utf8), url: url)
    }

    /// The same with any bytes as its input.
    func run(_ arguments: [String], input: [UInt8]) async throws -> CommandLine.Outcome {
        try await CommandLine.run(arguments, input: input, url: url)
    }

    /// Runs a shell's script against this server.
    func shell(_ script: String) async throws -> CommandLine.Outcome {
        try await CommandLine.shell(script, url: url)
    }

    /// A command that must succeed.
    @discardableResult
    func done(
        _ arguments: String...,
        input: String = "",
        at place: SourceLocation = #_sourceLocation
    ) async throws -> CommandLine.Outcome {
        let outcome = try await CommandLine.run(arguments, input: Array(input.utf8), url: url)
        #expect(outcome.status == 0, "\(outcome)", sourceLocation: place)
        return outcome
    }

    /// A call whose answer is JSON.
    @discardableResult
    func call(
        _ method: String,
        at path: [String],
        sending body: String = ""
    ) async throws -> JSONValue {
        try JSONValue(try await client.call(method, at: path, body: Array(body.utf8)))
    }

    /// Publishes one chunk of events to one key.
    func publish(_ data: [String], under key: String, to stream: String) async throws {
        let events = data.map { JSONBody.event(key: key, data: $0) }
        let body = JSONBody.batch(events)
        try await call("POST", at: ["streams", stream, "events"], sending: body)
    }
}
