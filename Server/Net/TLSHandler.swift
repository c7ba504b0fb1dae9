import NIOCore

/// Decrypts what a client sends and encrypts what it gets, for the handlers behind it.
///
/// They see a connection in the clear that becomes active when the handshake is over, and whose input ends
/// when the client says so as TLS does. One that only closes its socket may have been cut off by somebody
/// else, so that ends the connection.
final class TLSHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        /// Next: open, over.
        case shakingHands
        /// Each direction ends for itself.
        ///
        /// Next: over.
        case open(hasInputEnded: Bool, hasOutputEnded: Bool)
        /// The session is of no more use, or the channel closes.
        ///
        /// Next: none.
        case over
    }

    /// A client can make TLS itself answer, with new keys for example; one that does not read may leave
    /// so many bytes of that unread.
    static let mostUnreadReplies = 4096

    private let session: TLSSession?
    private let handshakeTime: TimeAmount
    private var state = State.shakingHands
    private var timer: Scheduled<Void>?
    private var hasDecrypted = false
    private var needsFlush = false
    private var unreadReplies = 0

    /// - Parameters:
    ///   - certificate: the server's.
    ///   - handshakeTime: a connection whose handshake takes longer is closed.
    init(_ certificate: TLSCertificate, handshakeTime: TimeAmount) {
        session = certificate.makeSession()
        self.handshakeTime = handshakeTime
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        timer = context.eventLoop.scheduleTask(in: handshakeTime) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        state = .over
    }

    /// Passes nothing on: the handlers behind this one have to wait for the handshake.
    func channelActive(context: ChannelHandlerContext) {
        if session == nil { fail(context) }
    }

    // MARK: Input

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let session else { return }
        let bytes = unwrapInboundIn(data)
        bytes.withUnsafeReadableBytes { bytes in
            session.withInput(bytes) { advance(session, by: bytes.count, in: context) }
        }
    }

    private func advance(_ session: TLSSession, by count: Int, in context: ChannelHandlerContext) {
        if case .shakingHands = state { shakeHands(session, in: context) }
        guard case .open(hasInputEnded: false, _) = state else { return }
        var plaintext = context.channel.allocator.buffer(capacity: count)
        let end = session.read(into: &plaintext)
        // What stands before a breach is not acted on: there is no way to answer it.
        guard reply(in: context), end != .failed else { return fail(context) }
        if plaintext.readableBytes > 0 {
            hasDecrypted = true
            context.fireChannelRead(wrapInboundOut(plaintext))
        }
        if end == .inputEnded { endInput(in: context) }
    }

    private func shakeHands(_ session: TLSSession, in context: ChannelHandlerContext) {
        let step = session.shakeHands()
        _ = reply(in: context)
        switch step {
        case .wantsInput: break
        case .failed: fail(context)
        case .shookHands:
            timer?.cancel()
            state = .open(hasInputEnded: false, hasOutputEnded: false)
            context.fireChannelActive()
        }
    }

    private func endInput(in context: ChannelHandlerContext) {
        guard case .open(_, let hasOutputEnded) = state else { return }
        state = .open(hasInputEnded: true, hasOutputEnded: hasOutputEnded)
        context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
    }

    /// Sends what TLS itself has to say to what was read.
    ///
    /// - Returns: false when the client has left too much of it unread.
    private func reply(in context: ChannelHandlerContext) -> Bool {
        guard let output = session?.output(context.channel.allocator) else { return true }
        if !context.channel.isWritable { unreadReplies += output.readableBytes }
        needsFlush = true
        context.write(wrapOutboundOut(output), promise: nil)
        return unreadReplies <= Self.mostUnreadReplies
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if needsFlush {
            needsFlush = false
            context.flush()
        }
        // A read that was about TLS alone is none for the handlers behind this one.
        guard hasDecrypted else { return }
        hasDecrypted = false
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { unreadReplies = 0 }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .inputClosed? = event as? ChannelEvent else {
            return context.fireUserInboundEventTriggered(event)
        }
        // The socket's end says nothing new behind that of TLS, and is not to be believed without it.
        if case .open(hasInputEnded: true, _) = state { return }
        context.close(promise: nil)
    }

    // MARK: Output

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let plaintext = unwrapOutboundIn(data)
        guard case .open(_, hasOutputEnded: false) = state, let session else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        guard session.write(plaintext) else {
            state = .over
            promise?.fail(ChannelError.ioOnClosedChannel)
            // Not at once: who writes does not expect to be told of the end meanwhile.
            let channel = context.channel
            return context.eventLoop.execute { channel.close(promise: nil) }
        }
        let output = session.output(context.channel.allocator) ?? ByteBuffer()
        context.write(wrapOutboundOut(output), promise: promise)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode != .input { endOutput(in: context) }
        guard mode == .output, case .open(hasInputEnded: true, _) = state else {
            return context.close(mode: mode, promise: promise)
        }
        // That was the last word of both sides, with which the socket closes once it is out.
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: promise) }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: sent)
    }

    /// Tells the client that this was all, so that it knows that nobody has cut it off.
    private func endOutput(in context: ChannelHandlerContext) {
        guard case .open(let hasInputEnded, hasOutputEnded: false) = state, let session else {
            return
        }
        state = .open(hasInputEnded: hasInputEnded, hasOutputEnded: true)
        session.endOutput()
        guard let output = session.output(context.channel.allocator) else { return }
        context.writeAndFlush(wrapOutboundOut(output), promise: nil)
    }

    /// Closes after a failure, behind the alert that may name it.
    private func fail(_ context: ChannelHandlerContext) {
        state = .over
        context.flush()
        context.close(promise: nil)
    }
}
