import Synchronization

/// How many connections are open, how many requests are being handled, and how many bytes clients
/// make the server keep, in all event loops.
final class Admission: Sendable {
    private let limits: HTTPLimits
    private let connections = Atomic<Int>(0)
    private let requests = Atomic<Int>(0)
    private let bytes = Atomic<Int>(0)
    private let waiter = DrainWaiter()

    init(limits: HTTPLimits) {
        self.limits = limits
    }

    var openConnections: Int { connections.load(ordering: .relaxed) }
    var heldBytes: Int { bytes.load(ordering: .relaxed) }
    var requestsInFlight: Int { requests.load(ordering: .relaxed) }
    private var isDrained: Bool { openConnections == 0 && requestsInFlight == 0 }

    enum Verdict {
        case serve
        case refuse
        case drop
    }

    /// Counts a new connection in, whatever the verdict: ``closed()`` must follow.
    func opened() -> Verdict {
        let count = connections.add(1, ordering: .relaxed).newValue
        if count <= limits.connections { return .serve }
        return count <= limits.connections + limits.refusedConnections ? .refuse : .drop
    }

    /// A connection counted by ``opened()`` is gone.
    func closed() {
        connections.subtract(1, ordering: .sequentiallyConsistent)
        waiter.check { isDrained }
    }

    /// Whether one more request may be handled; if so, ``ended()`` must follow.
    func begin() -> Bool {
        let count = requests.add(1, ordering: .relaxed).newValue
        guard count > limits.requestsInFlight else { return true }
        requests.subtract(1, ordering: .relaxed)
        return false
    }

    /// A request that ``begin()`` admitted is done.
    func ended() {
        requests.subtract(1, ordering: .sequentiallyConsistent)
        waiter.check { isDrained }
    }

    /// Whether so many more bytes may be kept; if so, ``release(bytes:)`` must follow.
    func hold(bytes count: Int) -> Bool {
        let held = bytes.add(count, ordering: .relaxed).newValue
        guard held > limits.heldBytes else { return true }
        bytes.subtract(count, ordering: .relaxed)
        return false
    }

    /// Bytes that ``hold(bytes:)`` admitted are gone.
    func release(bytes count: Int) {
        bytes.subtract(count, ordering: .relaxed)
    }

    /// Returns when nothing is open or in flight any more, or after ``giveUp()``.
    ///
    /// - Parameter onceWaiting: is called when giving up has begun to have an effect.
    func drained(onceWaiting: () -> Void) async {
        await waiter.wait(until: { isDrained }, onceWaiting: onceWaiting)
    }

    /// Makes ``drained()`` return.
    func giveUp() {
        waiter.giveUp()
    }
}

/// Lets one task wait for a condition that others bring about, at no cost until it waits.
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

/// Bytes that one client makes the server keep, counted against what all clients together may.
///
/// They are given back when the last reference goes.
final class HeldBytes: Sendable {
    private let admission: Admission
    private let count = Atomic<Int>(0)

    init(_ admission: Admission) {
        self.admission = admission
    }

    deinit {
        admission.release(bytes: count.load(ordering: .relaxed))
    }

    /// Counts further bytes; false when that would be more than all clients may have, and then they
    /// are not counted.
    func grow(by bytes: Int) -> Bool {
        guard admission.hold(bytes: bytes) else { return false }
        count.add(bytes, ordering: .relaxed)
        return true
    }
}
