/// The hash chain that makes a partition's log tamper-evident.
///
/// Each chunk stores SHA-256(previous chunk's hash ‖ its own batch), so no chunk can be changed,
/// removed or put elsewhere without every later hash changing too.
package enum HashChain {
    /// The hash before a partition's first chunk: 32 zero bytes.
    package static let start = [UInt8](repeating: 0, count: SHA256.digestCount)

    /// A chain hash as people and JSON see it: 64 lower-case hexadecimal digits.
    package static func text(_ hash: [UInt8]) -> String { Hexadecimal.encode(hash) }

    /// The inverse of ``text(_:)``; nil for anything else.
    package static func hash(_ text: String) -> [UInt8]? {
        guard let bytes = Hexadecimal.decode(text.utf8), bytes.count == SHA256.digestCount
        else { return nil }
        return bytes
    }

    /// The hash of the chunk that holds `batch` and follows the chunk with the 32-byte hash
    /// `previous`.
    package static func next(previous: [UInt8], batch: [UInt8]) -> [UInt8] {
        precondition(previous.count == SHA256.digestCount, "a chain hash has 32 bytes")
        var hash = SHA256()
        hash.update(previous)
        hash.update(batch)
        return hash.finalize()
    }
}
