import LedgerTesting
import NIOCore
import NIOEmbedded

@testable import LedgerServer

/// A `TLSHandler` in a channel without a socket, between a client and a handler that sees the plaintext.
final class TLSConnection {
    static let handshakeTime = TimeAmount.seconds(10)

    let loop = EmbeddedEventLoop()
    let channel: EmbeddedChannel
    let client: TLSClient
    let wire = Wire()
    let behind: Behind

    /// Makes a connection that is accepted, and nothing more.
    ///
    /// - Parameters:
    ///   - client: the other side.
    ///   - certificate: the server's; one of its own by default.
    ///   - echoes: what is behind TLS sends everything back.
    /// - Throws: what the pipeline throws, or the certificate.
    init(
        _ client: TLSClient,
        certificate: TLSCertificate? = nil,
        echoes: Bool = false
    ) throws {
        self.client = client
        channel = EmbeddedChannel(loop: loop)
        behind = Behind(echoes: echoes)
        let tls = TLSHandler(
            try certificate ?? TLSPair().loaded(),
            handshakeTime: Self.handshakeTime
        )
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandlers([wire, tls, behind] as [any ChannelHandler])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    deinit {
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    /// A connection whose handshake is over.
    static func open(
        _ version: TLSClient.Version,
        fragment: Int = 16_384,
        echoes: Bool = false
    ) throws -> TLSConnection {
        let client = TLSClient(version, fragment: fragment)
        let connection = try TLSConnection(client, echoes: echoes)
        try connection.shakeHands()
        return connection
    }

    var isOpen: Bool { channel.isActive }

    // MARK: The network

    /// Gives the server bytes as the network brings them: those of each piece are a read.
    func deliver(_ bytes: [UInt8], inPiecesOf size: () -> Int = { .max }) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(size())
            rest = rest.dropFirst(piece.count)
            channel.pipeline.fireChannelRead(ByteBuffer(bytes: piece))
            channel.pipeline.fireChannelReadComplete()
            loop.run()
        }
    }

    /// The socket's end, as NIO reports it.
    func endSocket() {
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        loop.run()
    }

    /// What the server has sent since it was last asked.
    func sent() throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) {
            bytes += buffer.readableBytesView
        }
        return bytes
    }

    func shakeHands(inPiecesOf size: () -> Int = { .max }) throws {
        while client.shakeHands() == .wantsInput {
            deliver(client.output(), inPiecesOf: size)
            let answer = try sent()
            guard !answer.isEmpty else { throw TestFailure("the server does not shake hands") }
            client.receive(answer)
        }
        deliver(client.output(), inPiecesOf: size)
        client.receive(try sent())
    }

    /// Takes the server's bytes to the client, and gives what they are.
    func read() throws -> (plaintext: [UInt8], end: TLSClient.Step) {
        client.receive(try sent())
        return client.read()
    }

    // MARK: The server's side

    /// Writes as what is behind TLS does; throws when the write fails.
    func write(_ plaintext: [UInt8]) throws {
        guard let context = behind.context else { throw ChannelError.ioOnClosedChannel }
        let written = loop.makePromise(of: Void.self)
        context.writeAndFlush(NIOAny(ByteBuffer(bytes: plaintext)), promise: written)
        try written.futureResult.wait()
    }

    func close(_ mode: CloseMode) throws {
        guard let context = behind.context else { throw ChannelError.ioOnClosedChannel }
        let closed = loop.makePromise(of: Void.self)
        context.close(mode: mode, promise: closed)
        loop.run()
        try closed.futureResult.wait()
    }
}

/// The socket's half-closing, which an embedded channel does not know.
final class Wire: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private(set) var isOutputClosed = false

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .output else { return context.close(mode: mode, promise: promise) }
        isOutputClosed = true
        promise?.succeed(())
    }
}

/// What is behind TLS: it writes down what it sees.
final class Behind: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Event: Equatable {
        case active
        /// Reads up to their completion.
        case read
        case inputClosed
        case inactive
    }

    private(set) var events: [Event] = []
    private(set) var plaintext: [UInt8] = []
    private(set) var context: ChannelHandlerContext?
    private let echoes: Bool

    init(echoes: Bool) {
        self.echoes = echoes
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }
    func channelActive(context: ChannelHandlerContext) { events.append(.active) }
    func channelInactive(context: ChannelHandlerContext) { events.append(.inactive) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        plaintext += bytes.readableBytesView
        if echoes { context.write(wrapOutboundOut(bytes), promise: nil) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        events.append(.read)
        context.flush()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { events.append(.inputClosed) }
    }
}

/// A record as it is on the wire, whose content may be encrypted.
struct TLSRecord: Equatable {
    static let headBytes = 5
    static let alert: UInt8 = 21

    let type: UInt8
    /// Bytes behind the head.
    let count: Int

    /// The records that these bytes are.
    static func all(in bytes: [UInt8]) -> [TLSRecord] {
        var records: [TLSRecord] = []
        var start = 0
        while start + headBytes <= bytes.count {
            let count = Int(bytes[start + 3]) << 8 | Int(bytes[start + 4])
            records.append(TLSRecord(type: bytes[start], count: count))
            start += headBytes + count
        }
        return records
    }
}
