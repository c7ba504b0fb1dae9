package import LedgerService
import Synchronization
import Glibc

/// Random numbers that are the same for the same seed, everywhere: SplitMix64.
///
/// Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A generator that begins with `seed`.
    package init(seed: UInt64) {
        state = seed
    }

    /// The next 64 bits.
    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
        return bits ^ (bits >> 31)
    }

    /// Another generator that shares nothing with this one's further numbers.
    package mutating func split() -> SeededGenerator {
        SeededGenerator(seed: next())
    }

    /// Draws whether an event of the given probability happens.
    package mutating func happens(_ probability: Double) -> Bool {
        Double(next() >> 11) * 0x1p-53 < probability
    }
}

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

/// The seed that everything random in a test run derives from.
///
/// Drawn anew for each run and printed once; `EVENTLEDGER_SEED` in the environment repeats a run.
package enum RandomSeed {
    /// The seed of this run, from the environment or drawn.
    package static let base: UInt64 = {
        let given = getenv("EVENTLEDGER_SEED").flatMap { UInt64(String(cString: $0)) }
        let seed = given ?? UInt64.random(in: 0...UInt64.max)
        print("EVENTLEDGER_SEED=\(seed)")
        // A run that crashes or hangs needs it most.
        fflush(nil)
        return seed
    }()

    /// Seeds of their own for `count` cases of a test.
    package static func cases(_ count: Int) -> [UInt64] {
        (0..<UInt64(count)).map { base &+ $0 &* 0x9e37_79b9_7f4a_7c15 }
    }

    /// The command that repeats this run of a test or suite, for a failure's message.
    package static func replay(_ filter: String) -> String {
        "repeat with EVENTLEDGER_SEED=\(base) swift test --filter \(filter)"
    }
}
