import Foundation
import LedgerTesting
import Loopback
import Testing

/// The executable that stands beside the tests, run as a user runs it.
enum CommandLine {
    /// What a run left behind.
    struct Outcome: CustomStringConvertible {
        let status: Int32
        let bytes: [UInt8]
        let errors: String

        /// The output as text.
        var output: String { String(decoding: bytes, as: UTF8.self) }

        var description: String { "status \(status), output '\(output)', errors '\(errors)'" }

        /// The lines of the output.
        var lines: [String] { output.split(separator: "\n").map(String.init) }
    }

    /// Runs a command to its end.
    static func run(
        _ arguments: [String],
        input: [UInt8] = [],
        url: String? = nil
    ) async throws -> Outcome {
        try await onThread { try runBlocking(arguments, input, url) }
    }

    /// Starts a command on descriptors of the test's; the input of nil is empty.
    static func start(
        _ arguments: [String],
        files: (input: Int32?, output: Int32, errors: Int32),
        url: String? = nil
    ) throws -> ChildProcess {
        try ChildProcess(
            try ServerProcess.executable("eventledger"),
            arguments: arguments,
            environment: environment(url),
            files: files
        )
    }

    /// Runs a shell's script, in which `eventledger` is the executable, to its end.
    static func shell(_ script: String, url: String? = nil) async throws -> Outcome {
        try await onThread {
            let executable = try ServerProcess.executable("eventledger")
            let function = "eventledger() { '\(executable)' \"$@\"; }; "
            return try runBlocking(["-c", function + script], [], url, executable: "/bin/sh")
        }
    }

    private static func environment(_ url: String?) -> [String: String] {
        ProcessInfo.processInfo.environment.merging(
            url.map { ["EVENTLEDGER_URL": $0] } ?? [:]
        ) { $1 }
    }

    private static func runBlocking(
        _ arguments: [String],
        _ input: [UInt8],
        _ url: String?,
        executable: String? = nil
    ) throws -> Outcome {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let files = try [("in", input), ("out", []), ("err", [])].map { name, bytes in
            try Data(bytes).write(to: URL(fileURLWithPath: folder[name]))
            return folder[name]
        }
        let handles = [
            FileHandle(forReadingAtPath: files[0]),
            FileHandle(forWritingAtPath: files[1]),
            FileHandle(forWritingAtPath: files[2]),
        ]
        let descriptors = try handles.map { try #require($0).fileDescriptor }
        let process = try ChildProcess(
            try executable ?? ServerProcess.executable("eventledger"),
            arguments: arguments,
            environment: environment(url),
            files: (descriptors[0], descriptors[1], descriptors[2])
        )
        let status = process.wait()
        for handle in handles { try handle?.close() }
        return Outcome(
            status: status,
            bytes: Array(try Data(contentsOf: URL(fileURLWithPath: files[1]))),
            errors: try String(contentsOfFile: files[2], encoding: .utf8)
        )
    }
}

extension TemporaryFolder {
    /// Makes or replaces a file; returns its path.
    func write(_ text: String, to name: String) throws -> String {
        try text.write(toFile: self[name], atomically: true, encoding: .utf8)
        return self[name]
    }
}
