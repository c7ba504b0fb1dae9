import Foundation
import Testing

/// The executable that stands beside the tests, run as a user runs it.
enum CommandLine {
    /// What a run left behind.
    struct Outcome {
        let status: Int32
        let output: String
        let errors: String

        /// The lines of the output.
        var lines: [String] { output.split(separator: "\n").map(String.init) }
    }

    static func executable() throws -> URL {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(filePath: tests).deletingLastPathComponent().appending(path: "eventledger")
    }

    /// Runs a command to its end.
    static func run(
        _ arguments: [String],
        input: String = "",
        url: String? = nil
    ) throws -> Outcome {
        let files = try ["in", "out", "err"].map { _ in try TemporaryFile() }
        try input.write(toFile: files[0].path, atomically: false, encoding: .utf8)
        let handles = [
            FileHandle(forReadingAtPath: files[0].path),
            FileHandle(forWritingAtPath: files[1].path),
            FileHandle(forWritingAtPath: files[2].path),
        ]
        let descriptors = try handles.map { try #require($0).fileDescriptor }
        let process = try ChildProcess(
            try executable().path,
            arguments,
            environment: ProcessInfo.processInfo.environment
                .merging(url.map { ["EVENTLEDGER_URL": $0] } ?? [:]) { $1 },
            files: (descriptors[0], descriptors[1], descriptors[2])
        )
        let status = process.wait()
        for handle in handles { try handle?.close() }
        return Outcome(
            status: status,
            output: try String(contentsOfFile: files[1].path, encoding: .utf8),
            errors: try String(contentsOfFile: files[2].path, encoding: .utf8)
        )
    }
}

/// An empty file that is gone with its owner.
final class TemporaryFile {
    let path = FileManager.default.temporaryDirectory.path + "/el-" + UUID().uuidString

    init() throws {
        try #require(FileManager.default.createFile(atPath: path, contents: nil))
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}

/// A folder that is gone with its owner.
final class Workplace {
    let path = FileManager.default.temporaryDirectory.path + "/el-" + UUID().uuidString

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func path(_ name: String) -> String { path + "/" + name }

    func write(_ text: String, to name: String) throws -> String {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
        return path(name)
    }
}
