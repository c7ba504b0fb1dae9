import Synchronization

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
