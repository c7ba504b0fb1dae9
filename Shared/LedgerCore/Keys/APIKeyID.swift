/// The public name of an API key: 16 lower-case hexadecimal digits.
///
/// It is no secret: lists, logs and metrics may show it.
public struct APIKeyID: Hashable, Sendable, CustomStringConvertible {
    /// Characters of the text.
    static let textCount = 16

    /// The digits' value.
    public let rawValue: UInt64

    /// An id of a given value.
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// - Returns: nil unless `text` is 16 lower-case hexadecimal digits.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == Self.textCount, let bytes = Hexadecimal.decode(text.utf8)
        else { return nil }
        rawValue = bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// A fresh id from `generator`.
    public static func random(using generator: inout some RandomNumberGenerator) -> APIKeyID {
        APIKeyID(rawValue: generator.next())
    }

    /// The id as text.
    public var description: String {
        let bytes = stride(from: 56, through: 0, by: -8).map {
            UInt8(truncatingIfNeeded: rawValue >> UInt64($0))
        }
        return Hexadecimal.encode(bytes)
    }
}
