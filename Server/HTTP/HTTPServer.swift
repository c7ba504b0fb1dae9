package import LedgerService
package import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Glibc

/// Serves an ``APIHandler`` over HTTP/1.1.
///
/// Small requests are handled on the event loop of their connection, requests with larger bodies on
/// Swift's global executor. `GET /metrics` is answered here; everything else is the handler's.
package final class HTTPServer: Sendable {
    /// The address the server listens on.
    package let host: String
    /// The port the server listens on: the system's choice if the configuration said 0.
    package let port: Int

    private let group: MultiThreadedEventLoopGroup
    private let channel: any Channel
    private let loops: [HTTPLoop]
    private let core: ServerCore
    private let isStopping = Atomic(false)

    private init(
        group: MultiThreadedEventLoopGroup,
        channel: any Channel,
        loops: [HTTPLoop],
        core: ServerCore
    ) {
        self.group = group
        self.channel = channel
        self.loops = loops
        self.core = core
        host = channel.localAddress?.ipAddress ?? ""
        port = channel.localAddress?.port ?? 0
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
        configuration.limits = configuration.limits.affordable(
            fileLimit: fileLimit,
            reserved: configuration.reservedFiles
        )
        let core = try ServerCore(
            configuration: configuration,
            handler: handler,
            compressor: compressor,
            metrics: metrics,
            logger: logger
        )
        let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        let loops = group.makeIterator().map { HTTPLoop($0, core: core) }
        do throws(StartError) {
            let channel = try await bind(configuration, group: group, loops: loops, core: core)
            for loop in loops { loop.connections.start(timeouts: configuration.timeouts) }
            return HTTPServer(group: group, channel: channel, loops: loops, core: core)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }

    /// Reads the certificate's files again, for connections from now on.
    ///
    /// - Throws: ``StartError`` when they can't be used; the server goes on with what it
    ///   had.
    package func reloadCertificate() throws(StartError) {
        try core.tls?.reload()
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
        guard !isStopping.exchange(true, ordering: .relaxed) else { return }
        for loop in loops.map(\.connections) {
            try? await loop.eventLoop.submit { loop.stop() }.get()
        }
        endWaiting()
        try? await channel.close()
        await drain(within: grace)
        for loop in loops.map(\.connections) { loop.eventLoop.execute { loop.abort() } }
        // Cancelled handlers get a second to notice.
        await drain(within: .seconds(1))
        // A task that still runs needs its event loop, whose threads then end with the process.
        guard core.admission.requestsInFlight == 0 else {
            let count = core.admission.requestsInFlight
            core.logger.warning(
                "requests ignore that they are cancelled",
                metadata: [
                    "count": .stringConvertible(count)
                ]
            )
            return
        }
        try? await group.shutdownGracefully()
    }

    private func drain(within time: Duration) async {
        var timer: Scheduled<Void>?
        await core.admission.drained {
            timer = loops[0].connections.eventLoop.scheduleTask(in: TimeAmount(time)) { [core] in
                core.admission.giveUp()
            }
        }
        timer?.cancel()
    }
}

// MARK: - Sockets

extension HTTPServer {
    private static func bind(
        _ configuration: ServerConfiguration,
        group: MultiThreadedEventLoopGroup,
        loops: [HTTPLoop],
        core: ServerCore
    ) async throws(StartError) -> any Channel {
        // Bind 127.0.0.1 for "localhost": a resolver may map the name elsewhere.
        let isName = configuration.host.lowercased() == "localhost"
        let host = isName ? "127.0.0.1" : configuration.host
        let byLoop = Dictionary(
            uniqueKeysWithValues: loops.map { (ObjectIdentifier($0.connections.eventLoop), $0) }
        )
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pause = AcceptPause(logger: core.logger)
                    try channel.pipeline.syncOperations.addHandler(pause)
                }
            }
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .writeBufferWaterMark,
                value: ChannelOptions.Types.WriteBufferWaterMark(low: 16 * 1024, high: 32 * 1024)
            )
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(
                    minimum: 1024,
                    initial: 4096,
                    maximum: 256 * 1024
                )
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let loop = byLoop[ObjectIdentifier(channel.eventLoop)] else { return }
                    // TLS ends with a message of its own, for both directions at once.
                    if core.tls == nil {
                        try channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: true)
                    }
                    try addHandlers(to: channel, loop: loop, core: core)
                }
            }
        do {
            return try await bootstrap.bind(host: host, port: configuration.port).get()
        } catch {
            throw .cannotListen(
                host: configuration.host,
                port: configuration.port,
                reason: reason(error)
            )
        }
    }

    /// The system's words for a failed bind.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as IOError where error.errnoCode == EADDRINUSE:
            "address already in use; choose another with --port"
        case let error as IOError: String(cString: strerror(error.errnoCode)).lowercased()
        case SocketAddressError.unknown: "there is no such host"
        default: "\(error)"
        }
    }

    /// Makes a connection of a new socket's channel, or throws to drop it unanswered.
    static func addHandlers(
        to channel: any Channel,
        loop: HTTPLoop,
        core: ServerCore
    ) throws {
        let decision = core.admission.opened()
        channel.closeFuture.whenComplete { _ in core.admission.closed() }
        guard decision != .drop else { throw ChannelError.ioOnClosedChannel }
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = core.limits.headerBytes
        limits.maxHeaderListSize = core.limits.headerBytes
        limits.maxHeaderFieldCount = core.limits.headerCount
        let decoder = HTTPRequestDecoder(limitConfiguration: limits)
        let pipeline = channel.pipeline.syncOperations
        if let tls = core.tls {
            try pipeline.addHandler(tls.handler())
            try pipeline.addHandler(HandshakeDeadline(after: TimeAmount(core.timeouts.head)))
        }
        try pipeline.addHandler(ByteToMessageHandler(decoder))
        try pipeline.addHandler(
            HTTPConnection(core: core, loop: loop, isRefused: decision == .refuse)
        )
    }
}

