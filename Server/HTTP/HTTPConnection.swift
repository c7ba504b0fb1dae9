import LedgerService
import Logging
import NIOCore

/// One request and its answer.
extension ConnectionHandler {
    /// Bodies up to this size are handled on the event loop; work on larger ones would hold up the
    /// loop's other connections.
    private static let inlineBodyLimit = 64 * 1024

    /// Answers a complete request, or starts the task that does.
    func dispatch() {
        machine.requestEnded(now: loop.eventLoop.now)
        turn += 1
        guard let request = incoming?.request else { return }
        incoming?.bodyBytes = request.body.count
        // From here on the body belongs to the handler alone.
        incoming?.request.body = []
        if incoming?.isPreflight == true {
            answer(AllowedOrigin.preflight)
        } else if request.path == "/metrics", !core.needsKeys {
            answer(core.metrics.response(to: request))
        } else if core.admission.begin() {
            run(request)
        } else {
            answer(ServerError.tooManyRequests.response)
        }
    }

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
        if machine.isHandling { task = new }
    }

    private func response(to request: APIRequest) async -> APIResponse {
        guard request.path == "/metrics" else { return await core.handler.handle(request) }
        return await core.handler.refusalToOperate(request) ?? core.metrics.response(to: request)
    }

    /// The budget for the bytes that a compressed body expands to, held until the handler is done.
    private func bodyMemory() -> BodyMemory {
        let held = HeldBytes(core.admission)
        return BodyMemory { held.grow(by: $0) }
    }

    /// The answer, compressed if that is worth it and the client can read it.
    private func encoded(_ response: APIResponse, gzip: Bool) async -> APIResponse {
        guard let compressor = core.compressor, compressor.wants(response) else { return response }
        guard gzip, response.body.count > ResponseCompressor.inlineLimit else {
            return compressor.compressed(response, accepted: gzip)
        }
        return await withTaskExecutorPreference(globalConcurrentExecutor) {
            compressor.compressed(response, accepted: true)
        }
    }

    /// Takes the answer back to the event loop.
    private func deliver(_ response: APIResponse) {
        guard loop.eventLoop.inEventLoop else {
            loop.eventLoop.execute { self.deliver(response) }
            return
        }
        core.admission.ended()
        task = nil
        if machine.isHandling {
            answer(response)
            resume()
        } else {
            // The client is gone, but its request was handled and counts.
            record(response)
        }
    }

    /// Answers with an error of the transport.
    func refuse(_ error: ServerError) {
        answer(error.response)
    }

    private func answer(_ response: APIResponse) {
        guard let context else { return }
        let now = loop.eventLoop.now
        loop.date.refresh(now: now)
        endInput()
        let framing = ResponseFraming(
            id: incoming?.id ?? loop.ids.next(),
            isHead: incoming?.isHead ?? false,
            isVersion10: incoming?.isVersion10 ?? false,
            closes: machine.closesAfterAnswer,
            date: loop.date.bytes,
            origin: incoming?.origin
        )
        var buffer = context.channel.allocator.buffer(capacity: 400 + response.body.count)
        buffer.writeResponse(response, framing: framing)
        let bytes = buffer.readableBytes
        answerBytes = bytes
        write(buffer)
        record(response)
        let isWritable = context.channel.isWritable
        follow(machine.answered(bytes: bytes, isWritable: isWritable, now: now))
    }

    /// Counts the request and logs it at debug level: its route, status and sizes, never its content.
    private func record(_ response: APIResponse) {
        let started = incoming?.started ?? loop.eventLoop.now
        let exchange = Exchange(
            method: incoming?.request.method ?? "-",
            route: response.route ?? "none",
            status: response.status,
            nanoseconds: (loop.eventLoop.now - started).nanoseconds,
            bytesIn: incoming?.bodyBytes ?? 0,
            bytesOut: response.body.count,
            keyID: response.keyID
        )
        loop.recorder.record(exchange)
        if core.logger.logLevel <= .debug {
            core.logger.debug("request", metadata: exchange.metadata(id: incoming?.id ?? "-"))
        }
        incoming = nil
    }
}
