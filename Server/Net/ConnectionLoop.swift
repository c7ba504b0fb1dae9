import NIOCore

/// A connection as its loop sees it, in whatever protocol; called on the loop only.
protocol LoopMember: AnyObject {
    /// The connection's place in the loop's list, which the loop alone sets.
    var index: Int { get set }
    /// The time at which ``checkDeadline(now:)`` has an effect, unless something happens before.
    var deadline: NIODeadline { get }
    /// True while this connection holds counted bytes and only its client can bring it forward: it
    /// may then be ended to make room for others.
    var isEvictable: Bool { get }

    /// Acts on a deadline that has passed.
    func checkDeadline(now: NIODeadline)
    /// Ends to make room for others: with a refusal while a request arrives, else without a word.
    func evict()
    /// Closes if idle; else announces the end with the next answer, and closes behind it.
    func stop()
    /// Closes, finished or not.
    func abort()
}

/// One event loop with its connections, and the state that they share without a lock.
///
/// `@unchecked Sendable` because every member but the two constants is only touched on the loop.
final class ConnectionLoop: @unchecked Sendable {
    let eventLoop: any EventLoop
    let executor: EventLoopTaskExecutor
    private var connections: [any LoopMember] = []
    private var ticker: RepeatedTask?
    private var isStopping = false

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        executor = EventLoopTaskExecutor(eventLoop)
    }

    /// Checks time-outs from now on.
    ///
    /// One walk over all connections in each interval is far cheaper than a timer that is set and
    /// cancelled with every request.
    func start(timeouts: ConnectionTimeouts) {
        tick(every: Self.interval(timeouts))
    }

    private func tick(every interval: TimeAmount) {
        ticker?.cancel()
        ticker = eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            self.checkDeadlines()
        }
    }

    func add(_ connection: any LoopMember) {
        eventLoop.preconditionInEventLoop()
        connection.index = connections.count
        connections.append(connection)
        if isStopping { connection.stop() }
    }

    func remove(_ connection: any LoopMember) {
        eventLoop.preconditionInEventLoop()
        let last = connections.removeLast()
        guard last !== connection else { return }
        last.index = connection.index
        connections[connection.index] = last
    }

    func checkDeadlines() {
        let now = eventLoop.now
        // The loop runs over a copy, since an expired connection leaves the list.
        for connection in connections { connection.checkDeadline(now: now) }
    }

    /// Ends the connection that is nearest to its time-out among those that hold memory.
    ///
    /// - Returns: false when no other connection of this loop can be ended.
    func evict(for other: any LoopMember) -> Bool {
        eventLoop.preconditionInEventLoop()
        let candidates = connections.lazy.filter { $0 !== other && $0.isEvictable }
        guard let slowest = candidates.min(by: { $0.deadline < $1.deadline }) else {
            return false
        }
        slowest.evict()
        return true
    }

    /// Finishes what was begun and closes what is idle.
    func stop() {
        eventLoop.preconditionInEventLoop()
        isStopping = true
        // A stop waits for clients that linger: checks come often enough for 250 ms.
        tick(every: .milliseconds(50))
        for connection in connections { connection.stop() }
    }

    /// Closes everything, finished or not.
    func abort() {
        eventLoop.preconditionInEventLoop()
        for connection in connections { connection.abort() }
        ticker?.cancel()
    }

    /// A quarter of the shortest time-out, between 5 ms and one second.
    private static func interval(_ timeouts: ConnectionTimeouts) -> TimeAmount {
        let all = [
            timeouts.head, timeouts.body, timeouts.idle, timeouts.write, timeouts.linger,
            timeouts.departure,
        ]
        let quarter = TimeAmount((all.min() ?? .seconds(1)) / 4)
        return min(max(quarter, .milliseconds(5)), .seconds(1))
    }
}
