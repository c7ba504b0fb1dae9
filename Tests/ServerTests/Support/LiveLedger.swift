import APISuite
import Foundation
import LedgerCore
import LedgerServer
import LedgerService
import LedgerTesting
import Logging
import Loopback

/// A way to reach a whole ledger over a socket.
enum Way: String, CaseIterable, Sendable {
    case plain
    case keys
    case tls
    /// Without keys, on a DynamoDB table.
    case dynamoDB

    /// The operator's key.
    static let rootKey = {
        var random = SeededGenerator(seed: 7)
        return APIKey.random(using: &random)
    }()
}

/// Each ledger has threads and files of its own, and Foundation's `Process` crashes in a process
/// that has more than about 1,300 files open.
private let turns = Turns(16)

/// Runs a whole ledger on a folder of its own for the time of a test; `body` gets a transport to
/// it, with the operator's key where it needs one.
func withLedger(
    _ way: Way = .plain,
    logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
    _ body: (HTTPTransport) async throws -> Void
) async throws {
    try await turns.take {
        guard way != .dynamoDB else { return try await withLedgerOnDynamoDB(body) }
        try await withLedgerAtOnce(way, logger, body)
    }
}

/// The same with a process of its own on a table of its own, in the local AWS.
private func withLedgerOnDynamoDB(_ body: (HTTPTransport) async throws -> Void) async throws {
    let aws = try await LocalAWS.shared()
    let server = try await LedgerUnderTest(table: aws.createTable(), of: aws)
    defer { server.kill() }
    try await body(HTTPTransport(url: "http://127.0.0.1:\(server.port)"))
}

private func withLedgerAtOnce(
    _ way: Way,
    _ logger: Logger,
    _ body: (HTTPTransport) async throws -> Void
) async throws {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    let certificate = way == .tls ? try await TestCertificate.shared() : nil
    var configuration = ServerConfiguration(port: 0, tls: certificate?.files, eventLoops: 1)
    if way != .plain { configuration.keys = .on(KeySettings(rootHash: Way.rootKey.hash)) }
    let ledger = try await LedgerProcess.start(
        configuration,
        storage: .sqlite(folder: folder.path),
        logger: logger
    )
    let transport = HTTPTransport(
        url: "\(way == .tls ? "https" : "http")://127.0.0.1:\(ledger.port)",
        key: way == .plain ? nil : Way.rootKey.text,
        certificates: certificate?.files.certificate
    )
    do {
        try await body(transport)
    } catch {
        await ledger.stop(grace: .zero)
        throw error
    }
    await ledger.stop(grace: .zero)
}
