import APISuite
import Foundation
import LedgerServer
import Logging
import Testing

/// The API suite over live HTTP: a whole ledger process on loopback, on SQLite.
@Suite("API over HTTP")
struct APISuiteTests {
    @Test(arguments: APISuite.checks)
    func holds(_ check: APICheck) async throws {
        try await withLedger { try await check.run(over: HTTPTransport(url: $0)) }
    }

    @Test(arguments: APISuite.realTimeChecks)
    func holdsInRealTime(_ check: RealTimeCheck) async throws {
        try await withLedger { try await check.run(over: HTTPTransport(url: $0)) }
    }

    @Test(arguments: APISuite.frontChecks)
    func holdsWithoutAGateway(_ check: FrontCheck) async throws {
        try await withLedger { try await check.run(over: HTTPTransport(url: $0)) }
    }
}

/// Runs a whole ledger on a folder of its own for the time of a test; `body` gets its base URL.
func withLedger(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/el-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let ledger = try await LedgerProcess.start(
        ServerConfiguration(port: 0, eventLoops: 1),
        storage: .sqlite(folder: folder),
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    )
    do {
        try await body("http://127.0.0.1:\(ledger.port)")
    } catch {
        await ledger.stop(grace: .zero)
        throw error
    }
    await ledger.stop(grace: .zero)
}
