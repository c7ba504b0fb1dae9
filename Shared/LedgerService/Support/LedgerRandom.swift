/// Randomness, injected: the operating system's by default, seeded in tests.
package struct LedgerRandom: RandomNumberGenerator, Sendable {
    private let generate: @Sendable () -> UInt64

    /// Randomness from `generate`, which must be safe to call from any thread.
    package init(_ generate: @escaping @Sendable () -> UInt64) {
        self.generate = generate
    }

    /// The operating system's, fit for secrets.
    package static let system = LedgerRandom {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }

    /// The next number.
    package mutating func next() -> UInt64 {
        generate()
    }
}
