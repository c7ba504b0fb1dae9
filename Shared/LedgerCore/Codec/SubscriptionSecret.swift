/// The key of the HMAC in a subscription's cursors: 32 random bytes.
package struct SubscriptionSecret: Hashable, Sendable {
    package let bytes: [UInt8]

    /// A secret that was stored; nil unless it has 32 bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// A secret that is known to have 32 bytes.
    init(trusted bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// A fresh secret from `generator`, which must be cryptographically secure.
    package static func random(
        using generator: inout some RandomNumberGenerator
    ) -> SubscriptionSecret {
        SubscriptionSecret(trusted: generator.secretBytes())
    }
}

extension RandomNumberGenerator {
    /// Draws 32 bytes.
    mutating func secretBytes() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        for _ in 0..<4 {
            withUnsafeBytes(of: next().bigEndian) { bytes.append(contentsOf: $0) }
        }
        return bytes
    }
}
