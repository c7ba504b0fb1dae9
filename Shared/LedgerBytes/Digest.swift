/// A SHA-256, always 32 bytes.
///
/// Its `==` ends at the first difference, so digests of secrets are compared in
/// constant time: `constantTimeEquals`.
public struct Digest: Hashable, Sendable {
    /// 32 zero bytes, which stand for no digest.
    package static let zero = Digest(trusted: [UInt8](repeating: 0, count: SHA256.digestCount))

    /// The 32 bytes, in the order of the standard.
    package let bytes: [UInt8]

    /// Nil unless there are 32 bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == SHA256.digestCount else { return nil }
        self.bytes = bytes
    }

    /// A digest that is known to have 32 bytes.
    init(trusted bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The inverse of ``hex``; nil unless the text is 64 lower-case hexadecimal digits.
    package init?(hex: String) {
        guard let bytes = Hexadecimal.decode(Array(hex.utf8)) else { return nil }
        self.init(bytes: bytes)
    }

    /// 64 lower-case hexadecimal digits.
    package var hex: String { Hexadecimal.encode(bytes) }
}
