import Logging
import NIOCore
import NIOPosix
import Synchronization

/// The event loops of a server with their connections, whatever protocols those speak, and their end.
final class ServerLoops: Sendable {
    /// One for each thread.
    let all: [ConnectionLoop]
    let admission: Admission
    let timeouts: ConnectionTimeouts
    let logger: Logger
    let group: MultiThreadedEventLoopGroup
    private let isStopping = Atomic(false)

    /// Starts the threads, and checks time-outs from now on.
    ///
    /// - Parameters:
    ///   - threads: each has an event loop.
    ///   - admission: counts the connections of all listeners on these loops.
    ///   - timeouts: the time that clients have.
    ///   - logger: for what concerns no single connection.
    init(threads: Int, admission: Admission, timeouts: ConnectionTimeouts, logger: Logger) {
        group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        all = group.makeIterator().map { ConnectionLoop($0) }
        self.admission = admission
        self.timeouts = timeouts
        self.logger = logger
        for loop in all { loop.start(timeouts: timeouts) }
    }

    /// Ends the threads, once there are no connections.
    func end() async {
        try? await group.shutdownGracefully()
    }

    /// Stops: closes idle connections, tells the others that they end, closes the listeners, and
    /// finishes what was begun.
    ///
    /// Returns when that is done; a second call returns at once.
    ///
    /// - Parameters:
    ///   - listeners: all that accept connections for these loops.
    ///   - grace: what is not finished by then is cancelled and its connection closed.
    ///   - endWaiting: makes handlers answer that only wait, once connections know that they end.
    func shutdown(
        closing listeners: [Listener],
        grace: Duration,
        endWaiting: () -> Void = {}
    ) async {
        guard !isStopping.exchange(true, ordering: .relaxed) else { return }
        for loop in all { try? await loop.eventLoop.submit { loop.stop() }.get() }
        endWaiting()
        for listener in listeners { await listener.close() }
        await drain(within: grace)
        for loop in all { loop.eventLoop.execute { loop.abort() } }
        // Cancelled handlers get a second to notice.
        await drain(within: .seconds(1))
        // A task that still runs needs its event loop, whose threads then end with the process.
        guard admission.requestsInFlight == 0 else {
            let count = admission.requestsInFlight
            logger.warning(
                "requests ignore that they are cancelled",
                metadata: [
                    "count": .stringConvertible(count)
                ]
            )
            return
        }
        await end()
    }

    private func drain(within time: Duration) async {
        var timer: Scheduled<Void>?
        await admission.drained {
            timer = all[0].eventLoop.scheduleTask(in: TimeAmount(time)) { [admission] in
                admission.giveUp()
            }
        }
        timer?.cancel()
    }
}
