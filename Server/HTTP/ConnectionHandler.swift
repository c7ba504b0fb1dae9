import LedgerService
import NIOCore
import NIOHTTP1

/// One connection: takes what the decoder reads, runs the handler, writes the answers.
///
/// Decisions are ``ConnectionMachine``'s. Requests that arrive while one is being handled wait in
/// a queue, and while there are any nothing further is read, so the queue holds at most what one
/// read brought. (Reading goes on until then: that is how a client is noticed that goes away.)
///
/// `@unchecked Sendable` because it is only touched on its event loop; the task that runs the
/// handler goes back there first.
final class ConnectionHandler: ChannelDuplexHandler, @unchecked Sendable {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Input {
        case part(HTTPServerRequestPart)
        case failure(ServerError)
    }

    /// Where the loop keeps this connection.
    var index = 0

    let core: ServerCore
    let loop: ConnectionLoop
    var machine: ConnectionMachine
    var context: ChannelHandlerContext?
    var incoming: IncomingRequest?
    var task: Task<Void, Never>?
    /// What an answer counts for that the client does not read.
    var unread: HeldBytes?
    /// The bytes of the last answer.
    var answerBytes = 0
    private let isRefused: Bool
    private var queue = CircularBuffer<Input>(initialCapacity: 4)
    private var queued: HeldBytes?
    private var isReadHeld = false
    /// The client has ended its sending side: nothing follows what is queued.
    private var isInputClosed = false
    /// Requests handled since the loop's other connections had their turn.
    var turn = 0
    private var isTurnOver = false
    private var isProcessing = false
    /// Whether the decoder made something of what was read last.
    private var hasDecoded = false
    var needsFlush = false

    /// With `isRefused` it answers that there are too many connections, and nothing else.
    init(core: ServerCore, loop: ConnectionLoop, isRefused: Bool = false) {
        self.isRefused = isRefused
        self.core = core
        self.loop = loop
        machine = ConnectionMachine(timeouts: core.timeouts, now: loop.eventLoop.now)
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        machine.connectionClosed()
        loop.remove(self)
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        guard isRefused else { return }
        refuse(.tooManyConnections)
        resume()
    }

    func channelInactive(context: ChannelHandlerContext) {
        machine.connectionClosed()
        task?.cancel()
        task = nil
        queue.removeAll()
        context.fireChannelInactive()
    }

