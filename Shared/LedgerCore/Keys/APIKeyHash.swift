import LedgerBytes

/// The SHA-256 of an API key's whole text, stored and configured in place of the key.
///
/// A plain hash is enough: a key has 256 random bits, so it can't be guessed from its hash. The
/// hash equals what `sha256sum` prints for the key.
public struct APIKeyHash: Sendable {
    /// The digest, 32 bytes.
    public let bytes: [UInt8]

    /// The hash of a key's text.
    public init(of text: String) {
        bytes = SHA256.digest(Array(text.utf8))
    }

    /// A hash that was stored; nil unless it has 32 bytes.
    public init?(bytes: [UInt8]) {
        guard bytes.count == SHA256.digestCount else { return nil }
        self.bytes = bytes
    }

    /// Reads a hash; nil unless the text is 64 hexadecimal digits, in either case.
    public init?(hex: String) {
        guard let bytes = Hexadecimal.decode(hex.lowercased().utf8) else { return nil }
        self.init(bytes: bytes)
    }

    /// 64 lower-case hexadecimal digits.
    public var hex: String { Hexadecimal.encode(bytes) }

    /// Compares two hashes in constant time.
    ///
    /// There is deliberately no other comparison, so that none can end at the first difference.
    public func matches(_ other: APIKeyHash) -> Bool {
        constantTimeEquals(bytes, other.bytes)
    }
}
