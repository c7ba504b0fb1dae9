import CoreMetrics
import LedgerCore
package import LedgerService
package import Logging
import Synchronization
import WebhookHTTP

/// The ledger as one process: a table, the API on a port, and the background work.
package final class LedgerProcess: Sendable {
    /// The address it listens on, for example `127.0.0.1`.
    package let host: String
    /// The port it listens on: the system's choice if the configuration said 0.
    package let port: Int

    /// The URL for programs on this machine, such as `http://[::1]:8080`; that of loopback where the
    /// server listens on every address.
    package let url: String

    private let ledger: Ledger
    private let server: HTTPServer
    private let storage: OpenStorage
    private let background: Task<Void, Never>
    private let logger: Logger

    private init(
        ledger: Ledger,
        server: HTTPServer,
        storage: OpenStorage,
        background: Task<Void, Never>,
        scheme: String,
        logger: Logger
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
    /// - Parameters:
    ///   - configuration: the address to listen on, and what to refuse.
    ///   - storage: the table's place; a folder is made with mode 0700 when missing.
    ///   - clock: the machine's clocks, except in a test.
    ///   - logger: for everything that the process logs.
    /// - Returns: a ledger that serves already.
    /// - Throws: ``StartError``; then nothing is left open.
    package static func start(
        _ configuration: ServerConfiguration,
        storage: LedgerStorage,
        clock: any LedgerClock = SystemClock(),
        logger: Logger
    ) async throws(StartError) -> LedgerProcess {
        var configuration = configuration
        configuration.ownConnections = storage.connections + Limits.webhookRequests
        try configuration.validate()
        // Checked before the table opens, which needs files too and may end the process without.
        try FileLimit.require(reserved: configuration.reservedFiles, limit: FileLimit.raise())
        if configuration.isReadableOnTheWay {
            logger.warning(
                "without TLS everyone on the way can read API keys and events",
                metadata: ["host": "\(configuration.host)"]
            )
        }
        Allocator.keepLargeBlocks()
        let metrics = Self.metrics
        let open = try await OpenStorage.open(storage, clock: clock, metrics: metrics)
        var settings = Ledger.Configuration()
        settings.foldsInBackground = true
        settings.seesAllAppends = open.isOwn
        settings.showsLags = true
        settings.rules = configuration.rules
        settings.webhookSender = WebhookClient()
        settings.webhookAllowance = configuration.webhookAllowance
        let ledger = Ledger(
            table: open.table,
            clock: clock,
            configuration: settings,
            logger: logger
        )
        // Before the first request: it must not be decided by a clock that runs ahead.
        await ledger.checkClock()
        LedgerMetricsText.register(ledger, with: metrics)
        do throws(StartError) {
            let server = try await HTTPServer.start(
                configuration,
                handler: LedgerAPI(ledger, keys: configuration.keys),
                metrics: metrics,
                compressor: ResponseCompressor { ContentCoding.gzip.encode($0) },
                logger: logger
            )
            let background = Task {
                async let webhooks: Void = ledger.runWebhooks()
                await ledger.runBackground()
                await webhooks
            }
            let scheme = configuration.tls == nil ? "http" : "https"
            return LedgerProcess(
                ledger: ledger,
                server: server,
                storage: open,
                background: background,
                scheme: scheme,
                logger: logger
            )
        } catch {
            await open.close()
            throw error
        }
    }

    /// Reads the certificate's files again, for connections from now on.
    ///
    /// When they can't be used, the log says so and the old certificate stays.
    package func reloadCertificate() {
        do throws(StartError) {
            try server.reloadCertificate()
            logger.info("read the certificate again")
        } catch {
            logger.error("the old certificate stays", metadata: ["reason": "\(error)"])
        }
    }

    /// Finishes what was accepted, ends the background work and closes the table.
    ///
    /// Polls that wait for events are answered at once, since none will come. Requests to webhooks
    /// have ``Limits/webhookGrace`` to be answered, and what they hold is given back.
    package func stop(grace: Duration) async {
        await server.shutdown(grace: grace) { ledger.endWaiting() }
        background.cancel()
        await background.value
        await storage.close()
    }

    /// One registry for the process, since swift-metrics takes a factory only once.
    private static let metrics: PrometheusMetrics = {
        let metrics = PrometheusMetrics()
        MetricsSystem.bootstrap(metrics)
        return metrics
    }()
}
