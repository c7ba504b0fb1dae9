import Foundation
import LedgerTesting
import Loopback
import Testing
import Glibc

/// The executable that stands beside the tests, run as a user runs it.
enum CommandLine {
    /// The remains of a run: its exit code and what it printed.
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
        try await onThread { try runBlocking(arguments, input: input, url: url) }
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
            return try runBlocking(
                ["-c", function + script],
                input: [],
                url: url,
                executable: "/bin/sh"
            )
        }
    }

    private static func environment(_ url: String?) -> [String: String] {
        ProcessInfo.processInfo.environment.merging(
            url.map { ["EVENTLEDGER_URL": $0] } ?? [:]
        ) { $1 }
    }

    private static func runBlocking(
        _ arguments: [String],
        input: [UInt8],
        url: String?,
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

/// A pipe between a test and a command.
struct TestPipe: ~Copyable {
    private(set) var reading: Int32
    private(set) var writing: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        (reading, writing) = (ends[0], ends[1])
    }

    deinit {
        if reading >= 0 { close(reading) }
        if writing >= 0 { close(writing) }
    }

    mutating func closeReading() {
        close(reading)
        reading = -1
    }

    mutating func closeWriting() {
        close(writing)
        writing = -1
    }

    /// Lets a writer get an error instead of waiting where the pipe is full.
    func makeWritingNonBlocking() {
        _ = fcntl(writing, F_SETFL, fcntl(writing, F_GETFL) | O_NONBLOCK)
    }

    func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.write(writing, bytes, bytes.count)
    }

    /// The number of bytes that can be read at once.
    var waiting: Int {
        var count: Int32 = 0
        return ioctl(reading, UInt(FIONREAD), &count) == 0 ? Int(count) : 0
    }

    /// Reads so many bytes at most; fewer at the end.
    func read(_ most: Int = .max) async -> [UInt8] {
        let descriptor = reading
        return await onThread {
            var bytes: [UInt8] = []
            var part = [UInt8](repeating: 0, count: 65_536)
            while bytes.count < most {
                let count = Glibc.read(descriptor, &part, min(part.count, most - bytes.count))
                guard count > 0 else { break }
                bytes += part[..<count]
            }
            return bytes
        }
    }
}