    func read(context: ChannelHandlerContext) {
        if queue.isEmpty {
            context.read()
        } else {
            isReadHeld = true
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasDecoded = true
        guard !machine.isOver else { return }
        take(.part(unwrapInboundIn(data)))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if queue.isEmpty, !isTurnOver { turn = 0 }
        if !hasDecoded { machine.partOfHeadArrived(now: loop.eventLoop.now) }
        hasDecoded = false
        resume()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            isInputClosed = true
            machine.clientStoppedSending(now: loop.eventLoop.now)
            resume()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard context.channel.isWritable else { return }
        unread = nil
        follow(machine.becameWritable(now: loop.eventLoop.now))
        resume()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !machine.isOver else { return }
        if let error = error as? HTTPParserError {
            take(.failure(ServerError(error, limits: core.limits)))
            resume()
        } else if !(error is ByteToMessageDecoderError) {
            // (That one only says that more arrived after what could not be understood.)
            context.close(promise: nil)
        }
    }

    // MARK: Input, in order

    /// Requests handled before others have their turn: a client may send thousands at once.
    private static let requestsInTurn = 16
    /// Parts of requests that may wait without being counted.
    private static let uncountedInputs = 16
    /// What one of them takes, roughly; a large body comes in parts of a read's size at most.
    private static let bytesOfInput = 1024

    private func take(_ input: Input) {
        if machine.isBusy || !queue.isEmpty || isProcessing || turn >= Self.requestsInTurn {
            enqueue(input)
        } else {
            isProcessing = true
            process(input)
            isProcessing = false
        }
    }

    /// What waits counts too: a read may bring hundreds of requests.
    private func enqueue(_ input: Input) {
        queue.append(input)
        guard queue.count > Self.uncountedInputs else { return }
        let held = queued ?? HeldBytes(core.admission)
        queued = held
        if !held.grow(by: Self.bytesOfInput) { abort() }
    }

    /// Goes on with what has waited, sends what was written, and reads again.
    func resume() {
        guard !isProcessing else { return }
        isProcessing = true
        repeat {
            while !machine.isBusy, turn < Self.requestsInTurn, let input = queue.popFirst() {
                process(input)
            }
            if machine.isOver { queue.removeAll() }
            flush()
        } while !machine.isBusy && !queue.isEmpty && turn < Self.requestsInTurn
        isProcessing = false
        if turn >= Self.requestsInTurn { letOthersGoOn() }
        if queue.isEmpty { queued = nil }
        switch endInput() {
        case .finish: break
        case .closeAfterAnswers: closeOutput()
        case .close: abort()
        }
        guard isReadHeld, queue.isEmpty else { return }
        isReadHeld = false
        context?.read()
    }

    /// Goes on when the loop's other connections have had their turn.
    private func letOthersGoOn() {
        guard !isTurnOver else { return }
        isTurnOver = true
        loop.eventLoop.assumeIsolated().execute {
            self.isTurnOver = false
            self.turn = 0
            self.resume()
        }
    }

    private func flush() {
        guard needsFlush else { return }
        needsFlush = false
        context?.flush()
        holdUnread()
    }

    private func process(_ input: Input) {
        do throws(ServerError) {
            switch input {
            case .part(.head(let head)): try receive(head)
            case .part(.body(let bytes)): try receive(bytes)
            case .part(.end): dispatch()
            case .failure(let error): throw error
            }
        } catch {
            refuse(error)
        }
    }

    private func receive(_ head: HTTPRequestHead) throws(ServerError) {
        let now = loop.eventLoop.now
        let new = try IncomingRequest.read(
            head,
            core: core,
            ids: &loop.ids,
            now: now
        )
        machine.headArrived(keepAlive: new.keepAlive, now: now)
        incoming = new
        guard new.expectsContinue else { return }
        write(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n"))
    }

    private func receive(_ bytes: ByteBuffer) throws(ServerError) {
        let length = (incoming?.request.body.count ?? 0) + bytes.readableBytes
        guard length <= core.limits.bodyBytes else {
            throw .bodyTooLarge(limit: core.limits.bodyBytes)
        }
        try makeRoom { incoming?.hold(bytes.readableBytes, core.admission) ?? true }
        machine.bodyArrived(bytes: bytes.readableBytes, now: loop.eventLoop.now)
        bytes.withUnsafeReadableBytes { incoming?.request.body.append(contentsOf: $0) }
    }

    /// Tells the machine once the last request of a client has been taken that sends no more.
    @discardableResult
    func endInput() -> ConnectionMachine.InputEnd {
        guard isInputClosed, queue.isEmpty else { return .finish }
        return machine.inputEnded(now: loop.eventLoop.now)
    }

    // MARK: Output

    func write(_ buffer: ByteBuffer) {
        needsFlush = true
        context?.write(wrapOutboundOut(buffer), promise: nil)
    }

    /// Acts on what the machine decided about the connection.
    func follow(_ next: ConnectionMachine.AfterAnswer) {
        switch next {
        case .proceed, .waitForClient: break
        case .close: closeOutput()
        }
    }

    /// Sends what is left to send and then only listens: closing with unread input would make the
    /// system throw away the answer that the client has not read yet.
    private func closeOutput() {
        guard let context else { return }
        needsFlush = false
        context.flush()
        holdUnread()
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { _ in
            self.unread = nil
            self.machine.lastAnswerSent(now: self.loop.eventLoop.now)
            if self.isInputClosed { self.abort() }
        }
        if isInputClosed {
            // To close the one side that is open would be to close at once, without what is unsent.
            context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: sent)
        } else {
            context.close(mode: .output, promise: sent)
        }
        // A read that was held back would never notice the client's end.
        queue.removeAll()
        if isReadHeld {
            isReadHeld = false
            context.read()
        }
    }

    // MARK: Time and the end

    func checkDeadline(now: NIODeadline) {
        switch machine.expire(now: now) {
        case .nothing: break
        case .cancel: task?.cancel()
        case .close: abort()
        case .answer(let error):
            refuse(error)
            resume()
        }
    }

    func stop() {
        switch machine.stop(now: loop.eventLoop.now) {
        case .finish: break
        case .close: context?.close(promise: nil)
        }
    }

    func abort() {
        context?.close(promise: nil)
    }
}

extension ServerError {
    /// What a decoder's error means for the client.
    init(_ error: HTTPParserError, limits: HTTPLimits) {
        self =
            switch error {
            case .headerOverflow:
                .headersTooLarge(bytes: limits.headerBytes, count: limits.headerCount)
            case .invalidVersion: .unsupportedVersion
            case .invalidMethod: .malformed("the method is not one of HTTP's")
            case .unexpectedContentLength:
                .malformed("a request has at most one Content-Length and no Transfer-Encoding then")
            case .invalidContentLength:
                .malformed(
                    "Content-Length is a number of bytes, and there is none beside Transfer-Encoding"
                )
            // A wrong end of a line, or a Transfer-Encoding that can't be: the decoder does not say.
            case .unknown:
                .malformed(
                    "this is not HTTP/1.1: Transfer-Encoding must be chunked, without a "
                        + "Content-Length, and every line end with CR LF"
                )
            case .invalidEOFState, .closedConnection: .malformed("the request ended too early")
            default: .malformed("this is not HTTP/1.1")
            }
    }
}
