import LedgerBytes
import LedgerService
import NIOCore
import NIOHTTP1

/// A request while it arrives: what its head said, and as much of its body as is there.
struct IncomingRequest {
    /// The request for the handler; its body grows until the request has ended.
    var request: APIRequest
    /// Echoed in the answer, and in the log.
    let id: String
    /// True when the connection may serve another request after this one.
    let keepAlive: Bool
    /// The client speaks HTTP/1.0 and has to be told that the connection stays open.
    let isVersion10: Bool
    /// The answer goes without its body.
    let isHead: Bool
    /// The client waits for `100 Continue` before it sends the body.
    let expectsContinue: Bool
    /// The client understands gzip.
    let acceptsGzip: Bool
    /// The page's origin that may see the answer.
    let origin: AllowedOrigin?
    /// A browser asks what a page's request may have.
    let isPreflight: Bool
    /// When the head had arrived.
    let started: NIODeadline
    /// The body's bytes as counted memory; nil up to ``uncountedBytes``.
    var held: HeldBytes?
    /// The body's size, bytes, for the metrics: `request.body` is empty once the handler has it.
    var bodyBytes = 0
}

extension IncomingRequest {
    /// Bodies up to this size, bytes, are not counted: even one for each connection is little.
    static let uncountedBytes = 8 * 1024

    /// The bytes of the target and of the header fields that are kept.
    var headBytes: Int {
        request.headers.reduce(request.path.utf8.count + request.query.utf8.count) { bytes, field in
            bytes + field.name.utf8.count + field.value.utf8.count
        }
    }

    /// Counts a body's next piece; false when there are too many bytes on all connections.
    mutating func hold(_ bytes: Int, from admission: Admission) -> Bool {
        guard request.body.count + bytes > Self.uncountedBytes else { return true }
        if let held { return held.grow(by: bytes) }
        let new = HeldBytes(admission)
        guard new.grow(by: request.body.count + bytes) else { return false }
        held = new
        return true
    }

    /// Reads a head: decides on everything that can be decided before the body is there.
    ///
    /// Without keys it refuses what a web page may have sent; see ``LocalOnly``.
    static func read(
        _ head: HTTPRequestHead,
        core: ServerCore,
        ids: inout RequestIDGenerator,
        executor: any TaskExecutor,
        now: NIODeadline
    ) throws(ServerError) -> IncomingRequest {
        let limits = core.limits
        guard head.uri.utf8.count <= limits.targetBytes else {
            throw .targetTooLong(limit: limits.targetBytes)
        }
        let (path, query) = try RequestTarget.split(head.uri)
        var fields = HeaderFields()
        for (name, value) in head.headers { try fields.add(name: name, value: value) }
        let length = try fields.bodyLength(version: head.version)
        guard length <= limits.bodyBytes else { throw .bodyTooLarge(limit: limits.bodyBytes) }
        guard fields.hosts == 1 || (fields.hosts == 0 && head.version == .http1_0) else {
            throw .malformed("a request needs exactly one Host header")
        }
        let origin = fields.allowedOrigin(core.origins)
        if !core.needsKeys { try fields.requireLocal(isAllowed: origin != nil) }
        let id = fields.addRequestID(&ids)

        var body: [UInt8] = []
        // A length that is only announced costs the client nothing.
        body.reserveCapacity(min(length, uncountedBytes))
        let isHead = head.method == .HEAD
        var request = APIRequest(
            method: isHead ? "GET" : head.method.rawValue,
            path: path,
            query: query,
            headers: fields.kept,
            body: body
        )
        if head.method == .POST { request.place = PlaceInLine(on: executor) }
        return IncomingRequest(
            request: request,
            id: id,
            keepAlive: head.isKeepAlive && !fields.upgrade && head.method != .CONNECT,
            isVersion10: head.version == .http1_0,
            isHead: isHead,
            expectsContinue: fields.expectsContinue && head.version != .http1_0,
            acceptsGzip: fields.acceptsGzip,
            origin: origin,
            isPreflight: origin != nil && head.method == .OPTIONS && fields.asksForMethod,
            started: now
        )
    }
}

