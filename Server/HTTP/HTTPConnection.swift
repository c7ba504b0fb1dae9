import LedgerService
import Logging
import NIOCore
import NIOHTTP1

/// A connection that speaks HTTP/1.1: takes what the decoder reads, runs the handler, writes answers.
///
/// `@unchecked Sendable` because it is only touched on its event loop; the task that runs the
/// handler goes back there first.
final class HTTPConnection: Connection<HTTPInput>, ChannelDuplexHandler, @unchecked Sendable {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let core: ServerCore
    private let shared: HTTPLoop
    var incoming: IncomingRequest?
    /// Handles a request, or streams its answer.
    var task: Task<Void, Never>?
    /// The answer whose body is being sent chunk by chunk.
    var outgoing: OutgoingStream?
    /// Requests that were begun ahead of their turn, in their order.
    var ahead: [RequestAhead] = []

    /// - Parameters:
    ///   - core: shared by all connections of the server.
    ///   - loop: the event loop of this connection's channel.
    ///   - isRefused: answers that there are too many connections, and nothing else.
    init(core: ServerCore, loop: HTTPLoop, isRefused: Bool = false) {
        self.core = core
        shared = loop
        super.init(
            loop: loop.connections,
            admission: core.admission,
            timeouts: core.timeouts,
            isRefused: isRefused
        )
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        added(in: context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        removed()
    }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        opened()
    }

    func channelInactive(context: ChannelHandlerContext) {
        closed()
        task = nil
        outgoing?.proceed(isOpen: false)
        dropAhead()
        context.fireChannelInactive()
    }

