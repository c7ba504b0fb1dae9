import Foundation

/// Starts `scripts/moto-server.py`, which ends when this process does: its standard input is ours.
final class MotoProcess: @unchecked Sendable {
    // Unchecked: nothing changes after `init`.
    private let process = Process()
    private let input = Pipe()

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Where it answers.
    let address: String

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let python = root.appending(path: ".tools/venv/bin/python")
        guard FileManager.default.isExecutableFile(atPath: python.path) else {
            throw Failure(description: "no \(python.path): `./justw test` installs it")
        }
        let output = Pipe()
        process.executableURL = python
        process.arguments = [
            root.appending(path: "scripts/moto-server.py").path, "--end-with-input",
        ]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        address = try Self.readAddress(output.fileHandleForReading)
    }

    private static func readAddress(_ output: FileHandle) throws -> String {
        var text = ""
        while true {
            let data = output.availableData
            text += String(decoding: data, as: UTF8.self)
            if let match = text.firstMatch(of: /(http:\/\/\S+)\n/) { return String(match.1) }
            guard !data.isEmpty else {
                throw Failure(description: "the local AWS ended; it said '\(text)'")
            }
        }
    }
}
