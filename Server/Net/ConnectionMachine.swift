import NIOCore

/// The decisions about one connection and its time-outs: a value without I/O and without a clock.
///
/// ```
///            ┌────────────────────────────────────────────────┐
///            ▼                                                │ keep alive
///   idle → head → body → handling → (answer) ─┬→ blocked ─────┤
///            └──────────────────────────────┘ └→ closing → draining → closed
/// ```
///
/// An answer may also come in chunks: from handling to streaming, to stalled and back while the client
/// does not read, and at the stream's end on to where any answer leads.
///
/// It fits every protocol in which a client sends requests, each with a head and perhaps a body, and
/// gets their answers in order.
struct ConnectionMachine {
    /// A state with its data, whose comment names the states that may follow.
    ///
    /// `closed` may follow any of them.
    enum State: Equatable {
        /// Nothing of the next request is here, and the client may leave the connection idle.
        ///
        /// Next: head, body, closing.
        case idle(until: NIODeadline)
        /// Some bytes of a head are here; the deadline is the whole head's.
        ///
        /// Next: body, closing.
        case head(until: NIODeadline)
        /// The head is accepted, and the body arrives; its deadline moves with its bytes.
        ///
        /// Next: handling, closing.
        case body(started: NIODeadline, bytes: Int, until: NIODeadline)
        /// The handler works on the request; it has a deadline only after the client stopped sending.
        ///
        /// Next: streaming, idle, blocked, closing.
        case handling(until: NIODeadline)
        /// The answer's chunks are sent as they come; it has a deadline only after the client stopped
        /// sending, and when the server stops.
        ///
        /// Next: stalled, idle, blocked, closing.
        case streaming(until: NIODeadline)
        /// The client does not read chunks as fast as they come, and the next one is not asked for.
        ///
        /// Next: streaming.
        case stalled(until: NIODeadline)
        /// The client does not read its answers as fast as they come.
        ///
        /// Next: idle, closing.
        case blocked(until: NIODeadline)
        /// The last answer is on its way to the network.
        ///
        /// Next: draining.
        case closing(until: NIODeadline)
        /// The client may still be sending; it gets the time to read the last answer.
        ///
        /// Next: closed.
        case draining(until: NIODeadline)
        /// The connection is gone, and nothing may happen any more.
        ///
        /// Next: none.
        case closed
    }

    private(set) var state: State
    /// No request follows the present one.
    private var isLast = false
    private var isStopping = false

    private let timeouts: ConnectionTimeouts
    /// The time that a client gets to read its last answer; shorter once the server stops, which
    /// waits for every client.
    private var linger: TimeAmount
    /// The client has ended its sending side: it may wait for answers, or be gone.
    private var mayBeGone = false

    /// A connection that was just accepted.
    init(timeouts: ConnectionTimeouts, now: NIODeadline) {
        self.timeouts = timeouts
        linger = TimeAmount(timeouts.linger)
        state = .idle(until: now + TimeAmount(timeouts.idle))
    }

    /// The time from which on ``expire(now:)`` has an effect.
    var deadline: NIODeadline {
        switch state {
        case .idle(let until), .head(let until), .body(_, _, let until), .handling(let until),
            .streaming(let until), .stalled(let until), .blocked(let until), .closing(let until),
            .draining(let until):
            until
        case .closed: .distantFuture
        }
    }

    /// True while further input has to wait its turn.
    var isBusy: Bool {
        switch state {
        case .idle, .head, .body: false
        case .handling, .streaming, .stalled, .blocked, .closing, .draining, .closed: true
        }
    }

    /// True while the handler works on a request.
    var isHandling: Bool {
        if case .handling = state { true } else { false }
    }

    /// True when the next answer has to announce the connection's end.
    var closesAfterAnswer: Bool {
        switch state {
        case .handling, .streaming, .stalled: isLast
        case .idle, .head, .body, .blocked, .closing, .draining, .closed: true
        }
    }

