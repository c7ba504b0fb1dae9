import LedgerBytes

/// The key of a webhook's signatures: 32 random bytes.
///
/// Its text is `whsec_` and their Base64, as the Standard Webhooks specification has it. It is
/// shown when it is made, and never again.
package struct WebhookSecret: Hashable, Sendable {
    private static let prefix = "whsec_"
    /// The bytes of every secret.
    static let count = 32

    package let bytes: [UInt8]

    /// A secret that was stored; nil unless it has 32 bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.count else { return nil }
        self.bytes = bytes
    }

    /// Reads a secret's text; nil unless it is in its one spelling.
    package init?(_ text: String) {
        guard text.utf8.starts(with: Self.prefix.utf8) else { return nil }
        let base64 = Array(text.utf8.dropFirst(Self.prefix.utf8.count))
        guard let bytes = base64.withUnsafeBytes(Base64.decode) else { return nil }
        self.init(bytes: bytes)
    }

    private init(trusted bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// A fresh secret from `generator`, which must be cryptographically secure.
    package static func random(using generator: inout some RandomNumberGenerator) -> WebhookSecret {
        WebhookSecret(trusted: generator.secretBytes())
    }

    /// The whole secret as its owner sees it, once.
    package var text: String {
        Self.prefix + String(decoding: Base64.encode(bytes), as: UTF8.self)
    }
}

/// The secrets under which a webhook's requests are signed.
package struct WebhookSecrets: Hashable, Sendable {
    /// A secret that was replaced, and signs along for a while.
    package struct Former: Hashable, Sendable {
        package let secret: WebhookSecret
        /// The moment from which on it signs nothing.
        package let end: Timestamp
    }

    /// The one that was made last.
    package let current: WebhookSecret
    /// The one before it; nil when there is none.
    package let former: Former?

    /// Secrets as they are stored.
    package init(current: WebhookSecret, former: Former? = nil) {
        self.current = current
        self.former = former
    }

    /// The secrets after a fresh one was made at `now`: the one before signs along for
    /// ``Limits/webhookSecretOverlap``, any older one no longer.
    package func rotated(to secret: WebhookSecret, at now: Timestamp) -> WebhookSecrets {
        let end = now.advanced(by: Limits.webhookSecretOverlap)
        return WebhookSecrets(current: secret, former: Former(secret: current, end: end))
    }

    /// Those that sign at `now`, the current one first.
    package func signing(at now: Timestamp) -> [WebhookSecret] {
        guard let former, now < former.end else { return [current] }
        return [current, former.secret]
    }
}
