import LedgerService
import Logging
import NIOCore

/// One request and its answer.
extension ConnectionHandler {
    /// Bodies up to this size are handled on the event loop; work on larger ones would hold up the
    /// loop's other connections.
    private static let inlineBodyLimit = 64 * 1024

    /// Hands the complete request on.
    func dispatch() {
        machine.requestEnded(now: loop.eventLoop.now)
        turn += 1
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
        if machine.phase == .handling { task = new }
    }

    private func response(to request: APIRequest) async -> APIResponse {
        guard request.path == PrometheusMetrics.path else {
            return await core.handler.handle(request)
        }
        return await core.handler.authorizeOperator(request) ?? core.metrics.response(to: request)
    }

    /// Counts what a compressed body becomes, until the handler is done with it.
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
        if machine.phase == .handling {
            answer(response)
            resume()
        } else {
            // The client is gone; it happened all the same.
            record(response)
        }
    }

    /// Answers what cannot be handled.
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

    /// Counts the request and, at debug level, logs it: what was asked for in outline, never what
    /// it said.
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
