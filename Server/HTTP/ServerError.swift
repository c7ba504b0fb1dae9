import LedgerService
import NIOHTTP1

/// An error that the transport answers by itself, before a handler sees the request.
enum ServerError: Error, Equatable {
    case malformed(String)
    case bodyTooLarge(limit: Int)
    case targetTooLong(limit: Int)
    case headersTooLarge(bytes: Int, count: Int)
    case unsupportedTransferCoding
    case unsupportedExpectation
    case unsupportedVersion
    case tooSlow(String)
    case tooManyConnections
    case tooManyRequests
    case tooManyBytes
    case methodNotAllowed(allow: String)
    case foreignHost
    case foreignOrigin

    var status: Int {
        switch self {
        case .malformed: 400
        case .foreignHost, .foreignOrigin: 403
        case .methodNotAllowed: 405
        case .tooSlow: 408
        case .bodyTooLarge: 413
        case .targetTooLong: 414
        case .unsupportedExpectation: 417
        case .headersTooLarge: 431
        case .unsupportedTransferCoding: 501
        case .tooManyConnections, .tooManyRequests, .tooManyBytes: 503
        case .unsupportedVersion: 505
        }
    }

    var code: String {
        switch self {
        case .malformed: "malformed_request"
        case .foreignHost, .foreignOrigin: "forbidden"
        case .methodNotAllowed: "method_not_allowed"
        case .tooSlow: "request_timeout"
        case .bodyTooLarge: "payload_too_large"
        case .targetTooLong: "uri_too_long"
        case .unsupportedExpectation: "expectation_failed"
        case .headersTooLarge: "headers_too_large"
        case .unsupportedTransferCoding: "unsupported_transfer_encoding"
        case .tooManyConnections, .tooManyRequests, .tooManyBytes: "overloaded"
        case .unsupportedVersion: "http_version_not_supported"
        }
    }

    var message: String {
        switch self {
        case .malformed(let what): what
        case .methodNotAllowed: "only GET and HEAD work here"
        case .foreignHost:
            "without API keys this ledger answers to localhost and loopback addresses only"
        case .foreignOrigin:
            "without API keys this ledger takes no requests from web pages of other hosts"
        case .tooSlow(let what): what
        case .bodyTooLarge(let limit): "the body is larger than \(limit) bytes"
        case .targetTooLong(let limit): "path and query are longer than \(limit) bytes"
        case .unsupportedExpectation: "the only expectation known here is 100-continue"
        case .headersTooLarge(let bytes, let count):
            "path, query and headers take more than \(bytes) bytes or \(count) header fields"
        case .unsupportedTransferCoding: "the only transfer coding known here is chunked"
        case .tooManyConnections: "too many open connections; try again in a second"
        case .tooManyRequests: "too many requests at the same time; try again in a second"
        case .tooManyBytes: "too much is being sent at the same time; try again in a second"
        case .unsupportedVersion: "only HTTP/1.1 and HTTP/1.0 are spoken here"
        }
    }

    /// The answer's error for a refusal of the connection.
    init(_ refusal: ConnectionRefusal) {
        self =
            switch refusal {
            case .tooManyConnections: .tooManyConnections
            case .tooManyBytes: .tooManyBytes
            case .slowHead: .tooSlow("the request's headers took too long to arrive")
            case .slowBody: .tooSlow("the request's body took too long to arrive")
            }
    }

    private var details: String {
        switch self {
        case .bodyTooLarge(let limit): #"{"field":"body","limit":\#(limit)}"#
        case .targetTooLong(let limit): #"{"field":"target","limit":\#(limit)}"#
        case .headersTooLarge(let bytes, _): #"{"field":"headers","limit":\#(bytes)}"#
        default: "{}"
        }
    }

    /// The answer that a client gets; none of its texts needs escaping in JSON.
    var response: APIResponse {
        let json = #"{"error":"\#(code)","message":"\#(message)","details":\#(details)}"#
        var headers = [(name: "content-type", value: "application/json")]
        if status == 503 { headers.append((name: "retry-after", value: "1")) }
        if case .methodNotAllowed(let allow) = self {
            headers.append((name: "allow", value: allow))
        }
        return APIResponse(status: status, headers: headers, body: Array(json.utf8))
    }
}

extension ServerError {
    /// The refusal that tells a client of an error of the decoder.
    init(of error: HTTPParserError, limits: HTTPLimits) {
        self =
            switch error {
            case .headerOverflow:
                .headersTooLarge(bytes: limits.headerBytes, count: limits.headerCount)
            case .invalidVersion: .unsupportedVersion
            case .invalidMethod: .malformed("the method is not one of HTTP's")
            case .unexpectedContentLength:
                .malformed("a request has at most one Content-Length and no Transfer-Encoding then")
            case .invalidContentLength:
                .malformed(
                    "Content-Length is a number of bytes, and there is none beside Transfer-Encoding"
                )
            // The decoder has one code for a wrong line end and for an impossible Transfer-Encoding.
            case .unknown:
                .malformed(
                    "this is not HTTP/1.1: Transfer-Encoding must be chunked, without a "
                        + "Content-Length, and every line end with CR LF"
                )
            case .invalidEOFState, .closedConnection: .malformed("the request ended too early")
            default: .malformed("this is not HTTP/1.1")
            }
    }
}
