import Synchronization

/// Whether publishers are still at work.
final class Running: Sendable {
    private let publishers: Mutex<Int>

    init(publishers: Int) { self.publishers = Mutex(publishers) }

    var isOver: Bool { publishers.withLock { $0 == 0 } }

    func finish() { publishers.withLock { $0 -= 1 } }
}