    func read(context: ChannelHandlerContext) {
        readRequested(in: context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        decoded(.part(unwrapInboundIn(data)))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        readCompleted()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { inputClosed() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard context.channel.isWritable else { return }
        becameWritable()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isOver else { return }
        if let error = error as? HTTPParserError {
            take(.failure(ServerError(of: error, limits: core.limits)))
            resume()
        } else if !(error is ByteToMessageDecoderError) {
            // The decoder repeats this error for bytes after a parse failure, which was answered
            // already.
            context.close(promise: nil)
        }
    }

    // MARK: The request

    override func process(_ input: HTTPInput) {
        do throws(ServerError) {
            switch input {
            case .part(.head(let head)): try receive(head)
            case .part(.body(let bytes)): try receive(bytes)
            case .part(.end): dispatch()
            case .failure(let error): throw error
            }
        } catch {
            answer(error.response)
        }
    }

    private func receive(_ head: HTTPRequestHead) throws(ServerError) {
        let new = try readHead(head)
        headArrived(keepAlive: new.keepAlive, now: new.started)
        incoming = new
        guard new.expectsContinue else { return }
        write(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n"))
    }

    func readHead(_ head: HTTPRequestHead) throws(ServerError) -> IncomingRequest {
        try IncomingRequest.read(
            head,
            core: core,
            ids: &shared.ids,
            executor: loop.executor,
            now: loop.eventLoop.now
        )
    }

    private func receive(_ bytes: ByteBuffer) throws(ServerError) {
        let length = (incoming?.request.body.count ?? 0) + bytes.readableBytes
        guard length <= core.limits.bodyBytes else {
            throw .bodyTooLarge(limit: core.limits.bodyBytes)
        }
        let hasRoom = makeRoom { incoming?.hold(bytes.readableBytes, from: core.admission) ?? true }
        guard hasRoom else { throw .tooManyBytes }
        bodyArrived(bytes: bytes.readableBytes)
        bytes.withUnsafeReadableBytes { incoming?.request.body.append(contentsOf: $0) }
    }

    override var holdsRequestBytes: Bool { incoming?.held != nil }

    /// Answers a complete request, or starts the task that does.
    private func dispatch() {
        requestEnded()
        guard let request = incoming?.request else { return }
        incoming?.bodyBytes = request.body.count
        // From here on the body belongs to the handler alone.
        incoming?.request.body = []
        if incoming?.isPreflight == true {
            answer(AllowedOrigin.preflight)
        } else if request.path == PrometheusMetrics.path, !core.needsKeys {
            answer(core.metrics.response(to: request))
        } else if core.admission.begin() {
            run(request)
        } else {
            answer(ServerError.tooManyRequests.response)
        }
    }

    // MARK: The handler

    /// Bodies up to this size, bytes, are handled on the event loop; work on larger ones would hold
    /// up the loop's other connections.
    private static let inlineBodyLimit = 64 * 1024

    private func run(_ request: APIRequest) {
        let gzip = incoming?.acceptsGzip ?? false
        let memory = request.header("content-encoding") == nil ? nil : bodyMemory()
        let new =
            if let memory {
                Task(executorPreference: core.bulk) { [self] in
                    let answer = await BodyMemory.$current.withValue(memory) {
                        await response(to: request)
                    }
                    deliver(await encoded(answer, gzip: gzip))
                }
            } else if request.body.count <= Self.inlineBodyLimit {
                Task.immediate(executorPreference: loop.executor) { [self] in
                    deliver(await encoded(response(to: request), gzip: gzip))
                }
            } else {
                Task(executorPreference: globalConcurrentExecutor) { [self] in
                    deliver(await encoded(response(to: request), gzip: gzip))
                }
            }
        // A handler that does not suspend has answered by now.
        if isHandling { task = new }
    }

    func response(to request: APIRequest) async -> APIResponse {
        guard request.path == PrometheusMetrics.path else {
            return await core.handler.handle(request)
        }
        return await core.handler.authorizeOperator(request) ?? core.metrics.response(to: request)
    }

    /// The budget for the bytes that a compressed body expands to, held until the handler is done.
    private func bodyMemory() -> BodyMemory {
        let held = HeldBytes(core.admission)
        return BodyMemory { held.grow(by: $0) }
    }

    /// The answer, compressed if that is worth it and the client can read it.
    func encoded(_ response: APIResponse, gzip: Bool) async -> APIResponse {
        guard let compressor = core.compressor, compressor.wants(response) else { return response }
        guard gzip, response.body.count ?? 0 > ResponseCompressor.inlineLimit else {
            return compressor.compressed(response, accepted: gzip)
        }
        return await withTaskExecutorPreference(globalConcurrentExecutor) {
            compressor.compressed(response, accepted: true)
        }
    }

    override func cancelRequest() {
        task?.cancel()
    }

    override func askForChunk() {
        outgoing?.proceed(isOpen: true)
    }

    // MARK: Ahead of their turn

    override var hasBegunAhead: Bool { !ahead.isEmpty }

    override func beginAhead() {
        beginRequestsAhead()
    }

    override func takeTurn() {
        takeTurnOfFirstAhead()
    }

    // MARK: The answer

    /// Takes the answer back to the event loop.
    func deliver(_ response: APIResponse) {
        guard loop.eventLoop.inEventLoop else {
            loop.eventLoop.execute { self.deliver(response) }
            return
        }
        task = nil
        if isHandling, case .stream(let source) = response.body, sendsBody(of: response) {
            return stream(response, from: source)
        }
        core.admission.ended()
        guard isHandling else {
            // The client is gone, but its request was handled and counts.
            return record(response, bytesOut: response.body.count ?? 0)
        }
        answer(response)
        if ahead.isEmpty { resume() } else { resumeSoon() }
    }

    private func sendsBody(of response: APIResponse) -> Bool {
        response.hasBody && incoming?.isHead != true
    }

    override func refuse(_ refusal: ConnectionRefusal) {
        answer(ServerError(refusal).response)
    }

    func answer(_ response: APIResponse) {
        guard let context else { return }
        let now = loop.eventLoop.now
        let buffer = written(response, closes: closesAfterAnswer(), in: context, now: now)
        record(response, bytesOut: response.body.count ?? 0)
        write(answer: buffer, now: now)
    }

    /// An answer's bytes; only the head where the body is a stream.
    func written(
        _ response: APIResponse,
        closes: Bool,
        in context: ChannelHandlerContext,
        now: NIODeadline
    ) -> ByteBuffer {
        shared.date.refresh(now: now)
        let framing = ResponseFraming(
            id: incoming?.id ?? shared.ids.next(),
            isHead: incoming?.isHead ?? false,
            isVersion10: incoming?.isVersion10 ?? false,
            closes: closes,
            date: shared.date.bytes,
            origin: incoming?.origin
        )
        let capacity = 400 + (response.body.count ?? 0)
        var buffer = context.channel.allocator.buffer(capacity: capacity)
        buffer.writeResponse(response, framing: framing)
        return buffer
    }

    /// Counts the request and logs it at debug level: its route, status and sizes, never its content.
    func record(_ response: APIResponse, bytesOut: Int) {
        record(response, to: incoming, bytesOut: bytesOut)
        incoming = nil
    }

    func record(_ response: APIResponse, to incoming: IncomingRequest?, bytesOut: Int) {
        let started = incoming?.started ?? loop.eventLoop.now
        let exchange = Exchange(
            method: incoming?.request.method ?? "-",
            route: response.route ?? "none",
            status: response.status,
            took: loop.eventLoop.now - started,
            bytesIn: incoming?.bodyBytes ?? 0,
            bytesOut: bytesOut,
            keyID: response.keyID
        )
        shared.recorder.record(exchange)
        if core.logger.logLevel <= .debug {
            core.logger.debug("request", metadata: exchange.metadata(id: incoming?.id ?? "-"))
        }
    }
}

/// An input of an HTTP connection: a part of a request, or an error in place of one.
enum HTTPInput {
    case part(HTTPServerRequestPart)
    case failure(ServerError)
}

/// The state that the HTTP connections of one event loop share without a lock.
///
/// `@unchecked Sendable` because every member but the loop is only touched on the loop.
final class HTTPLoop: @unchecked Sendable {
    let connections: ConnectionLoop
    var ids = RequestIDGenerator()
    var recorder: HTTPRecorder
    var date = DateLine()

    init(_ connections: ConnectionLoop, core: ServerCore) {
        self.connections = connections
        recorder = HTTPRecorder(core.http)
    }
}
