import NIOCore

/// A client's connection: order, turns, back-pressure, memory, time-outs and the end.
///
/// It is generic in its protocol. A subclass for a protocol is the channel's handler: it passes the
/// channel's events on, decodes `Input`s, and overrides ``process(_:)``, ``refuse(_:)``,
/// ``cancelRequest()`` and ``holdsRequestBytes``; ``askForChunk()`` too, if it streams answers. (NIO's
/// `BaseSocketChannel` is divided in the same way.)
///
/// ``ConnectionMachine`` and ``InputQueue`` decide, and this class acts. Reading goes on while a
/// request is being handled, until an input has to wait: that is how a client that goes away is
/// noticed.
///
/// `@unchecked Sendable` because it is only touched on its event loop; a task that handles a request
/// goes back there first.
class Connection<Input>: LoopMember, @unchecked Sendable {
    let loop: ConnectionLoop
    /// This connection's place in the list of ``ConnectionLoop``, which alone sets it.
    final var index = 0
    /// Nil before the handler is added to its channel, and after it was removed.
    private(set) final var context: ChannelHandlerContext?

    private let admission: Admission
    private let isRefused: Bool
    private final var machine: ConnectionMachine

    private final var inputs = InputQueue<Input>()
    private final var isProcessing = false
    /// True when the decoder made an input of what was read last.
    private final var hasDecoded = false

    private final var needsFlush = false
    private final var resumesSoon = false
    /// The server stops, and requests that were begun ahead of their turn are finished first.
    private final var stopsBehindBegun = false
    /// The size of the last answer with its head, or of a streamed answer's last chunk, bytes.
    private final var answerBytes = 0
    /// Bytes of the last answer still unsent, held against `ConnectionLimits.heldBytes`.
    private final var unread: HeldBytes?

    /// - Parameters:
    ///   - loop: the event loop of this connection's channel.
    ///   - admission: counts the bytes that this connection holds.
    ///   - timeouts: what the client has time for.
    ///   - isRefused: answers that there are too many connections, and nothing else.
    init(loop: ConnectionLoop, admission: Admission, timeouts: ConnectionTimeouts, isRefused: Bool)
    {
        self.loop = loop
        self.admission = admission
        self.isRefused = isRefused
        machine = ConnectionMachine(timeouts: timeouts, now: loop.eventLoop.now)
    }

    // MARK: A protocol's part

    /// Acts on the next input, in order; never called while a request is being handled.
    func process(_ input: Input) {
        preconditionFailure("a protocol processes its input")
    }

    /// Answers that the client is turned away; the answer is the last one.
    func refuse(_ refusal: ConnectionRefusal) {
        preconditionFailure("a protocol words its refusals")
    }

    /// Cancels the task that handles a request or streams its answer, if there is one; a handler still
    /// delivers an answer.
    func cancelRequest() {}

    /// Makes the next chunk of a streamed answer: the client has taken the one before.
    func askForChunk() {}

    /// True while the request that arrives holds counted bytes.
    var holdsRequestBytes: Bool { false }

    /// True while requests that were begun ahead of their turn wait for it.
    var hasBegunAhead: Bool { false }

    /// Gives the first of them its turn: see ``turnBegan(keepAlive:)``.
    func takeTurn() {}

    /// Begins requests that wait behind the present one, if the protocol has any that may.
    func beginAhead() {}

    // MARK: The channel

    final func added(in context: ChannelHandlerContext) {
        self.context = context
        loop.add(self)
    }

    final func removed() {
        machine.connectionClosed()
        loop.remove(self)
        context = nil
    }

    final func opened() {
        guard isRefused else { return }
        refuse(.tooManyConnections)
        resume()
    }

    final func closed() {
        machine.connectionClosed()
        cancelRequest()
        inputs.removeAll()
    }

    /// The channel wants to read, which waits while there is input that does.
    final func readRequested(in context: ChannelHandlerContext) {
        if inputs.admitsRead() { context.read() }
    }

    /// The decoder made this of what was read.
    final func decoded(_ input: Input) {
        hasDecoded = true
        take(input)
    }

    final func readCompleted() {
        inputs.readCompleted()
        if !hasDecoded { machine.partOfHeadArrived(now: loop.eventLoop.now) }
        hasDecoded = false
        resume()
    }

    final func inputClosed() {
        inputs.close()
        machine.clientStoppedSending(now: loop.eventLoop.now)
        resume()
    }

