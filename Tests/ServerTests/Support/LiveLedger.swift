import APISuite
import Foundation
import LedgerCore
import LedgerServer
import LedgerService
import LedgerTesting
import Logging
import Loopback

/// A kind of transport to a whole ledger over a socket.
enum TransportKind: String, CaseIterable, Sendable {
    case plain
    case keys
    case tls
    /// Without keys, on a DynamoDB table.
    case dynamoDB

    /// True where nothing is answered without a key.
    var hasKeys: Bool {
        switch self {
        case .keys, .tls: true
        case .plain, .dynamoDB: false
        }
    }

    /// The operator's key of ``keys`` and ``tls``; the same in every run.
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
    over kind: TransportKind = .plain,
    allowing allowance: WebhookAllowance = .none,
    logger: Logger = .silent,
    body: (HTTPTransport) async throws -> Void
) async throws {
    try await turns.take {
        guard kind != .dynamoDB else { return try await withLedgerOnDynamoDB(body) }
        try await withLedgerAtOnce(over: kind, allowing: allowance, logger: logger, body: body)
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
    over kind: TransportKind,
    allowing allowance: WebhookAllowance,
    logger: Logger,
    body: (HTTPTransport) async throws -> Void
) async throws {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    let certificate = kind == .tls ? try await TestCertificate.shared() : nil
    var configuration = ServerConfiguration(port: 0, tls: certificate?.files, eventLoops: 1)
    configuration.webhookAllowance = allowance
    if kind.hasKeys {
        configuration.keys = .on(KeySettings(rootHash: TransportKind.rootKey.hash))
    }
    let ledger = try await LedgerProcess.start(
        configuration,
        storage: .sqlite(folder: folder.path),
        logger: logger
    )
    let transport = HTTPTransport(
        url: "\(kind == .tls ? "https" : "http")://127.0.0.1:\(ledger.port)",
        key: kind.hasKeys ? TransportKind.rootKey.text : nil,
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
