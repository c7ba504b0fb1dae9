package import Foundation
import Glibc
import Synchronization

/// A server in a process of its own, which says its URL when it is ready; killed with its owner.
package final class ServerProcess: Sendable {
    /// It ended before it was ready.
    package struct Failure: Error, CustomStringConvertible {
        /// What it said.
        package let description: String
    }

    /// Where it answers, without a path.
    package let url: String
    private let process: ChildProcess
    private let hasEnded = Mutex(false)

    /// Starts it and waits until it has printed its URL.
    ///
    /// `input` is its standard input, empty when nil; `variables` come on top of ours.
    package init(
        _ executable: String,
        _ arguments: [String],
        variables: [String: String] = [:],
        input: FileHandle? = nil
    ) async throws {
        let output = Pipe()
        process = try ChildProcess(
            executable,
            arguments,
            environment: ProcessInfo.processInfo.environment.merging(variables) { $1 },
            files: (
                input?.fileDescriptor, output.fileHandleForWriting.fileDescriptor, STDERR_FILENO
            )
        )
        try output.fileHandleForWriting.close()
        do {
            let said = output.fileHandleForReading
            url = try await onThread { try Self.readURL(said) }
        } catch {
            process.send(SIGKILL)
            _ = process.wait()
            throw error
        }
    }

    deinit {
        end(SIGKILL)
    }

    /// `eventledger serve` on a free port; the executable stands beside the tests.
    package static func ledger(
        _ arguments: [String],
        variables: [String: String] = [:]
    ) async throws -> ServerProcess {
        try await ServerProcess(
            executable("eventledger"),
            ["serve", "--port", "0", "--log-level", "warning"] + arguments,
            variables: variables
        )
    }

    /// The path of an executable of the package.
    package static func executable(_ name: String) throws -> String {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(filePath: tests).deletingLastPathComponent().appending(path: name).path
    }

    /// Its number in the system.
    package var id: pid_t { process.id }

    /// Where it answers on this machine.
    package var port: Int { url.split(separator: ":").last.flatMap { Int($0) } ?? 0 }

    /// Sends a signal that it survives.
    package func send(_ signal: Int32) {
        process.send(signal)
    }

    /// `kill -9`, and waits until the process is gone; a second end does nothing.
    package func kill() {
        end(SIGKILL)
    }

    /// SIGTERM, and waits until the process is gone; a second end does nothing.
    package func stop() async {
        await onThread { self.end(SIGTERM) }
    }

    private func end(_ signal: Int32) {
        let isFirst = hasEnded.withLock { ended in
            defer { ended = true }
            return !ended
        }
        guard isFirst else { return }
        process.send(signal)
        _ = process.wait()
    }

    private static func readURL(_ output: FileHandle) throws -> String {
        var text = ""
        while true {
            let data = output.availableData
            text += String(decoding: data, as: UTF8.self)
            if let match = text.firstMatch(of: /(https?:\/\/[^\s\/]+:\d+)\/?\s/) {
                return String(match.1)
            }
            guard !data.isEmpty else {
                throw Failure(description: "ended before it was ready; it said '\(text)'")
            }
        }
    }
}
