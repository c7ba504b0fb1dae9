import NIOCore
import NIOEmbedded
import TLSPeer

@testable import LedgerServer

/// A connection of TLS: bytes of nobody, bytes behind a real handshake, or what a client may do.
///
/// The first byte chooses which, and the second where the network cuts. Nothing may come out that the
/// client did not put in.
func fuzzTLS(_ input: [UInt8]) {
    guard input.count > 2 else { return }
    let bytes = Array(input[2...])
    let cut = bytes.count * Int(input[1]) / 256
    let version = input[0] & 4 == 0 ? TLS_PEER_1_3 : TLS_PEER_1_2
    let connection = FuzzedTLS(version)
    switch input[0] & 3 {
    case 0:
        connection.deliver(bytes[..<cut])
        connection.deliver(bytes[cut...])
        require(!connection.behind.isActive, otherwise: "a handshake without a client")
    case 1:
        connection.shakeHands()
        connection.deliver(bytes[..<cut])
        connection.deliver(bytes[cut...])
    default:
        connection.shakeHands()
        connection.play(bytes)
    }
    connection.finish()
}

/// A server's handler in memory, with the client that speaks to it.
private final class FuzzedTLS {
    let behind = Behind()
    private let channel = EmbeddedChannel()
    private let peer: OpaquePointer
    /// The plaintext that the client has sent.
    private var sent: [UInt8] = []
    /// What is on its way to the server.
    private var network: [UInt8] = []
    /// Nothing has happened to the client's bytes, and all that it sends is to arrive.
    private var isIntact = true
    private var hasEnded = false
    private var keyUpdates = 0

    init(_ version: tls_peer_version) {
        peer = tls_peer_make(version, Int(TLS_PEER_LARGEST_FRAGMENT))
        let handler = TLSHandler(certificate, handshakeTime: .seconds(10))
        do {
            try channel.pipeline.syncOperations.addHandlers([handler, behind])
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        } catch {
            require(false, otherwise: "no pipeline: \(error)")
        }
    }

    deinit {
        tls_peer_free(peer)
    }

    // MARK: The network

    /// One read of the server's.
    func deliver(_ bytes: ArraySlice<UInt8>) {
        channel.pipeline.fireChannelRead(ByteBuffer(bytes: bytes))
        channel.pipeline.fireChannelReadComplete()
        channel.embeddedEventLoop.run()
        require(sent.starts(with: behind.plaintext), otherwise: "plaintext that nobody has sent")
    }

    private func deliver(upTo count: Int) {
        deliver(network.prefix(count))
        network.removeFirst(min(count, network.count))
    }

    /// Puts what the client has to say on the network.
    private func collect() {
        let count = tls_peer_output_count(peer)
        network += [UInt8](unsafeUninitializedCapacity: count) { bytes, initialized in
            tls_peer_take_output(peer, bytes.baseAddress, count)
            initialized = count
        }
    }

    /// Takes to the client what the server has sent.
    private func answer() {
        while let buffer = try? channel.readOutbound(as: ByteBuffer.self) {
            buffer.withUnsafeReadableBytes { tls_peer_receive(peer, $0.baseAddress, $0.count) }
        }
    }

    func shakeHands() {
        while tls_peer_shake_hands(peer) == TLS_PEER_WANTS_INPUT {
            collect()
            require(!network.isEmpty, otherwise: "a handshake that does not get on")
            deliver(upTo: .max)
            answer()
        }
        collect()
        deliver(upTo: .max)
        require(behind.isActive, otherwise: "a handshake that the server does not end")
    }

    // MARK: The client

    /// Does what the pairs of bytes say.
    func play(_ script: [UInt8]) {
        for step in stride(from: 0, to: script.count - 1, by: 2) {
            act(script[step] % 7, by: Int(script[step + 1]))
            collect()
        }
        deliver(upTo: .max)
        guard isIntact else { return }
        require(behind.plaintext == sent, otherwise: "plaintext that does not arrive")
        require(behind.hasInputEnded == hasEnded, otherwise: "an end that does not arrive")
        require(channel.isActive, otherwise: "a connection that closes for no reason")
        checkAnswer()
    }

    private func act(_ action: UInt8, by number: Int) {
        switch action {
        case 0: write(number)
        case 1: write(number * 256)
        case 2: updateKeys()
        case 3: deliver(upTo: number)
        case 4: answer()
        case 5: flip(number)
        default:
            tls_peer_end_output(peer)
            hasEnded = true
        }
    }

    /// As often as a client may that does nothing else.
    private func updateKeys() {
        guard keyUpdates < 32 else { return }
        keyUpdates += 1
        _ = tls_peer_update_keys(peer)
    }

    private func write(_ count: Int) {
        guard !hasEnded else { return }
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: sent.count + $0) }
        guard tls_peer_write(peer, bytes, count) == TLS_PEER_DONE else { return }
        sent += bytes
    }

    /// Changes a bit of what is on its way.
    private func flip(_ number: Int) {
        guard !network.isEmpty else { return }
        network[number / 8 * 31 % network.count] ^= 1 << UInt8(number % 8)
        isIntact = false
    }

    /// What comes back is what was sent, as it is echoed.
    private func checkAnswer() {
        answer()
        var plaintext = [UInt8](repeating: 0, count: sent.count + 1)
        var read = 0
        while read < sent.count {
            var count = 0
            let step = plaintext[read...].withUnsafeMutableBytes {
                tls_peer_read(peer, $0.baseAddress, $0.count, &count)
            }
            guard step == TLS_PEER_DONE else { break }
            read += count
        }
        require(plaintext[..<read] == sent[...], otherwise: "an answer that does not arrive")
    }

    func finish() {
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        channel.embeddedEventLoop.run()
        require(
            channel.isActive == behind.hasInputEnded,
            otherwise: "a connection that outlives its socket, or ends with its answers unsent"
        )
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }
}

/// Sends back what it gets, and writes it down.
private final class Behind: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private(set) var plaintext: [UInt8] = []
    private(set) var isActive = false
    private(set) var hasInputEnded = false

    func channelActive(context: ChannelHandlerContext) {
        require(!isActive, otherwise: "active twice")
        isActive = true
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        require(isActive && !hasInputEnded, otherwise: "a read out of its time")
        let bytes = unwrapInboundIn(data)
        plaintext += bytes.readableBytesView
        context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .inputClosed? = event as? ChannelEvent else { return }
        require(isActive && !hasInputEnded, otherwise: "an end out of its time")
        hasInputEnded = true
    }
}

/// One for all inputs: making it is most of the work of one.
private let certificate: TLSCertificate = {
    let identity = tls_peer_identity_make(0, nil)
    defer { tls_peer_identity_free(identity) }
    do {
        return try TLSCertificate(
            chain: Array(String(cString: tls_peer_identity_certificate(identity)).utf8),
            key: Array(String(cString: tls_peer_identity_key(identity)).utf8),
            speaking: "http/1.1"
        )
    } catch {
        fatalError("no certificate: \(error)")
    }
}()