/// The header fields of one head, read one after another.
private struct HeaderFields {
    var kept: [(name: String, value: String)] = []
    var hosts = 0
    var upgrade = false
    var expectsContinue = false
    var acceptsGzip = false
    /// `Access-Control-Request-Method` is there, as in a browser's preflight.
    var asksForMethod = false
    private var isCrossSite = false
    private var contentLength: Int?
    private var isChunked = false
    private var requestIDIndex: Int?

    init() {
        kept.reserveCapacity(RequestHeader.allCases.count)
    }

    mutating func add(name: String, value: String) throws(ServerError) {
        if let header = RequestHeader(name) {
            keep(header, as: value)
        } else if let framing = FramingHeader(name) {
            try read(framing, saying: value)
        }
    }

    private mutating func keep(_ header: RequestHeader, as value: String) {
        switch header {
        case .host: hosts += 1
        case .acceptEncoding: acceptsGzip = AcceptEncoding.allowsGzip(value)
        case .requestID:
            guard requestIDIndex == nil, RequestIDGenerator.isValid(value) else { return }
            requestIDIndex = kept.count
        default: break
        }
        kept.append((name: header.name, value: value))
    }

    private mutating func read(
        _ header: FramingHeader,
        saying value: String
    ) throws(ServerError) {
        switch header {
        case .contentLength:
            guard contentLength == nil else {
                throw .malformed("a request has at most one Content-Length")
            }
            contentLength = try Self.length(value)
        case .transferEncoding:
            guard !isChunked, ASCII.equal(value.utf8, "chunked") else {
                throw .unsupportedTransferCoding
            }
            isChunked = true
        case .expect:
            guard ASCII.equal(value.utf8, "100-continue") else { throw .unsupportedExpectation }
            expectsContinue = true
        case .upgrade:
            upgrade = true
        case .secFetchSite:
            isCrossSite = isCrossSite || ASCII.equal(value.utf8, "cross-site")
        case .requestMethod:
            asksForMethod = true
        }
    }

    /// The body's announced length, 0 when there is none or it comes in chunks.
    ///
    /// A request whose end two readers could see in different places is refused, since requests are
    /// smuggled by such a difference (RFC 9112, 6.3).
    func bodyLength(version: HTTPVersion) throws(ServerError) -> Int {
        guard isChunked else { return contentLength ?? 0 }
        guard contentLength == nil, version != .http1_0 else {
            throw .malformed("Transfer-Encoding goes neither with Content-Length nor with HTTP/1.0")
        }
        return 0
    }

    /// The client's id, or a new one, which the handler gets to see as well.
    mutating func addRequestID(_ ids: inout RequestIDGenerator) -> String {
        if let requestIDIndex { return kept[requestIDIndex].value }
        let id = ids.next()
        kept.append((name: RequestHeader.requestID.name, value: id))
        return id
    }

    /// The origin that the request names, when its pages may see answers.
    func allowedOrigin(_ origins: AllowedOrigins?) -> AllowedOrigin? {
        guard let origins else { return nil }
        let named = kept.filter { $0.name == "origin" }
        return named.count == 1 ? origins.allowed(named[0].value) : nil
    }

    /// Throws unless the request comes from this machine, as far as it says.
    ///
    /// A browser sends no `Origin` with what a page only embeds or links to, but its
    /// `Sec-Fetch-Site` then says `cross-site`.
    ///
    /// - Parameter isAllowed: the origin is one whose pages may call the API.
    /// - Throws: ``ServerError/foreignHost`` or ``ServerError/foreignOrigin``.
    func requireLocal(isAllowed: Bool) throws(ServerError) {
        var hasOrigin = false
        for (name, value) in kept {
            if name == "host", !LocalOnly.allows(host: value) { throw .foreignHost }
            guard name == "origin" else { continue }
            hasOrigin = true
            guard isAllowed || LocalOnly.allows(origin: value) else { throw .foreignOrigin }
        }
        guard hasOrigin || !isCrossSite else { throw .foreignOrigin }
    }

    /// Reads digits only; a number too large for an `Int` counts as the largest one.
    private static func length(_ value: String) throws(ServerError) -> Int {
        guard !value.isEmpty, value.utf8.allSatisfy(ASCII.isDigit) else {
            throw .malformed("Content-Length is not a number")
        }
        return Int(value) ?? .max
    }
}