    final func becameWritable() {
        unread = nil
        follow(machine.becameWritable(now: loop.eventLoop.now))
        resume()
    }

    /// True once further input is ignored.
    final var isOver: Bool { machine.isOver }

    // MARK: Input, in order

    /// Processes an input now if nothing is before it, else lets it wait its turn.
    final func take(_ input: Input) {
        guard !machine.isOver else { return }
        if machine.isBusy || isProcessing || hasBegunAhead || !inputs.passesThrough {
            if !inputs.append(input, countedBy: admission) { abort() }
        } else {
            isProcessing = true
            process(input)
            isProcessing = false
        }
    }

    /// Goes on with the queue, sends what was written, and reads again.
    final func resume() {
        guard !isProcessing else { return }
        isProcessing = true
        repeat {
            while goOn() {}
            if machine.isOver { inputs.removeAll() }
            flush()
        } while !machine.isBusy && (hasBegunAhead || inputs.hasNext)
        isProcessing = false
        if machine.isHandling, !machine.closesAfterAnswer, !stopsBehindBegun { beginAhead() }
        if inputs.endTurn() { letOthersGoOn() }
        inputs.releaseBytes()
        switch endInput() {
        case .finish: break
        case .closeAfterAnswers: closeOutput()
        case .close: abort()
        }
        if inputs.releaseRead() { context?.read() }
    }

    /// Goes on with what is next, those first that were begun ahead; false: nothing can.
    private final func goOn() -> Bool {
        guard !machine.isBusy else { return false }
        if hasBegunAhead {
            takeTurn()
        } else if let input = inputs.next() {
            process(input)
        } else {
            return false
        }
        return true
    }

    /// Does ``resume()`` once the loop's present jobs are done, so that answers that come together are sent
    /// together.
    final func resumeSoon() {
        guard !resumesSoon else { return }
        resumesSoon = true
        loop.eventLoop.assumeIsolated().execute {
            self.resumesSoon = false
            self.resume()
        }
    }

    /// Goes on in a later job of the loop, after its other connections.
    private final func letOthersGoOn() {
        loop.eventLoop.assumeIsolated().execute {
            self.inputs.beginTurn()
            self.resume()
        }
    }

    /// Tells the machine that the last input of a client that sends no more has been taken.
    private final func endInput() -> ConnectionMachine.InputEnd {
        guard inputs.isAtEnd, !hasBegunAhead else { return .finish }
        return machine.inputEnded(now: loop.eventLoop.now)
    }

    // MARK: The request

    final func headArrived(keepAlive: Bool, now: NIODeadline) {
        machine.headArrived(keepAlive: keepAlive, now: now)
    }

    final func bodyArrived(bytes: Int) {
        machine.bodyArrived(bytes: bytes, now: loop.eventLoop.now)
    }

    final func requestEnded() {
        machine.requestEnded(now: loop.eventLoop.now)
        inputs.countRequest()
    }

    /// An input that waits, counted from the next one; nil: there are not so many.
    final func waitingInput(at index: Int) -> Input? { inputs.waiting(at: index) }

    /// True when the next request that waits may be begun in this turn of the loop.
    final var mayBeginNext: Bool { inputs.hasNext }

    /// Takes the inputs of a request that is begun ahead of its turn.
    final func takeAhead(inputs count: Int) { inputs.takeRequest(inputs: count) }

    /// The turn of a request has come that was begun ahead of it.
    final func turnBegan(keepAlive: Bool) {
        let now = loop.eventLoop.now
        machine.headArrived(keepAlive: keepAlive, now: now)
        machine.requestEnded(now: now)
        if stopsBehindBegun { stop() }
    }

    /// True while a request waits for its answer.
    final var isHandling: Bool { machine.isHandling }

    // MARK: Output

    /// Sends a message that is no answer with the next flush.
    final func write(_ buffer: ByteBuffer) {
        needsFlush = true
        context?.write(NIOAny(buffer), promise: nil)
    }

    /// Settles before an answer is made if the connection closes behind it, which it then must say.
    final func closesAfterAnswer() -> Bool {
        _ = endInput()
        return machine.closesAfterAnswer
    }

    /// Sends an answer with the next flush, and goes on or closes as the machine decides.
    final func write(answer: ByteBuffer, now: NIODeadline) {
        guard let context else { return }
        answerBytes = answer.readableBytes
        write(answer)
        guard !machine.isOver else { return }
        let isWritable = context.channel.isWritable
        follow(machine.answered(bytes: answerBytes, isWritable: isWritable, now: now))
    }

