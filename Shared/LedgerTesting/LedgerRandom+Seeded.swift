package import LedgerService
import Synchronization

extension LedgerRandom {
    /// Reproducible randomness from one seed; safe to use from any thread.
    package static func seeded(_ seed: UInt64) -> LedgerRandom {
        let generator = SharedGenerator(seed)
        return LedgerRandom { generator.next() }
    }
}

private final class SharedGenerator: Sendable {
    private let generator: Mutex<SeededGenerator>

    init(_ seed: UInt64) {
        generator = Mutex(SeededGenerator(seed: seed))
    }

    func next() -> UInt64 {
        generator.withLock { $0.next() }
    }
}
