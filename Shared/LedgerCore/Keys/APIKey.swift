import LedgerBytes

/// An API key, the secret itself: what a client sends as bearer.
///
/// ```
/// elk_<id>_<secret>      64 characters
///      id                16 lower-case hexadecimal digits
///      secret            256 random bits, 43 characters of base64url
/// ```
///
/// One spelling per key. The ledger shows it once, to its maker, and keeps only its ``APIKeyHash``.
public struct APIKey: Sendable {
    /// The beginning of every key, by which secret scanners recognise a leaked one.
    static let prefix = "elk_"
    private static let secretCount = 32

    /// The key's public name.
    public let id: APIKeyID
    /// The whole key, 64 characters; secret.
    public let text: String

    /// Reads a key; nil unless `text` is a key in its one spelling.
    public init?(_ text: String) {
        let utf8 = text.utf8
        guard utf8.count == 64, utf8.starts(with: Self.prefix.utf8) else { return nil }
        let rest = text.dropFirst(Self.prefix.utf8.count)
        guard let id = APIKeyID(rest.prefix(APIKeyID.textCount)),
            rest.utf8.dropFirst(APIKeyID.textCount).first == UInt8(ascii: "_"),
            let secret = Base64URL.decode(String(rest.dropFirst(APIKeyID.textCount + 1))),
            secret.count == Self.secretCount
        else { return nil }
        self.id = id
        self.text = text
    }

    private init(id: APIKeyID, secret: [UInt8]) {
        self.id = id
        text = "\(Self.prefix)\(id)_\(Base64URL.encode(secret))"
    }

    /// A fresh key from `generator`, which must be cryptographically secure.
    public static func random(using generator: inout some RandomNumberGenerator) -> APIKey {
        let id = APIKeyID.random(using: &generator)
        return APIKey(id: id, secret: generator.secretBytes())
    }

    /// The hash of ``text``, which the ledger stores in place of the key.
    public var hash: APIKeyHash { APIKeyHash(of: text) }
}

/// The public name of an API key: 16 lower-case hexadecimal digits.
///
/// It is no secret: lists, logs and metrics may show it.
public struct APIKeyID: Hashable, Sendable, CustomStringConvertible {
    /// Characters of the text.
    static let textCount = 16

    /// The number that the 16 digits spell.
    public let rawValue: UInt64

    /// The id whose digits spell `rawValue`.
    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// - Returns: nil unless `text` is 16 lower-case hexadecimal digits.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == Self.textCount, let bytes = Hexadecimal.decode(Array(text.utf8))
        else { return nil }
        rawValue = bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// A fresh id from `generator`.
    public static func random(using generator: inout some RandomNumberGenerator) -> APIKeyID {
        APIKeyID(rawValue: generator.next())
    }

    /// The id as text.
    public var description: String {
        Hexadecimal.encode(number: rawValue)
    }
}
