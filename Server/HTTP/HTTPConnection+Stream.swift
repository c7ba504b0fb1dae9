import LedgerService
import Logging
import NIOCore

/// An answer whose body is being sent chunk by chunk.
struct OutgoingStream {
    let response: APIResponse
    /// False for HTTP/1.0, where the body ends with the connection.
    let isChunked: Bool
    /// Bytes of the body that were sent.
    var bytesOut = 0
    /// The task that asks for chunks, while it waits for the client to take one.
    private var waiter: CheckedContinuation<Bool, Never>?

    init(_ response: APIResponse, isChunked: Bool) {
        self.response = response
        self.isChunked = isChunked
    }

    /// Lets the task that has brought a chunk wait for ``proceed(isOpen:)``.
    mutating func wait(_ new: CheckedContinuation<Bool, Never>) {
        precondition(waiter == nil, "chunks are sent one after another")
        waiter = new
    }

    /// Lets the task go on that waits, if one does: to the next chunk, or to its end.
    mutating func proceed(isOpen: Bool) {
        waiter.take()?.resume(returning: isOpen)
    }
}

/// An answer in chunks.
///
/// The source runs on Swift's pool and comes back to the loop for each chunk: on the loop, a source that
/// always has one would leave no time to the other connections. A request counts as being handled until
/// the end of its answer.
extension HTTPConnection {
    /// Sends a streamed answer: its head at once, and then its chunks, each when the client has taken
    /// the one before.
    func stream(_ response: APIResponse, from source: any ChunkSource) {
        guard let context else { return }
        let now = loop.eventLoop.now
        let isChunked = incoming?.isVersion10 != true
        let closes = closesAfterAnswer() || !isChunked
        let head = written(response, closes: closes, in: context, now: now)
        outgoing = OutgoingStream(response, isChunked: isChunked)
        write(streamHead: head, isLast: closes, now: now)
        task = Task(executorPreference: globalConcurrentExecutor) { [self] in
            await send(from: source)
        }
        resume()
    }

    /// Asks for chunks until their end, or until there is nobody to send them to.
    private func send(from source: any ChunkSource) async {
        do {
            while let chunk = try await source.next() {
                guard await send(chunk) else { break }
            }
            endStream(breaking: nil)
        } catch {
            endStream(breaking: error)
        }
    }

    /// Sends a chunk, and returns when the next one may be asked for; false when the client is gone.
    private func send(_ chunk: [UInt8]) async -> Bool {
        await withCheckedContinuation { continuation in
            loop.eventLoop.execute { self.send(chunk, then: continuation) }
        }
    }

    private func send(_ chunk: [UInt8], then continuation: CheckedContinuation<Bool, Never>) {
        guard let context, !isOver, let isChunked = outgoing?.isChunked else {
            return continuation.resume(returning: false)
        }
        // In the chunked coding, a chunk without bytes is the end.
        guard !chunk.isEmpty else { return continuation.resume(returning: true) }
        var buffer = context.channel.allocator.buffer(capacity: chunk.count + 24)
        if isChunked { buffer.writeChunk(chunk) } else { buffer.writeBytes(chunk) }
        outgoing?.bytesOut += chunk.count
        outgoing?.wait(continuation)
        write(chunk: buffer)
    }

    /// Ends an answer: in order, or by closing the connection where it can't be completed.
    private func endStream(breaking error: (any Error)?) {
        guard loop.eventLoop.inEventLoop else {
            loop.eventLoop.execute { self.endStream(breaking: error) }
            return
        }
        core.admission.ended()
        task = nil
        guard let ended = outgoing else { return }
        outgoing = nil
        record(ended.response, bytesOut: ended.bytesOut)
        guard !isOver else { return }
        if let error {
            core.logger.warning("an answer broke off", metadata: ["reason": "\(error)"])
            return abort()
        }
        let end = ended.isChunked ? ByteBuffer(staticString: "0\r\n\r\n") : ByteBuffer()
        write(answer: end, now: loop.eventLoop.now)
        resume()
    }
}
