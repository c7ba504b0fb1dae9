import LedgerBytes

/// The SHA-256 of an API key's whole text, stored and configured in place of the key.
///
/// A plain hash is enough: a key has 256 random bits, so it can't be guessed from its hash. The
/// hash equals what `sha256sum` prints for the key.
public struct APIKeyHash: Sendable {
    private let digest: Digest

    /// The digest, 32 bytes.
    public var bytes: [UInt8] { digest.bytes }

    /// The hash of a key's text.
    public init(of text: String) {
        digest = SHA256.digest(Array(text.utf8))
    }

    /// A hash that was stored; nil unless it has 32 bytes.
    public init?(bytes: [UInt8]) {
        guard let digest = Digest(bytes: bytes) else { return nil }
        self.digest = digest
    }

    /// Reads a hash; nil unless the text is 64 hexadecimal digits, in either case.
    public init?(hex: String) {
        guard let digest = Digest(hex: hex.lowercased()) else { return nil }
        self.digest = digest
    }

    /// 64 lower-case hexadecimal digits.
    public var hex: String { digest.hex }

    /// Compares two hashes in constant time.
    ///
    /// There is deliberately no other comparison, so that none can end at the first difference.
    public func matches(_ other: APIKeyHash) -> Bool {
        constantTimeEquals(bytes, other.bytes)
    }
}
