import LedgerService

/// The header fields a handler gets to see.
///
/// Everything else a client sends is left where it is.
///
/// This is the one list: a field that a route needs is added here.
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

    /// As handlers look for it: a literal, so that passing it on costs nothing.
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

    /// The field with this name in any case, or nil.
    ///
    /// The length alone decides nearly always.
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

/// The header fields that are the transport's own business: those that frame a request, and those
/// by which a browser tells where it comes from.
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
