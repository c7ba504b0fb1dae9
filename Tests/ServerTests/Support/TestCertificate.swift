import Foundation
import LedgerServer
import LedgerTesting
import Loopback
import Synchronization

/// A certificate for 127.0.0.1 that signs itself, in files of its own.
final class TestCertificate: Sendable {
    /// For all tests that only need some certificate.
    static func shared() async throws -> TestCertificate { try await made.value }
    private static let made = Task { try await TestCertificate() }

    let files: TLSFiles
    private let folder: TemporaryFolder

    init() async throws {
        folder = try TemporaryFolder()
        files = TLSFiles(certificate: folder["cert.pem"], key: folder["key.pem"])
        try await OpenSSL.run(
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-days", "2", "-subj", "/CN=eventledger test", "-addext",
                "subjectAltName=IP:127.0.0.1", "-out", files.certificate, "-keyout", files.key,
            ]
        )
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
    /// One process at a time: each is a whole core's work for a moment.
    private static let turn = Mutex(())

    /// Runs it with an empty standard input; throws a `TestFailure` with its output when it fails.
    @discardableResult
    static func run(_ arguments: [String]) async throws -> String {
        try await onThread { try turn.withLock { _ in try runAlone(arguments) } }
    }

    private static func runAlone(_ arguments: [String]) throws -> String {
        let pipe = Pipe()
        let writing = pipe.fileHandleForWriting.fileDescriptor
        let process = try ChildProcess(
            "openssl",
            arguments: arguments,
            environment: ProcessInfo.processInfo.environment,
            files: (nil, writing, writing)
        )
        try pipe.fileHandleForWriting.close()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        let text = String(decoding: output, as: UTF8.self)
        guard process.wait() == 0 else { throw TestFailure(text) }
        return text
    }
}
