import LedgerService
import NIOCore
import NIOHTTP1

/// One connection: takes what the decoder reads, runs the handler, writes the answers.
///
/// ``ConnectionMachine`` decides, and this type acts. Requests that arrive while one is being handled
/// wait in a queue. Nothing further is read while there are any, so the queue holds at most what one
/// read brought. (Reading goes on until then, which is how a client that goes away is noticed.)
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

    /// This connection's place in the list of ``ConnectionLoop``, which alone sets it.
    var index = 0

    let core: ServerCore
    let loop: ConnectionLoop
    var machine: ConnectionMachine
    var context: ChannelHandlerContext?
    var incoming: IncomingRequest?
    var task: Task<Void, Never>?
    /// Bytes of the last answer still unsent, held against `HTTPLimits.heldBytes`.
    var unread: HeldBytes?
    /// The size of the last answer with its head, bytes.
    var answerBytes = 0
    private let isRefused: Bool
    private var queue = CircularBuffer<Input>(initialCapacity: 4)
    private var queued: HeldBytes?
    private var isReadHeld = false
    /// The client has ended its sending side, so nothing follows what is queued.
    private var isInputClosed = false
    /// Requests handled since the loop's other connections had their turn.
    var turn = 0
    private var isTurnOver = false
    private var isProcessing = false
    /// True when the decoder made a part of a request of what was read last.
    private var hasDecoded = false
    var needsFlush = false

    /// - Parameters:
    ///   - core: shared by all connections of the server.
    ///   - loop: the event loop of this connection's channel.
    ///   - isRefused: answers that there are too many connections, and nothing else.
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
            take(.failure(ServerError(of: error, limits: core.limits)))
            resume()
        } else if !(error is ByteToMessageDecoderError) {
            // The decoder repeats that error for bytes after a parse failure, which was answered already.
            context.close(promise: nil)
        }
    }

    // MARK: Input, in order

    /// Requests handled before the loop's other connections go on: one read may bring thousands.
    private static let requestsInTurn = 16
    /// Parts of requests that may wait without being counted.
    private static let uncountedInputs = 16
    /// The rough memory of one waiting part, bytes; a part of a body is no larger than a read.
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

    /// Lets an input wait its turn, counted as held memory, since a read may bring hundreds.
    private func enqueue(_ input: Input) {
        queue.append(input)
        guard queue.count > Self.uncountedInputs else { return }
        let held = queued ?? HeldBytes(core.admission)
        queued = held
        if !held.grow(by: Self.bytesOfInput) { abort() }
    }

    /// Goes on with the queue, sends what was written, and reads again.
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

    /// Goes on in a later job of the loop, after its other connections.
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
        try makeRoom { incoming?.hold(bytes.readableBytes, from: core.admission) ?? true }
        machine.bodyArrived(bytes: bytes.readableBytes, now: loop.eventLoop.now)
        bytes.withUnsafeReadableBytes { incoming?.request.body.append(contentsOf: $0) }
    }

    /// Tells the machine that the last input of a client that sends no more has been taken.
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

    /// Acts on the machine's decision about the connection.
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
            // Closing the only open side would close the whole socket, and lose what is unsent.
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
        case .refuse(let refusal):
            refuse(ServerError(refusal))
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
    /// The refusal that tells a client of an error of the decoder.
    init(of error: HTTPParserError, limits: HTTPLimits) {
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
            // The decoder has one code for a wrong line end and for an impossible Transfer-Encoding.
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
