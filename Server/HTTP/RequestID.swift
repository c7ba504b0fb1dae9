import LedgerService

/// `x-request-id`: what a client sent if it is harmless, else 12 random characters.
struct RequestIDGenerator {
    private static let alphabet: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"
    private var state: UInt64

    init(seed: UInt64 = .random(in: .min ... .max)) {
        state = seed
    }

    /// The next one.
    ///
    /// Ids tell requests of a log apart; nothing relies on them being secret.
    mutating func next() -> String {
        var bits = nextBits()
        return String(unsafeUninitializedCapacity: 12) { buffer in
            for index in 0..<12 {
                buffer[index] = Self.alphabet.utf8Start[Int(bits & 31)]
                bits >>= 5
            }
            return 12
        }
    }

    /// Whether a client's id may go into an answer and a log as it is.
    static func isValid(_ id: String) -> Bool {
        (1...128).contains(id.utf8.count)
            && id.utf8.allSatisfy {
                ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == UInt8(ascii: "-")
                    || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
            }
    }

    /// SplitMix64.
    private mutating func nextBits() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
