import Synchronization

/// Counts open connections, requests being handled, and bytes that clients make the server keep,
/// over all event loops, and refuses what goes beyond ``ConnectionLimits``.
final class Admission: Sendable {
    private let limits: ConnectionLimits
    private let connections = Atomic<Int>(0)
    private let requests = Atomic<Int>(0)
    private let bytes = Atomic<Int>(0)
    private let waiter = DrainWaiter()

    init(limits: ConnectionLimits) {
        self.limits = limits
    }

    var openConnections: Int { connections.load(ordering: .relaxed) }
    var heldBytes: Int { bytes.load(ordering: .relaxed) }
    var requestsInFlight: Int { requests.load(ordering: .relaxed) }
    private var isDrained: Bool { openConnections == 0 && requestsInFlight == 0 }

    enum Decision {
        case serve
        /// Answer that there are too many connections, then close.
        case refuse
        /// Close without an answer.
        case drop
    }

    /// Counts a new connection, whatever the decision is: ``closed()`` must follow.
    func opened() -> Decision {
        let count = connections.add(1, ordering: .relaxed).newValue
        if count <= limits.connections { return .serve }
        return count <= limits.connections + limits.refusedConnections ? .refuse : .drop
    }

    /// Ends the count of a connection that ``opened()`` began.
    func closed() {
        connections.subtract(1, ordering: .sequentiallyConsistent)
        waiter.check { isDrained }
    }

    /// Counts a request, or returns false where too many are handled; after true ``ended()`` must
    /// follow.
    func begin() -> Bool {
        let count = requests.add(1, ordering: .relaxed).newValue
        guard count > limits.requestsInFlight else { return true }
        requests.subtract(1, ordering: .relaxed)
        return false
    }

    /// True while a request may be begun ahead of its turn on its connection: those leave half of the room
    /// to others.
    var hasRoomAhead: Bool { requestsInFlight < limits.requestsInFlight / 2 }

    /// Ends the count of a request that ``begin()`` admitted.
    func ended() {
        requests.subtract(1, ordering: .sequentiallyConsistent)
        waiter.check { isDrained }
    }

    /// Counts further bytes, or returns false where too many are kept; after true
    /// ``release(bytes:)`` must follow.
    func hold(bytes count: Int) -> Bool {
        let held = bytes.add(count, ordering: .relaxed).newValue
        guard held > limits.heldBytes else { return true }
        bytes.subtract(count, ordering: .relaxed)
        return false
    }

    /// Ends the count of bytes that ``hold(bytes:)`` admitted.
    func release(bytes count: Int) {
        bytes.subtract(count, ordering: .relaxed)
    }

    /// Returns when nothing is open or in flight any more, or after ``giveUp()``.
    ///
    /// One task at a time may wait.
    ///
    /// - Parameter onceWaiting: is called when ``giveUp()`` begins to have an effect.
    func drained(onceWaiting: () -> Void) async {
        await waiter.wait(until: { isDrained }, onceWaiting: onceWaiting)
    }

    /// Makes ``drained(onceWaiting:)`` return though requests or connections remain.
    func giveUp() {
        waiter.giveUp()
    }
}

/// Lets one task wait for a condition that others bring about.
///
/// While no task waits, a check costs one atomic load.
private final class DrainWaiter: Sendable {
    private let isWaiting = Atomic<Bool>(false)
    private let continuation = Mutex<CheckedContinuation<Void, Never>?>(nil)

    func wait(until condition: () -> Bool, onceWaiting: () -> Void) async {
        await withCheckedContinuation { new in
            continuation.withLock { $0 = new }
            isWaiting.store(true, ordering: .sequentiallyConsistent)
            onceWaiting()
            check(condition)
        }
    }

    func check(_ condition: () -> Bool) {
        guard isWaiting.load(ordering: .sequentiallyConsistent), condition() else { return }
        giveUp()
    }

    func giveUp() {
        isWaiting.store(false, ordering: .sequentiallyConsistent)
        continuation.withLock { $0.take() }?.resume()
    }
}

/// Bytes that one client makes the server keep, counted against `ConnectionLimits.heldBytes`.
///
/// The count ends when the last reference goes.
final class HeldBytes: Sendable {
    private let admission: Admission
    private let count = Atomic<Int>(0)

    init(_ admission: Admission) {
        self.admission = admission
    }

    deinit {
        admission.release(bytes: count.load(ordering: .relaxed))
    }

    /// Counts further bytes, or returns false and counts none where all clients hold too many.
    func grow(by bytes: Int) -> Bool {
        guard admission.hold(bytes: bytes) else { return false }
        count.add(bytes, ordering: .relaxed)
        return true
    }
}
