import LedgerService
import NIOCore
import NIOHTTP1

/// A request that was begun while others before it on its connection wait for their answers.
///
/// `@unchecked Sendable` because it is only touched on the connection's event loop.
final class RequestAhead: @unchecked Sendable {
    enum State {
        /// Next: answered, inTurn, dropped.
        case running
        /// The answer waits for those before it. Next: inTurn, dropped.
        case answered(APIResponse)
        /// All before it are answered, so it is the connection's present request. The last state.
        case inTurn
        /// The client is gone. The last state.
        case dropped
    }

    let incoming: IncomingRequest
    var task: Task<Void, Never>?
    var state = State.running
    /// The memory of its body, and then of its answer while that waits; nil where it is small.
    var held: HeldBytes?

    init(_ incoming: IncomingRequest) {
        self.incoming = incoming
    }

    /// True when another one may be begun behind it.
    var hasPlace: Bool {
        switch state {
        case .running: incoming.request.place?.isTaken == true
        case .answered, .inTurn, .dropped: true
        }
    }

    /// Lets another one be begun behind it; false while that could get in before it.
    func follow() -> Bool {
        switch state {
        case .running: incoming.request.place?.follow() == true
        case .answered, .inTurn, .dropped: true
        }
    }
}

/// Publishes that a client sends without waiting for answers, many of which share one commit.
///
/// One is begun when it is whole and the one before it is a publish that has its place in line, so that
/// events of one partition are stored in the order in which they were sent. Everything else waits for
/// its turn: what a client reads behind a publish shows what it has published.
extension HTTPConnection {
    /// Requests that are begun ahead of their turn at most.
    private static let aheadLimit = 32
    /// Bytes of a body or an answer that are not counted.
    private static let uncountedBytes = 1024
    /// Bytes of a head with which a request waits for its turn; they are not counted.
    private static let headBytes = 2048

    /// Begins as many requests as wait whole and may not wait any longer.
    func beginRequestsAhead() {
        while ahead.count < Self.aheadLimit, mayBeginNext, mayBeFollowed,
            core.admission.hasRoomAhead, let next = nextWhole(), let new = readAhead(next)
        {
            let held = new.bodyBytes > Self.uncountedBytes ? HeldBytes(core.admission) : nil
            guard held?.grow(by: new.bodyBytes) != false, core.admission.begin() else { return }
            guard follow() else { return core.admission.ended() }
            takeAhead(inputs: next.inputs)
            begin(new, holding: held)
        }
    }

    /// True when the last request that was begun may let others follow: looked at before more is done.
    private var mayBeFollowed: Bool {
        guard let last = ahead.last else {
            return incoming?.keepAlive == true && incoming?.request.place?.isTaken == true
        }
        return last.incoming.keepAlive && last.hasPlace
    }

    /// Lets another request be begun behind the last one.
    private func follow() -> Bool {
        ahead.last?.follow() ?? (incoming?.request.place?.follow() == true)
    }

    /// A request that waits, and the number of inputs that it is made of.
    private typealias Whole = (head: HTTPRequestHead, body: [UInt8], inputs: Int)

    /// The next request that waits, if it is a POST of few bytes and all of it is there.
    private func nextWhole() -> Whole? {
        guard case .part(.head(let head))? = waitingInput(at: 0), head.method == .POST else {
            return nil
        }
        let limit = min(core.limits.bodyBytes, IncomingRequest.uncountedBytes)
        var body: [UInt8] = []
        var index = 1
        while case .part(.body(let bytes))? = waitingInput(at: index) {
            guard body.count + bytes.readableBytes <= limit else { return nil }
            bytes.withUnsafeReadableBytes { body.append(contentsOf: $0) }
            index += 1
        }
        guard case .part(.end)? = waitingInput(at: index) else { return nil }
        return (head, body, index + 1)
    }

    /// The request, if it is a publish like any other; whatever is wrong with it is said in its turn.
    private func readAhead(_ whole: Whole) -> IncomingRequest? {
        var new: IncomingRequest
        do throws(ServerError) {
            new = try readHead(whole.head)
        } catch {
            return nil
        }
        let isPlain = !new.expectsContinue && new.request.header("content-encoding") == nil
        guard isPlain, new.headBytes <= Self.headBytes, core.handler.isPublish(new.request) else {
            return nil
        }
        new.request.body = whole.body
        new.bodyBytes = whole.body.count
        return new
    }

    private func begin(_ new: IncomingRequest, holding held: HeldBytes?) {
        var incoming = new
        // From here on the body belongs to the handler alone.
        incoming.request.body = []
        let begun = RequestAhead(incoming)
        begun.held = held
        ahead.append(begun)
        let task = Task.immediate(executorPreference: loop.executor) { [self] in
            let answer = await encoded(response(to: new.request), gzip: new.acceptsGzip)
            deliver(answer, to: begun)
        }
        if case .running = begun.state { begun.task = task }
    }

    /// Takes the answer back to the event loop.
    private func deliver(_ response: APIResponse, to begun: RequestAhead) {
        guard loop.eventLoop.inEventLoop else {
            loop.eventLoop.execute { self.deliver(response, to: begun) }
            return
        }
        begun.task = nil
        switch begun.state {
        case .inTurn: deliver(response)
        case .running:
            begun.state = .answered(response)
            hold(response, of: begun)
        case .answered, .dropped: end(begun, with: response)
        }
    }

    /// Counts an answer that waits for its turn.
    private func hold(_ response: APIResponse, of begun: RequestAhead) {
        let bytes = response.body.count ?? 0
        begun.held = bytes > Self.uncountedBytes ? HeldBytes(core.admission) : nil
        if let held = begun.held, !makeRoom({ held.grow(by: bytes) }) { abort() }
    }

    /// Makes the first that was begun the present request.
    func takeTurnOfFirstAhead() {
        let first = ahead.removeFirst()
        incoming = first.incoming
        turnBegan(keepAlive: first.incoming.keepAlive)
        let state = first.state
        first.state = .inTurn
        if case .answered(let response) = state {
            // It counted as being handled until now: its answer took memory.
            core.admission.ended()
            answer(response)
        } else {
            task = first.task
        }
    }

    /// Lets go of what has no turn any more: the client is gone.
    func dropAhead() {
        for begun in ahead {
            if case .answered(let response) = begun.state { end(begun, with: response) }
            begun.state = .dropped
            begun.task?.cancel()
        }
        ahead = []
    }

    /// Ends a request whose client is gone: it was handled, and counts.
    private func end(_ begun: RequestAhead, with response: APIResponse) {
        core.admission.ended()
        record(response, to: begun.incoming, bytesOut: response.body.count ?? 0)
    }
}
