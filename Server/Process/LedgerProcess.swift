import CoreMetrics
import LedgerCore
package import LedgerService
package import Logging
import Synchronization

/// The ledger as one process: a table, the API on a port, and the background work.
package final class LedgerProcess: Sendable {
    /// The address it listens on, for example `127.0.0.1`.
    package let host: String
    /// The port it listens on.
    package let port: Int

    /// Where programs on this machine reach it, such as `http://[::1]:8080`; of a server that
    /// listens on every address, loopback's.
    package let url: String

    private let ledger: Ledger
    private let server: HTTPServer
    private let storage: OpenStorage
    private let background: Task<Void, Never>
    private let logger: Logger

    private init(
        _ ledger: Ledger,
        _ server: HTTPServer,
        _ storage: OpenStorage,
        _ background: Task<Void, Never>,
        _ logger: Logger,
        scheme: String
    ) {
        self.ledger = ledger
        self.server = server
        self.logger = logger
        self.storage = storage
        self.background = background
        host = server.host
        port = server.port
        url = "\(scheme)://\(Authority.reachable(host: server.host, port: server.port))"
    }

    /// Opens the table and starts to serve.
    ///
    /// `storage`: Where the table is; a folder is made with mode 0700 when missing.
    ///
    /// `clock`: What time it is; the machine's clocks but in a test.
    ///
    /// Throws ``ConfigurationError``, ``DataFolderError``, `SQLiteOpenError` or ``StorageError``.
    package static func start(
        _ configuration: ServerConfiguration,
        storage: LedgerStorage,
        clock: any LedgerClock = SystemClock(),
        logger: Logger
    ) async throws -> LedgerProcess {
        var configuration = configuration
        configuration.tableConnections = storage.connections
        try configuration.validate()
        // Before anything is opened that would only fail for want of it, or fail the process.
        try FileLimit.require(reserved: configuration.reservedFiles, limit: FileLimit.raise())
        if configuration.isReadableOnTheWay {
            logger.warning(
                "without TLS everyone on the way can read API keys and events",
                metadata: ["host": "\(configuration.host)"]
            )
        }
        Allocator.keepLargeBlocks()
        let metrics = Self.metrics
        let open = try await OpenStorage.open(storage, clock, metrics)
        var settings = Ledger.Configuration()
        settings.foldsInBackground = true
        settings.seesAllAppends = open.isOwn
        settings.rules = configuration.rules
        let ledger = Ledger(
            table: open.table,
            clock: clock,
            configuration: settings,
            logger: logger
        )
        // Before the first request is judged by it.
        await ledger.checkClock()
        LedgerMetricsText.register(ledger, with: metrics)
        do {
            let server = try await HTTPServer.start(
                configuration,
                handler: LedgerAPI(ledger, keys: configuration.keys),
                metrics: metrics,
                compressor: ResponseCompressor { ContentCoding.gzip.encode($0) },
                logger: logger
            )
            let background = Task { await ledger.runBackground() }
            let scheme = configuration.tls == nil ? "http" : "https"
            return LedgerProcess(ledger, server, open, background, logger, scheme: scheme)
        } catch {
            await open.close()
            throw error
        }
    }

    /// Reads the certificate's files again, for connections from now on.
    ///
    /// When they can't be used, the log says so and the old certificate stays.
    package func reloadCertificate() {
        do throws(ConfigurationError) {
            try server.reloadCertificate()
            logger.info("read the certificate again")
        } catch {
            logger.error("the old certificate stays", metadata: ["reason": "\(error)"])
        }
    }

    /// Finishes what was accepted, ends the background work and closes the table.
    ///
    /// What waits for events is answered at once: it would wait in vain.
    package func stop(grace: Duration) async {
        await server.shutdown(grace: grace) { ledger.endWaiting() }
        background.cancel()
        await background.value
        await storage.close()
    }

    /// One for the process: swift-metrics takes a factory only once.
    private static let metrics: PrometheusMetrics = {
        let metrics = PrometheusMetrics()
        MetricsSystem.bootstrap(metrics)
        return metrics
    }()
}
