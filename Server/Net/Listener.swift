import Glibc
import NIOCore
import NIOPosix

/// A wire protocol as a ``Listener`` serves it: all that distinguishes one from another.
protocol ConnectionProtocol: Sendable {
    /// Makes a connection of a new socket's channel: adds the decoder and the ``Connection`` to its
    /// pipeline, where TLS is already.
    ///
    /// - Parameters:
    ///   - channel: the socket's; the call is on its event loop.
    ///   - loop: the loop with what its connections share.
    ///   - isRefused: there are too many connections, and this one is to be told so.
    /// - Throws: what the pipeline throws; the socket is then closed.
    func addHandlers(to channel: any Channel, on loop: ConnectionLoop, isRefused: Bool) throws
}

/// A socket that accepts connections of one protocol, with or without TLS.
final class Listener: Sendable {
    /// The address it listens on.
    let host: String
    /// The port it listens on: the system's choice if 0 was asked for.
    let port: Int
    /// Nil for connections in the clear.
    let tls: TLSIdentity?
    private let channel: any Channel

    private init(_ channel: any Channel, tls: TLSIdentity?) {
        self.channel = channel
        self.tls = tls
        host = channel.localAddress?.ipAddress ?? ""
        port = channel.localAddress?.port ?? 0
    }

    /// Starts listening.
    ///
    /// - Parameters:
    ///   - host: an address of this machine, or `localhost`.
    ///   - port: the TCP port; 0 lets the system choose one.
    ///   - tls: the certificate to encrypt with; nil: connections are in the clear.
    ///   - wire: makes the connections.
    ///   - loops: where they are handled, and what admits them.
    /// - Returns: a listener that accepts already.
    /// - Throws: ``StartError/cannotListen(host:port:reason:)``.
    static func start(
        host: String,
        port: Int,
        tls: TLSIdentity?,
        serving wire: some ConnectionProtocol,
        on loops: ServerLoops
    ) async throws(StartError) -> Listener {
        // Bind 127.0.0.1 for "localhost": a resolver may map the name elsewhere.
        let address = host.lowercased() == "localhost" ? "127.0.0.1" : host
        let bootstrap = bootstrap(loops, tls: tls, serving: wire)
        do {
            return Listener(try await bootstrap.bind(host: address, port: port).get(), tls: tls)
        } catch {
            throw .cannotListen(host: host, port: port, reason: reason(error))
        }
    }

    /// Accepts nothing any more.
    func close() async {
        try? await channel.close()
    }

    private static func bootstrap(
        _ loops: ServerLoops,
        tls: TLSIdentity?,
        serving wire: some ConnectionProtocol
    ) -> ServerBootstrap {
        let byLoop = Dictionary(
            uniqueKeysWithValues: loops.all.map { (ObjectIdentifier($0.eventLoop), $0) }
        )
        let (admission, timeouts, logger) = (loops.admission, loops.timeouts, loops.logger)
        return ServerBootstrap(group: loops.group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pause = AcceptPause(logger: logger)
                    try channel.pipeline.syncOperations.addHandler(pause)
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
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
                    let decision = admission.opened()
                    channel.closeFuture.whenComplete { _ in admission.closed() }
                    guard decision != .drop else { throw ChannelError.ioOnClosedChannel }
                    if let tls {
                        let handler = tls.handler(allowing: TimeAmount(timeouts.handshake))
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    // A client may end its direction and wait for answers, with TLS as without.
                    try channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: true)
                    try wire.addHandlers(to: channel, on: loop, isRefused: decision == .refuse)
                }
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
}