    /// True once further input is ignored.
    var isOver: Bool {
        switch state {
        case .closing, .draining, .closed: true
        case .idle, .head, .body, .handling, .streaming, .stalled, .blocked: false
        }
    }
}

// MARK: - The request

extension ConnectionMachine {
    /// Bytes were read and no head came of them: they are the beginning of one.
    mutating func partOfHeadArrived(now: NIODeadline) {
        guard case .idle = state else { return }
        state = .head(until: now + TimeAmount(timeouts.head))
    }

    /// A head was read and accepted.
    mutating func headArrived(keepAlive: Bool, now: NIODeadline) {
        switch state {
        case .idle, .head: break
        case .body, .handling, .streaming, .stalled, .blocked, .closing, .draining, .closed:
            preconditionFailure("a head arrives only while no request is under way")
        }
        isLast = isLast || !keepAlive
        state = .body(started: now, bytes: 0, until: now + TimeAmount(timeouts.body))
    }

    /// A piece of the body arrived.
    ///
    /// It must not trickle: each piece buys the idle time, and all pieces together the time they take
    /// at the minimum rate.
    mutating func bodyArrived(bytes: Int, now: NIODeadline) {
        guard case .body(let started, let before, _) = state else {
            preconditionFailure("a body arrives only behind its head")
        }
        let total = before + bytes
        let until = min(now, started + transferTime(total)) + TimeAmount(timeouts.body)
        state = .body(started: started, bytes: total, until: until)
    }

    /// The request is complete.
    mutating func requestEnded(now: NIODeadline) {
        guard case .body = state else {
            preconditionFailure("a request ends only behind its head")
        }
        state = .handling(
            until: mayBeGone ? now + TimeAmount(timeouts.departure) : .distantFuture
        )
    }

    /// The client has ended its sending side.
    ///
    /// It gets the answers to what it has sent. But a client that is gone looks the same, so nothing
    /// waits for it for long.
    mutating func clientStoppedSending(now: NIODeadline) {
        mayBeGone = true
        switch state {
        case .handling: state = .handling(until: now + TimeAmount(timeouts.departure))
        case .streaming: state = .streaming(until: sourceDeadline(now: now))
        case .idle, .head, .body, .stalled, .blocked, .closing, .draining, .closed: break
        }
    }

    /// The time that this many bytes take at the minimum rate.
    private func transferTime(_ bytes: Int) -> TimeAmount {
        .milliseconds(Int64(bytes) * 1000 / Int64(max(1, timeouts.minimumRate)))
    }
}

// MARK: - The answer

extension ConnectionMachine {
    enum AfterAnswer: Equatable {
        /// On to the next request.
        case proceed
        /// On to the next chunk of the answer.
        case askForChunk
        /// No further request until the client has read what it asked for.
        case waitForClient
        /// Close once the answer is out.
        case close
    }

    /// An answer of this size was written.
    ///
    /// An answer to a request that was not read to its end must be the last one: nobody knows where
    /// the next request begins.
    mutating func answered(bytes: Int, isWritable: Bool, now: NIODeadline) -> AfterAnswer {
        precondition(!isOver, "no answer follows the last one")
        if closesAfterAnswer {
            isLast = true
            state = .closing(until: now + TimeAmount(timeouts.write) + transferTime(bytes))
            return .close
        }
        guard isWritable else {
            state = .blocked(until: now + TimeAmount(timeouts.write) + transferTime(bytes))
            return .waitForClient
        }
        state = .idle(until: now + TimeAmount(timeouts.idle))
        return .proceed
    }

    /// The head of an answer was written whose body follows in chunks; `isLast` says that the body ends
    /// with the connection.
    mutating func streamBegan(isLast: Bool, now: NIODeadline) {
        precondition(isHandling, "an answer's head belongs to a request")
        self.isLast = self.isLast || isLast
        state = .streaming(until: sourceDeadline(now: now))
    }

