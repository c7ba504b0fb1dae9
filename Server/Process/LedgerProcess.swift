import CoreMetrics
import LedgerCore
import LedgerService
public import Logging
import SQLiteTable
import Synchronization

/// The ledger as one process: a table, the API on a port, and the background work.
public final class LedgerProcess: Sendable {
    /// The address it listens on, for example `127.0.0.1`.
    public let host: String
    /// The port it listens on.
    public let port: Int

    private let server: HTTPServer
    private let table: SQLiteTable
    private let upkeep: Task<Void, Never>

    private init(_ server: HTTPServer, _ table: SQLiteTable, _ upkeep: Task<Void, Never>) {
        self.server = server
        self.table = table
        self.upkeep = upkeep
        host = server.host
        port = server.port
    }

    /// Opens the table and starts to serve.
    ///
    /// `data`: The folder of the ledger's file; made with mode 0700 when missing.
    ///
    /// Throws ``ConfigurationError``, ``DataFolderError``, `SQLiteOpenError`, or NIO's error when
    /// the address can't be had.
    public static func start(
        _ configuration: ServerConfiguration,
        data: String,
        logger: Logger
    ) async throws -> LedgerProcess {
        try configuration.validate()
        Allocator.keepLargeBlocks()
        try DataFolder.make(data)
        let metrics = Self.metrics
        let table = try SQLiteTable.open(path: data + "/" + DataFolder.fileName)
        var settings = Ledger.Configuration()
        settings.foldsInBackground = true
        let ledger = Ledger(
            table: table,
            clock: SystemClock(),
            configuration: settings,
            logger: logger
        )
        let lag = FoldLag()
        lag.register(with: metrics)
        Self.register(table, with: metrics)
        do {
            let server = try await HTTPServer.start(
                configuration,
                handler: LedgerAPI(ledger),
                metrics: metrics,
                compressor: ResponseCompressor { ContentCoding.gzip.encode($0) },
                logger: logger
            )
            let upkeep = Task {
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await ledger.runUpkeep() }
                    group.addTask { await lag.watch(ledger) }
                }
            }
            return LedgerProcess(server, table, upkeep)
        } catch {
            await table.close()
            throw error
        }
    }

    /// Finishes what was accepted, ends the background work and closes the table.
    public func stop(grace: Duration) async {
        await server.shutdown(grace: grace)
        upkeep.cancel()
        await upkeep.value
        await table.close()
    }

    /// One for the process: swift-metrics takes a factory only once.
    private static let metrics: PrometheusMetrics = {
        let metrics = PrometheusMetrics()
        MetricsSystem.bootstrap(metrics)
        return metrics
    }()

    private static func register(_ table: SQLiteTable, with metrics: PrometheusMetrics) {
        metrics.onCollect(
            "eventledger_wal_bytes",
            help: "Size of SQLite's write-ahead log, bytes."
        ) { [weak table] in
            (table?.statistics.walBytes).map { [GaugeSample(Double($0))] } ?? []
        }
        metrics.onCollect(
            "eventledger_commits",
            help: "Commits since the start, each one fsync."
        ) { [weak table] in
            (table?.statistics.commits).map { [GaugeSample(Double($0))] } ?? []
        }
    }
}
