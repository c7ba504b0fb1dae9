import ArgumentParser
import LedgerCore

/// Seconds to wait for events, 0 to 20, as they were written.
///
/// Compared as decimal digits: a binary fraction takes what lies a little outside for the limit.
struct Wait: CustomStringConvertible {
    static let none = Wait(seconds: 0)
    static let longest = Wait(seconds: Limits.waitSeconds.upperBound)

    /// As the API takes it.
    let description: String
    /// Rounded up.
    let milliseconds: Int

    private init(seconds: Int) {
        self.init(description: "\(seconds)", milliseconds: seconds * 1000)
    }

    private init(description: String, milliseconds: Int) {
        self.description = description
        self.milliseconds = milliseconds
    }

    /// Reads a number of seconds in the range, in digits with or without a fraction.
    static func parse(_ text: String) throws -> Wait {
        let most = Limits.waitSeconds.upperBound
        guard let wait = Wait(text, most: most) else {
            throw ValidationError("--wait must be 0 to \(most) seconds.")
        }
        return wait
    }

    private init?(_ text: String, most: Int) {
        let parts = text.utf8.split(
            separator: UInt8(ascii: "."),
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        let fraction = parts.count > 1 ? Array(parts[1]) : [UInt8(ascii: "0")]
        guard Self.areDigits(Array(parts[0])), Self.areDigits(fraction),
            let seconds = Int(String(decoding: Array(parts[0]), as: UTF8.self)), seconds <= most,
            seconds < most || fraction.allSatisfy({ $0 == UInt8(ascii: "0") })
        else { return nil }
        // What is smaller than a millisecond counts as one more.
        let digits = fraction.map { Int($0) - 0x30 } + [0, 0]
        let rest = digits.dropFirst(3).contains { $0 > 0 } ? 1 : 0
        let thousandths = digits[0] * 100 + digits[1] * 10 + digits[2] + rest
        self.init(description: text, milliseconds: seconds * 1000 + thousandths)
    }

    private static func areDigits(_ bytes: [UInt8]) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy { (0x30...0x39).contains($0) }
    }
}
