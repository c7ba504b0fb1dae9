import LedgerBytes
import LedgerService

/// The header fields a handler gets to see, and the only list of them.
///
/// Other fields of a request are not copied. A field that a route needs is added here.
enum RequestHeader: CaseIterable {
    case contentType
    case contentEncoding
    case acceptEncoding
    case idempotencyKey
    case authorization
    case accept
    case host
    case origin
    case userAgent
    case requestID

    /// The name in the lower case that handlers look for; a literal, so that passing it on is free.
    var name: String {
        switch self {
        case .contentType: "content-type"
        case .contentEncoding: "content-encoding"
        case .acceptEncoding: "accept-encoding"
        case .idempotencyKey: "idempotency-key"
        case .authorization: "authorization"
        case .accept: "accept"
        case .host: "host"
        case .origin: "origin"
        case .userAgent: "user-agent"
        case .requestID: "x-request-id"
        }
    }

    /// The field with this name in any case, or nil; the length alone nearly always decides.
    init?(_ name: String) {
        let utf8 = name.utf8
        switch utf8.count {
        case 4 where ASCII.equal(utf8, "host"): self = .host
        case 6 where ASCII.equal(utf8, "accept"): self = .accept
        case 6 where ASCII.equal(utf8, "origin"): self = .origin
        case 10 where ASCII.equal(utf8, "user-agent"): self = .userAgent
        case 12 where ASCII.equal(utf8, "content-type"): self = .contentType
        case 12 where ASCII.equal(utf8, "x-request-id"): self = .requestID
        case 13 where ASCII.equal(utf8, "authorization"): self = .authorization
        case 15 where ASCII.equal(utf8, "accept-encoding"): self = .acceptEncoding
        case 15 where ASCII.equal(utf8, "idempotency-key"): self = .idempotencyKey
        case 16 where ASCII.equal(utf8, "content-encoding"): self = .contentEncoding
        default: return nil
        }
    }
}

/// The header fields that only the transport reads: those that frame a request, and those by which
/// a browser says where it comes from.
enum FramingHeader {
    case contentLength
    case transferEncoding
    case expect
    case upgrade
    case secFetchSite
    case requestMethod

    /// The field with this name in any case, or nil.
    init?(_ name: String) {
        let utf8 = name.utf8
        switch utf8.count {
        case 6 where ASCII.equal(utf8, "expect"): self = .expect
        case 7 where ASCII.equal(utf8, "upgrade"): self = .upgrade
        case 14 where ASCII.equal(utf8, "content-length"): self = .contentLength
        case 14 where ASCII.equal(utf8, "sec-fetch-site"): self = .secFetchSite
        case 17 where ASCII.equal(utf8, "transfer-encoding"): self = .transferEncoding
        case 29 where ASCII.equal(utf8, "access-control-request-method"): self = .requestMethod
        default: return nil
        }
    }
}

/// The second word of a request line (RFC 9112, 3.2).
enum RequestTarget {
    /// Path and query, both still percent-encoded.
    ///
    /// `http://host/path` is cut down to its path, as every server must; `*` stays as it is.
    static func split(_ target: String) throws(ServerError) -> (path: String, query: String) {
        guard target.utf8.first != UInt8(ascii: "/") else { return cut(target[...]) }
        if target == "*" { return ("*", "") }
        guard let path = afterAuthority(target) else {
            throw .malformed("the request target is neither a path nor a URL")
        }
        guard path.utf8.first == UInt8(ascii: "/") else { return cut("/" + path) }
        return cut(path)
    }

    private static func cut(_ text: Substring) -> (path: String, query: String) {
        guard let mark = text.utf8.firstIndex(of: UInt8(ascii: "?")) else {
            return (String(text), "")
        }
        return (String(text[..<mark]), String(text[text.utf8.index(after: mark)...]))
    }

    /// The rest behind `http://authority`; empty for CONNECT, whose target is an authority alone.
    private static func afterAuthority(_ target: String) -> Substring? {
        let utf8 = target.utf8
        guard let colon = utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let scheme = utf8[..<colon]
        let rest = target[utf8.index(after: colon)...]
        guard rest.utf8.starts(with: "//".utf8) else {
            return rest.utf8.allSatisfy(ASCII.isDigit) ? "" : nil
        }
        guard ASCII.equal(scheme, "http") || ASCII.equal(scheme, "https") else { return nil }
        let authority = rest.dropFirst(2)
        let end = authority.utf8.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
        return authority[(end ?? authority.endIndex)...]
    }
}

/// `x-request-id`: what a client sent if it is harmless, else 12 random characters.
struct RequestIDGenerator {
    private static let alphabet: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"
    private var state: UInt64

    init(seed: UInt64 = .random(in: .min ... .max)) {
        state = seed
    }

    /// Makes an id that tells requests of a log apart and need not be secret.
    mutating func next() -> String {
        var bits = nextBits()
        return String(unsafeUninitializedCapacity: 12) { buffer in
            for index in 0..<12 {
                buffer[index] = Self.alphabet.utf8Start[Int(bits & 31)]
                bits >>= 5
            }
            return 12
        }
    }

    /// True when a client's id may go into an answer and a log unchanged.
    static func isValid(_ id: String) -> Bool {
        (1...128).contains(id.utf8.count)
            && id.utf8.allSatisfy {
                ASCII.isLetter($0) || ASCII.isDigit($0) || $0 == UInt8(ascii: "-")
                    || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
            }
    }

    /// One step of SplitMix64 (Steele, Lea, Flood 2014).
    private mutating func nextBits() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
