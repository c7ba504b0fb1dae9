/// The SHA-256 of an API key's whole text: what is stored and configured instead of the key.
///
/// A plain hash is enough, because a key has 256 random bits: there is nothing to guess. Whoever
/// knows a hash can't derive the key. It is what `sha256sum` says about the key.
public struct APIKeyHash: Sendable {
    /// 32 bytes.
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

    /// Whether both are of the same key, in a time that does not depend on them.
    ///
    /// The only comparison there is, so that none that stops at the first difference is ever used.
    public func matches(_ other: APIKeyHash) -> Bool {
        constantTimeEquals(bytes, other.bytes)
    }
}
