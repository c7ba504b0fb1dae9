package import LedgerService
package import Logging
import NIOCore
import NIOHTTP1

/// Serves an ``APIHandler`` over HTTP/1.1.
///
/// Small requests are handled on the event loop of their connection, requests with larger bodies on
/// Swift's global executor. `GET /metrics` is answered here; everything else is the handler's.
package final class HTTPServer: Sendable {
    /// The address the server listens on.
    package let host: String
    /// The port the server listens on: the system's choice if the configuration said 0.
    package let port: Int

    private let loops: ServerLoops
    private let listener: Listener

    private init(loops: ServerLoops, listener: Listener) {
        self.loops = loops
        self.listener = listener
        host = listener.host
        port = listener.port
    }

    /// Starts listening.
    ///
    /// - Parameters:
    ///   - configuration: where to listen, and what to refuse.
    ///   - handler: is called on event loops, so it must not block.
    ///   - metrics: where requests are counted, and what `GET /metrics` shows.
    ///   - compressor: none means that answers are not compressed.
    ///   - logger: where each request is reported at debug level.
    /// - Returns: a server that already listens.
    /// - Throws: ``StartError``.
    package static func start(
        _ configuration: ServerConfiguration,
        handler: any APIHandler,
        metrics: PrometheusMetrics = PrometheusMetrics(),
        compressor: ResponseCompressor? = nil,
        logger: Logger
    ) async throws(StartError) -> HTTPServer {
        try configuration.validate()
        var configuration = configuration
        let threads = configuration.loops
        let fileLimit = FileLimit.raise()
        try FileLimit.require(reserved: configuration.reservedFiles, limit: fileLimit)
        configuration.connections = configuration.connections.affordable(
            fileLimit: fileLimit,
            reserved: configuration.reservedFiles
        )
        let tls = try configuration.tls.map { files throws(StartError) in
            try TLSIdentity(files, speaking: "http/1.1")
        }
        let core = ServerCore(
            configuration: configuration,
            handler: handler,
            compressor: compressor,
            metrics: metrics,
            logger: logger
        )
        let loops = ServerLoops(
            threads: threads,
            admission: core.admission,
            timeouts: configuration.timeouts,
            logger: logger
        )
        do throws(StartError) {
            let listener = try await Listener.start(
                host: configuration.host,
                port: configuration.port,
                tls: tls,
                serving: HTTPProtocol(core: core, loops: loops.all),
                on: loops
            )
            return HTTPServer(loops: loops, listener: listener)
        } catch {
            await loops.end()
            throw error
        }
    }

    /// Reads the certificate's files again, for connections from now on.
    ///
    /// - Throws: ``StartError`` when they can't be used; the server goes on with what it
    ///   had.
    package func reloadCertificate() throws(StartError) {
        try listener.tls?.reload()
    }

    /// Stops: closes idle connections, tells the others that they end, accepts nothing any more, and
    /// finishes what was begun.
    ///
    /// Returns when that is done; a second call returns at once.
    ///
    /// - Parameters:
    ///   - grace: what is not finished by then is cancelled and its connection closed.
    ///   - endWaiting: makes handlers answer that only wait, once connections know that they end.
    package func shutdown(grace: Duration, endWaiting: () -> Void = {}) async {
        await loops.shutdown(closing: [listener], grace: grace, endWaiting: endWaiting)
    }
}

/// HTTP/1.1 as a listener serves it.
struct HTTPProtocol: ConnectionProtocol {
    let core: ServerCore
    private let loops: [ObjectIdentifier: HTTPLoop]

    /// HTTP on connections of these loops.
    init(core: ServerCore, loops: [ConnectionLoop]) {
        self.core = core
        let pairs = loops.map { (ObjectIdentifier($0), HTTPLoop($0, core: core)) }
        self.loops = Dictionary(uniqueKeysWithValues: pairs)
    }

    func addHandlers(
        to channel: any Channel,
        on loop: ConnectionLoop,
        isRefused: Bool
    ) throws {
        guard let shared = loops[ObjectIdentifier(loop)] else {
            preconditionFailure("a connection is on a loop of its listener")
        }
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = core.limits.headerBytes
        limits.maxHeaderListSize = core.limits.headerBytes
        limits.maxHeaderFieldCount = core.limits.headerCount
        let decoder = HTTPRequestDecoder(limitConfiguration: limits)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(ByteToMessageHandler(decoder))
        try pipeline.addHandler(
            HTTPConnection(core: core, loop: shared, isRefused: isRefused)
        )
    }
}

/// The parts that all connections of a server share.
final class ServerCore: Sendable {
    let limits: HTTPLimits
    let timeouts: ConnectionTimeouts
    /// True when every request needs an API key.
    let needsKeys: Bool
    /// Nil: web pages of other hosts may not see any answer.
    let origins: AllowedOrigins?
    let handler: any APIHandler
    let compressor: ResponseCompressor?
    let metrics: PrometheusMetrics
    let http: HTTPMetrics
    let logger: Logger
    let admission: Admission
    /// Runs requests with compressed bodies, whose size nobody knows before.
    let bulk = BulkExecutor(threads: max(1, Processors.available / 2))

    init(
        configuration: ServerConfiguration,
        handler: any APIHandler,
        compressor: ResponseCompressor?,
        metrics: PrometheusMetrics,
        logger: Logger
    ) {
        let admission = Admission(limits: configuration.connections)
        limits = configuration.limits
        timeouts = configuration.timeouts
        needsKeys = configuration.keys.isOn
        origins =
            configuration.corsOrigins.isEmpty ? nil : AllowedOrigins(configuration.corsOrigins)
        self.handler = handler
        self.compressor = compressor
        self.metrics = metrics
        self.logger = logger
        self.admission = admission
        http = HTTPMetrics(metrics, admission: admission)
    }
}
