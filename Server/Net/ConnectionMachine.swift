import NIOCore

/// What a connection is doing, and until when it may: a value without I/O and without a clock.
///
/// ```
///            ┌────────────────────────────────────────────────┐
///            ▼                                                │ keep alive
///   idle → head → body → handling → (answer) ─┬→ blocked ─────┤
///            └──────────────────────────────┘ └→ closing → draining → closed
/// ```
struct ConnectionMachine {
    enum Phase: Equatable {
        /// Nothing of the next request is here. Ends by a head, the idle time-out, or a stop.
        case idle
        /// Some bytes of a head are here. Ends by the whole head, or too late.
        case head
        /// The head is accepted, the body arrives. Ends by the request's end, or too slowly.
        case body
        /// The handler works on the request, as long as it takes unless the client has stopped
        /// sending. Ends by the answer.
        case handling
        /// The client does not read its answers as fast as they come. Ends when it has.
        case blocked
        /// The last answer is on its way. Ends when it has been handed to the network.
        case closing
        /// The client may still be sending; it gets the time to read the last answer.
        case draining
        /// Nothing may happen any more.
        case closed
    }

    private(set) var phase: Phase
    /// When ``expire(now:)`` has something to say.
    private(set) var deadline: NIODeadline
    /// No request after the present one.
    private(set) var isLast = false

    private let timeouts: HTTPTimeouts
    /// How long the client gets to read its last answer; less when the server stops, which waits for
    /// every client.
    private var linger: TimeAmount
    /// The client has ended its sending side: it may wait for answers, or be gone.
    private var mayBeGone = false
    private var bodyStarted: NIODeadline = .distantPast
    private var bodyBytes = 0

    /// A connection that was just accepted.
    init(timeouts: HTTPTimeouts, now: NIODeadline) {
        self.timeouts = timeouts
        linger = TimeAmount(timeouts.linger)
        phase = .idle
        deadline = now + TimeAmount(timeouts.idle)
    }

    /// Whether what arrives has to wait its turn.
    var isBusy: Bool {
        switch phase {
        case .idle, .head, .body: false
        case .handling, .blocked, .closing, .draining, .closed: true
        }
    }

    /// Whether the answer to write next has to announce the connection's end.
    var closesAfterAnswer: Bool { isLast || phase != .handling }

    /// Whether what arrives is of no interest any more.
    var isOver: Bool {
        switch phase {
        case .closing, .draining, .closed: true
        case .idle, .head, .body, .handling, .blocked: false
        }
    }
}

// MARK: - The request

extension ConnectionMachine {
    /// Bytes were read and no head came of them: they are the beginning of one.
    mutating func partOfHeadArrived(now: NIODeadline) {
        guard phase == .idle else { return }
        phase = .head
        deadline = now + TimeAmount(timeouts.head)
    }

    /// A head was read and accepted.
    mutating func headArrived(keepAlive: Bool, now: NIODeadline) {
        precondition(phase == .idle || phase == .head)
        phase = .body
        isLast = isLast || !keepAlive
        bodyStarted = now
        bodyBytes = 0
        deadline = now + TimeAmount(timeouts.body)
    }

    /// A piece of the body arrived.
    ///
    /// It must not trickle: each piece buys the idle time, and all
    /// pieces together the time they take at the minimum rate.
    mutating func bodyArrived(bytes: Int, now: NIODeadline) {
        precondition(phase == .body)
        bodyBytes += bytes
        let allowance = TimeAmount(timeouts.body)
        deadline = min(now, bodyStarted + transferTime(bodyBytes)) + allowance
    }

    /// The request is complete.
    mutating func requestEnded(now: NIODeadline) {
        precondition(phase == .body)
        phase = .handling
        deadline = mayBeGone ? now + TimeAmount(timeouts.departure) : .distantFuture
    }

