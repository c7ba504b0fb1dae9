import Foundation
import LedgerClient
import Testing

/// A server process on a data folder, stopped in order or killed with its owner.
final class RunningLedger: @unchecked Sendable {
    // Unchecked: set once in `init`, and `Process` may be terminated from any thread.
    private let process = Process()
    let url: String
    let client: LedgerClient

    init(_ data: String) throws {
        let output = Pipe()
        process.executableURL = try CommandLine.executable()
        process.arguments = ["serve", "--port", "0", "--log-level", "error", "--data", data]
        process.standardOutput = output
        try process.run()
        var text = ""
        while text.firstMatch(of: /:\d+\n/) == nil {
            let data = output.fileHandleForReading.availableData
            try #require(!data.isEmpty, "the server ended without saying its port: \(text)")
            text += String(decoding: data, as: UTF8.self)
        }
        url = String(try #require(text.firstMatch(of: /http:\/\/\S+/)).0)
        client = LedgerClient(url: url)
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    /// Ends the server as an operator does.
    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    /// `kill -9`, and waits until the process is gone.
    func crash() {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Runs a command against this server.
    func run(_ arguments: String..., input: String = "") throws -> CommandLine.Outcome {
        try CommandLine.run(arguments, input: input, url: url)
    }

    /// A command that must succeed.
    @discardableResult
    func done(
        _ arguments: String...,
        input: String = "",
        at place: SourceLocation = #_sourceLocation
    ) throws -> CommandLine.Outcome {
        let outcome = try CommandLine.run(arguments, input: input, url: url)
        #expect(outcome.status == 0, "\(outcome)", sourceLocation: place)
        return outcome
    }

    /// A call whose answer is JSON.
    @discardableResult
    func call(_ method: String, _ path: [String], _ body: String = "") async throws -> JSONValue {
        try JSONValue(try await client.call(method, path, body: Array(body.utf8)))
    }

    /// Publishes one chunk of events to one key.
    func publish(_ stream: String, _ key: String, _ data: [String]) async throws {
        let events = data.map { "{\"key\":\"\(key)\",\"type\":\"t\",\"data\":\($0)}" }
        let body = "[\(events.joined(separator: ","))]"
        try await call("POST", ["streams", stream, "events"], body)
    }
}
