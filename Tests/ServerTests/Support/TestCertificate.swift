import Foundation
import LedgerServer
import Synchronization

/// A certificate for 127.0.0.1 that signs itself, in files of its own.
final class TestCertificate: Sendable {
    /// For all tests that only need some certificate.
    static let shared = Result { try TestCertificate() }

    let files: TLSFiles
    private let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.path + "/el-tls-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        files = TLSFiles(certificate: folder + "/cert.pem", key: folder + "/key.pem")
        try OpenSSL.run(
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-days", "2", "-subj", "/CN=eventledger test", "-addext",
                "subjectAltName=IP:127.0.0.1", "-out", files.certificate, "-keyout", files.key,
            ]
        )
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Puts this certificate where another one is.
    func replace(_ other: TestCertificate) throws {
        for (from, to) in [
            (files.certificate, other.files.certificate), (files.key, other.files.key),
        ] {
            try Data(contentsOf: URL(filePath: from)).write(to: URL(filePath: to), options: .atomic)
        }
    }
}

/// The command line tool, for what no HTTP client does.
enum OpenSSL {
    struct Failure: Error {
        let output: String
    }

    /// One process at a time: each is a whole core's work for a moment.
    private static let turn = Mutex(())

    /// Runs it with an empty standard input; throws ``Failure`` when it fails.
    @discardableResult
    static func run(_ arguments: [String]) throws -> String {
        try turn.withLock { _ in try runAlone(arguments) }
    }

    private static func runAlone(_ arguments: [String]) throws -> String {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: output, as: UTF8.self)
        guard process.terminationStatus == 0 else { throw Failure(output: text) }
        return text
    }
}
