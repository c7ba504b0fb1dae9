import LedgerCore

/// What a request asks for.
enum Route {
    case health
    case openAPI
    case acceptClock
    case streams
    case stream(StreamID)
    case events(StreamID)
    case compacted(StreamID)
    case compactedKey(StreamID, EventKey)
    case compact(StreamID)
    case acceptTail(StreamID)
    case head(StreamID, partition: Int64)
    case subscriptions(StreamID)
    case subscription(StreamID, SubscriptionID)
    case poll(StreamID, SubscriptionID)
    case commit(StreamID, SubscriptionID)
    case seek(StreamID, SubscriptionID)
    case keys
    /// By the id as the client wrote it.
    case key(String)

    /// The route of a path as on the wire.
    init(path: String) throws(LedgerError) {
        guard path.utf8.first == UInt8(ascii: "/") else { throw .routeNotFound }
        let slash = UInt8(ascii: "/")
        let segments = path.utf8.dropFirst()
            .split(separator: slash, omittingEmptySubsequences: false)
            .map(Substring.init)
        switch segments[0] {
        case "health" where segments.count == 1: self = .health
        case "openapi.json" where segments.count == 1: self = .openAPI
        case "accept-clock" where segments.count == 1: self = .acceptClock
        case "streams" where segments.count == 1: self = .streams
        case "streams": self = try Self.inStream(Array(segments.dropFirst()))
        case "keys" where segments.count == 1: self = .keys
        case "keys" where segments.count == 2:
            self = .key(PercentCoding.decodeText(segments[1].utf8) ?? String(segments[1]))
        default: throw .routeNotFound
        }
    }

    private static func inStream(_ segments: [Substring]) throws(LedgerError) -> Route {
        guard segments.count > 1 else { return .stream(try streamID(segments[0])) }
        switch (segments[1], segments.count) {
        case ("events", 2): return .events(try streamID(segments[0]))
        case ("compacted", 2): return .compacted(try streamID(segments[0]))
        case ("compacted", _):
            // The key is the whole rest of the path, slashes and all.
            let key = segments.dropFirst(2).joined(separator: "/")
            return .compactedKey(try streamID(segments[0]), try eventKey(key))
        case ("compact", 2): return .compact(try streamID(segments[0]))
        case ("accept-tail", 2): return .acceptTail(try streamID(segments[0]))
        case ("partitions", 4) where segments[3] == "head":
            let stream = try streamID(segments[0])
            return .head(stream, partition: try partition(segments[2]))
        case ("subscriptions", 2): return .subscriptions(try streamID(segments[0]))
        case ("subscriptions", 3...4): return try inSubscription(segments)
        default: throw .routeNotFound
        }
    }

    private static func inSubscription(_ segments: [Substring]) throws(LedgerError) -> Route {
        let action = segments.count == 4 ? segments[3] : ""
        switch action {
        case "" where segments.count == 3, "poll", "commit", "seek": break
        default: throw .routeNotFound
        }
        let stream = try streamID(segments[0])
        let text = PercentCoding.decodeText(segments[2].utf8) ?? String(segments[2])
        guard let id = SubscriptionID(text) else { throw .invalidSubscriptionID(text) }
        switch action {
        case "poll": return .poll(stream, id)
        case "commit": return .commit(stream, id)
        case "seek": return .seek(stream, id)
        default: return .subscription(stream, id)
        }
    }

    private static func partition(_ segment: Substring) throws(LedgerError) -> Int64 {
        guard let index = QueryParameters.digits(String(segment)) else {
            throw .invalid(field: "partition", message: "must be a number, in digits only")
        }
        return index
    }

    private static func streamID(_ segment: Substring) throws(LedgerError) -> StreamID {
        let text = PercentCoding.decodeText(segment.utf8) ?? String(segment)
        guard let id = StreamID(text) else { throw .invalidStreamID(text) }
        return id
    }

    static func eventKey(_ text: some StringProtocol) throws(LedgerError) -> EventKey {
        guard let bytes = PercentCoding.decode(text.utf8), let key = EventKey(utf8: bytes) else {
            throw .invalidEventKey(
                field: "key",
                message: "must be 1 to \(Limits.keyBytes.upperBound) bytes of UTF-8"
            )
        }
        return key
    }

    /// The path's pattern, as in the OpenAPI document.
    var pattern: String {
        switch self {
        case .health: "/health"
        case .openAPI: "/openapi.json"
        case .acceptClock: "/accept-clock"
        case .streams: "/streams"
        case .stream: "/streams/{stream}"
        case .events: "/streams/{stream}/events"
        case .compacted: "/streams/{stream}/compacted"
        case .compactedKey: "/streams/{stream}/compacted/{key}"
        case .compact: "/streams/{stream}/compact"
        case .acceptTail: "/streams/{stream}/accept-tail"
        case .head: "/streams/{stream}/partitions/{partition}/head"
        case .subscriptions: "/streams/{stream}/subscriptions"
        case .subscription: "/streams/{stream}/subscriptions/{subscription}"
        case .poll: "/streams/{stream}/subscriptions/{subscription}/poll"
        case .commit: "/streams/{stream}/subscriptions/{subscription}/commit"
        case .seek: "/streams/{stream}/subscriptions/{subscription}/seek"
        case .keys: "/keys"
        case .key: "/keys/{key_id}"
        }
    }

    /// What `Allow` says: HEAD works where GET does.
    static func allow(_ methods: [String]) -> [String] {
        methods.flatMap { $0 == "GET" ? ["GET", "HEAD"] : [$0] }
    }

    /// The methods that the route takes.
    var methods: [String] {
        switch self {
        case .health, .openAPI, .compacted, .compactedKey, .poll, .head: ["GET"]
        case .streams, .events, .subscriptions, .keys: ["GET", "POST"]
        case .stream: ["GET", "PATCH", "DELETE"]
        case .subscription: ["GET", "DELETE"]
        case .compact, .acceptTail, .acceptClock, .commit, .seek: ["POST"]
        case .key: ["DELETE"]
        }
    }
}
