import Glibc

/// The seed that everything random in a test run derives from.
///
/// Drawn anew for each run and printed once; `EVENTLEDGER_SEED` in the environment repeats a run.
package enum RandomSeed {
    /// This run's seed.
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

    /// How to repeat this run of a test or suite, for a failure's message.
    package static func replay(_ filter: String) -> String {
        "repeat with EVENTLEDGER_SEED=\(base) swift test --filter \(filter)"
    }
}