/// The parts that all connections of a server share.
final class ServerCore: Sendable {
    let limits: HTTPLimits
    let timeouts: HTTPTimeouts
    /// Nil serves plain HTTP.
    let tls: TLSIdentity?
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
    ) throws(StartError) {
        let admission = Admission(limits: configuration.limits)
        limits = configuration.limits
        timeouts = configuration.timeouts
        needsKeys = configuration.keys.isOn
        origins =
            configuration.corsOrigins.isEmpty ? nil : AllowedOrigins(configuration.corsOrigins)
        if let files = configuration.tls { tls = try TLSIdentity(files) } else { tls = nil }
        self.handler = handler
        self.compressor = compressor
        self.metrics = metrics
        self.logger = logger
        self.admission = admission
        http = HTTPMetrics(metrics, admission: admission)
    }
}

/// Stops accepting for a second when the system has nothing left for a further connection.
///
/// Clients that connect wait in the system's queue meanwhile. Without the pause the event loop would
/// be told of them again and again, as fast as it can go. (NIO's `AcceptBackoffHandler` holds back
/// later reads, but the read that failed stays registered.)
final class AcceptPause: ChannelInboundHandler {
    typealias InboundIn = any Channel

    private static let pause = TimeAmount.seconds(1)
    private let logger: Logger
    private var isPaused = false

    init(logger: Logger) {
        self.logger = logger
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? IOError, Self.isExhaustion(error.errnoCode) else {
            return context.fireErrorCaught(error)
        }
        guard !isPaused else { return }
        isPaused = true
        logger.warning("accepting no connections for a second", metadata: ["reason": "\(error)"])
        setReading(false, on: context)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
            self.isPaused = false
            self.setReading(true, on: context)
        }
    }

    /// Turns accepting on or off, and ignores the error of a closed channel.
    private func setReading(_ isOn: Bool, on context: ChannelHandlerContext) {
        try? context.channel.syncOptions?.setOption(.autoRead, value: isOn)
    }

    private static func isExhaustion(_ code: CInt) -> Bool {
        [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code)
    }
}
