import Foundation
import LedgerClient
import Synchronization
import Testing

/// A server process on a data folder, stopped in order or killed with its owner.
final class RunningLedger: Sendable {
    private let process: ChildProcess
    private let hasEnded = Mutex(false)
    let url: String
    let client: LedgerClient

    init(_ data: String) throws {
        let output = Pipe()
        let nowhere = try #require(FileHandle(forReadingAtPath: "/dev/null"))
        process = try ChildProcess(
            try CommandLine.executable().path,
            ["serve", "--port", "0", "--log-level", "error", "--data", data],
            environment: ProcessInfo.processInfo.environment,
            files: (
                nowhere.fileDescriptor, output.fileHandleForWriting.fileDescriptor, STDERR_FILENO
            )
        )
        try output.fileHandleForWriting.close()
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
        end(SIGKILL)
    }

    /// Ends the server as an operator does.
    func stop() {
        end(SIGTERM)
    }

    /// `kill -9`.
    func crash() {
        end(SIGKILL)
    }

    /// Sends a signal and waits until the process is gone; once.
    private func end(_ signal: Int32) {
        let isFirst = hasEnded.withLock { ended in
            defer { ended = true }
            return !ended
        }
        guard isFirst else { return }
        process.send(signal)
        _ = process.wait()
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