    /// Sends the head of an answer with the next flush; ``write(chunk:)`` and at the end
    /// ``write(answer:now:)`` follow.
    ///
    /// - Parameters:
    ///   - streamHead: everything before the first chunk.
    ///   - isLast: the body ends with the connection.
    ///   - now: the time.
    final func write(streamHead: ByteBuffer, isLast: Bool, now: NIODeadline) {
        write(streamHead)
        guard !machine.isOver else { return }
        machine.streamBegan(isLast: isLast, now: now)
    }

    /// Sends a chunk at once; ``askForChunk()`` follows as soon as the client has taken most of it.
    ///
    /// The flush comes first: what the socket takes at once does not wait for the client.
    final func write(chunk: ByteBuffer) {
        answerBytes = chunk.readableBytes
        write(chunk)
        flush()
        guard let context else { return }
        let isWritable = context.channel.isWritable
        let now = loop.eventLoop.now
        follow(machine.chunkSent(bytes: answerBytes, isWritable: isWritable, now: now))
    }

    /// Acts on the machine's decision about the connection.
    private final func follow(_ next: ConnectionMachine.AfterAnswer) {
        switch next {
        case .proceed, .waitForClient: break
        case .askForChunk: askForChunk()
        case .close: closeOutput()
        }
    }

    private final func flush() {
        guard needsFlush else { return }
        needsFlush = false
        context?.flush()
        holdUnread()
    }

    /// Sends what is left to send and then only listens: closing with unread input would make the
    /// system throw away the answer that the client has not read yet.
    private final func closeOutput() {
        guard let context else { return }
        needsFlush = false
        context.flush()
        holdUnread()
        let ended = context.eventLoop.makePromise(of: Void.self)
        ended.futureResult.assumeIsolated().whenComplete { _ in
            self.unread = nil
            self.machine.lastAnswerSent(now: self.loop.eventLoop.now)
            if self.inputs.isClosed { self.abort() }
        }
        if inputs.isClosed {
            // Closing the only open side closes the whole socket, and would lose what is unsent.
            let sent = context.eventLoop.makePromise(of: Void.self)
            sent.futureResult.assumeIsolated().whenComplete { _ in
                context.close(mode: .output, promise: ended)
            }
            context.writeAndFlush(NIOAny(ByteBuffer()), promise: sent)
        } else {
            context.close(mode: .output, promise: ended)
        }
        // A read that was held back would never notice the client's end.
        inputs.removeAll()
        if inputs.releaseRead() { context.read() }
    }

    // MARK: Memory

    /// Repeats `take` until it succeeds, each time ending the connection that is nearest to its
    /// time-out.
    ///
    /// - Returns: false when no other connection can be ended.
    final func makeRoom(_ take: () -> Bool) -> Bool {
        while !take() {
            guard loop.evict(for: self) else { return false }
        }
        return true
    }

    /// Counts the last answer's bytes while the network does not take them.
    private final func holdUnread() {
        guard unread == nil, let context, !context.channel.isWritable else { return }
        let held = HeldBytes(admission)
        if makeRoom({ held.grow(by: answerBytes) }) {
            unread = held
        } else {
            abort()
        }
    }

    final var isEvictable: Bool {
        switch machine.state {
        case .body: holdsRequestBytes
        case .stalled, .blocked, .closing: unread != nil
        case .idle, .head, .handling, .streaming, .draining, .closed: false
        }
    }

    final func evict() {
        if case .body = machine.state {
            refuse(.tooManyBytes)
            resume()
        } else {
            unread = nil
            abort()
        }
    }

    // MARK: Time and the end

    final var deadline: NIODeadline { machine.deadline }

    final func checkDeadline(now: NIODeadline) {
        switch machine.expire(now: now) {
        case .nothing: break
        case .cancel: cancelRequest()
        case .close: abort()
        case .refuse(let refusal):
            refuse(refusal)
            resume()
        }
    }

    final func stop() {
        stopsBehindBegun = hasBegunAhead
        guard !stopsBehindBegun else { return }
        switch machine.stop(now: loop.eventLoop.now) {
        case .finish: break
        case .close: abort()
        }
    }

    final func abort() {
        context?.close(promise: nil)
    }
}
