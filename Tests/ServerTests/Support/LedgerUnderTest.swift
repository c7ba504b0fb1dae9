import Foundation
import LedgerServer
import Loopback
import Testing

/// A real server process on a data folder, to be killed.
final class LedgerUnderTest: @unchecked Sendable {
    // Unchecked: set once in `init`, and `Process` may be terminated from any thread.
    private let process: Process
    let port: Int

    /// Starts the executable that stands beside the tests, on a free port.
    convenience init(data: String) throws {
        try self.init(["--data", data])
    }

    /// The same over HTTPS.
    convenience init(data: String, tls: TLSFiles) throws {
        try self.init(
            ["--data", data, "--tls-cert", tls.certificate, "--tls-key", tls.key]
        )
    }

    /// The same on a DynamoDB table of the local AWS.
    convenience init(table: String, of aws: LocalAWS) throws {
        try self.init(["--table", "dynamodb:" + table], aws.variables)
    }

    private init(_ arguments: [String], _ variables: [String: String] = [:]) throws {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let binary = URL(filePath: tests).deletingLastPathComponent().appending(path: "eventledger")
        let output = Pipe()
        process = Process()
        process.executableURL = binary
        process.arguments = ["serve", "--port", "0", "--log-level", "warning"] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
        process.standardOutput = output
        try process.run()
        port = try Self.readPort(output.fileHandleForReading)
    }

    private static func readPort(_ output: FileHandle) throws -> Int {
        var text = ""
        while true {
            let data = output.availableData
            text += String(decoding: data, as: UTF8.self)
            if let match = text.firstMatch(of: /:(\d+)\n/) { return try #require(Int(match.1)) }
            try #require(!data.isEmpty, "the server ended without saying its port: \(text)")
        }
    }

    /// The process's most memory so far, bytes.
    func peakMemory() throws -> Int {
        let path = "/proc/\(process.processIdentifier)/status"
        let status = try String(contentsOfFile: path, encoding: .utf8)
        let match = try #require(status.firstMatch(of: /VmHWM:\s+(\d+) kB/))
        return try #require(Int(match.1)) * 1024
    }

    /// SIGHUP.
    func hangUp() {
        Foundation.kill(process.processIdentifier, SIGHUP)
    }

    /// `kill -9`, and waits until the process is gone.
    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