    /// The client has ended its sending side.
    ///
    /// It gets the answers to what it has sent; but one that is gone looks the same, so nothing waits
    /// for it for long.
    mutating func clientStoppedSending(now: NIODeadline) {
        mayBeGone = true
        if phase == .handling { deadline = now + TimeAmount(timeouts.departure) }
    }

    /// How long this many bytes take at the minimum rate.
    private func transferTime(_ bytes: Int) -> TimeAmount {
        .milliseconds(Int64(bytes) * 1000 / Int64(max(1, timeouts.minimumRate)))
    }
}

// MARK: - The answer

extension ConnectionMachine {
    enum AfterAnswer: Equatable {
        /// On to the next request.
        case proceed
        /// No further request until the client has read what it asked for.
        case waitForClient
        /// Close once the answer is out.
        case close
    }

    /// An answer of this size was written.
    ///
    /// An answer to a request that was not read to its end
    /// must be the last one: nobody knows where the next request begins.
    mutating func answered(bytes: Int, isWritable: Bool, now: NIODeadline) -> AfterAnswer {
        precondition(!isOver)
        if closesAfterAnswer {
            isLast = true
            phase = .closing
            deadline = now + TimeAmount(timeouts.write) + transferTime(bytes)
            return .close
        }
        guard isWritable else {
            phase = .blocked
            deadline = now + TimeAmount(timeouts.write) + transferTime(bytes)
            return .waitForClient
        }
        becomeIdle(now: now)
        return .proceed
    }

    /// The client has caught up with its answers.
    mutating func becameWritable(now: NIODeadline) -> AfterAnswer {
        guard phase == .blocked else { return .waitForClient }
        guard !isLast else {
            phase = .closing
            return .close
        }
        becomeIdle(now: now)
        return .proceed
    }

    /// The last answer is out, and the sending side closed.
    mutating func lastAnswerSent(now: NIODeadline) {
        guard phase == .closing else { return }
        phase = .draining
        deadline = now + linger
    }

    private mutating func becomeIdle(now: NIODeadline) {
        phase = .idle
        deadline = now + TimeAmount(timeouts.idle)
    }
}

// MARK: - The end

extension ConnectionMachine {
    enum Expiry: Equatable {
        case nothing
        /// End what the handler waits for; it answers with what there is.
        case cancel
        case close
        case answer(ServerError)
    }

    /// What to do about the time being `now`.
    mutating func expire(now: NIODeadline) -> Expiry {
        guard now >= deadline else { return .nothing }
        switch phase {
        case .head: return .answer(.tooSlow("the request's headers took too long to arrive"))
        case .body: return .answer(.tooSlow("the request's body took too long to arrive"))
        case .idle, .blocked, .closing, .draining: return .close
        case .handling:
            deadline = .distantFuture
            return .cancel
        case .closed: return .nothing
        }
    }

    enum Stop: Equatable {
        /// There is something to finish first.
        case finish
        case close
    }

    /// The server stops: finish what was begun, begin nothing.
    mutating func stop(now: NIODeadline) -> Stop {
        isLast = true
        linger = min(linger, .milliseconds(250))
        switch phase {
        case .idle: return .close
        case .draining:
            deadline = min(deadline, now + linger)
            return .finish
        case .head, .body, .handling, .blocked, .closing, .closed: return .finish
        }
    }

    enum InputEnd: Equatable {
        /// Something is to be answered or sent.
        case finish
        /// Close once the answers are out.
        case closeAfterAnswers
        case close
    }

    /// Nothing follows what was processed.
    ///
    /// (Bytes that are no whole head are refused before this; a read that brought nothing looks like
    /// some.)
    mutating func inputEnded(now: NIODeadline) -> InputEnd {
        isLast = true
        switch phase {
        case .idle, .head:
            phase = .closing
            deadline = now + TimeAmount(timeouts.write)
            return .closeAfterAnswers
        case .draining: return .close
        case .body, .handling, .blocked, .closing, .closed: return .finish
        }
    }

    /// The connection is gone.
    mutating func connectionClosed() {
        phase = .closed
        deadline = .distantFuture
    }
}