    /// A chunk was given to the network, as far as that takes it; the stream's end is an answer.
    mutating func chunkSent(bytes: Int, isWritable: Bool, now: NIODeadline) -> AfterAnswer {
        // Sending may find out that the connection is gone.
        guard case .streaming = state else { return .waitForClient }
        guard isWritable else {
            state = .stalled(until: now + TimeAmount(timeouts.write) + transferTime(bytes))
            return .waitForClient
        }
        state = .streaming(until: sourceDeadline(now: now))
        return .askForChunk
    }

    /// The time at which a stream's source is told to end.
    private func sourceDeadline(now: NIODeadline) -> NIODeadline {
        if isStopping { return now }
        return mayBeGone ? now + TimeAmount(timeouts.departure) : .distantFuture
    }

    /// The client has caught up with its answers.
    mutating func becameWritable(now: NIODeadline) -> AfterAnswer {
        if case .stalled = state {
            state = .streaming(until: sourceDeadline(now: now))
            return .askForChunk
        }
        guard case .blocked(let until) = state else { return .waitForClient }
        guard !isLast else {
            state = .closing(until: until)
            return .close
        }
        state = .idle(until: now + TimeAmount(timeouts.idle))
        return .proceed
    }

    /// The last answer is out, and the sending side closed.
    mutating func lastAnswerSent(now: NIODeadline) {
        guard case .closing = state else { return }
        state = .draining(until: now + linger)
    }
}

// MARK: - The end

/// A reason to turn a client away that has nothing to do with the content of its request.
enum ConnectionRefusal: Equatable {
    case tooManyConnections
    case tooManyBytes
    /// The head took longer than `ConnectionTimeouts.head`.
    case slowHead
    /// The body trickled: see ``ConnectionMachine/bodyArrived(bytes:now:)``.
    case slowBody
}

extension ConnectionMachine {
    enum Expiry: Equatable {
        case nothing
        /// Cancel the handler, which answers with what there is, or the stream's source, which ends.
        case cancel
        case close
        case refuse(ConnectionRefusal)
    }

    /// The consequence of the time being `now`; a refusal must be answered, which ends the request.
    mutating func expire(now: NIODeadline) -> Expiry {
        guard now >= deadline else { return .nothing }
        switch state {
        case .head: return .refuse(.slowHead)
        case .body: return .refuse(.slowBody)
        case .idle, .stalled, .blocked, .closing, .draining: return .close
        case .handling:
            state = .handling(until: .distantFuture)
            return .cancel
        case .streaming:
            state = .streaming(until: .distantFuture)
            return .cancel
        case .closed: return .nothing
        }
    }

    enum Stop: Equatable {
        /// There is something to finish first.
        case finish
        case close
    }

    /// The server stops: finish the present request, begin no other.
    mutating func stop(now: NIODeadline) -> Stop {
        isLast = true
        isStopping = true
        linger = min(linger, .milliseconds(250))
        switch state {
        case .idle: return .close
        case .streaming:
            state = .streaming(until: now)
            return .finish
        case .draining(let until):
            state = .draining(until: min(until, now + linger))
            return .finish
        case .head, .body, .handling, .stalled, .blocked, .closing, .closed: return .finish
        }
    }

    enum InputEnd: Equatable {
        /// Something is to be answered or sent first.
        case finish
        /// Close once the answers are out.
        case closeAfterAnswers
        case close
    }

    /// The client has ended its sending side, and all its input was processed.
    ///
    /// (Bytes that are no whole head are refused before this; a read that brought nothing looks like
    /// some.)
    mutating func inputEnded(now: NIODeadline) -> InputEnd {
        isLast = true
        switch state {
        case .idle, .head:
            state = .closing(until: now + TimeAmount(timeouts.write))
            return .closeAfterAnswers
        case .draining: return .close
        case .body, .handling, .streaming, .stalled, .blocked, .closing, .closed: return .finish
        }
    }

    /// The connection is gone.
    mutating func connectionClosed() {
        state = .closed
    }
}
