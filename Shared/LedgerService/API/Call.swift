import LedgerBytes
import LedgerCore

/// A call that an ``Endpoint`` is to answer.
///
/// Its caller may make it, and its path and query keep their rules. Its body was not looked at.
struct Call {
    let ledger: Ledger
    /// Nil on a ledger that needs no keys.
    let gate: KeyGate?
    /// The pages of event streams, which equal readers share.
    let pages: SharedPages
    let request: APIRequest
    let caller: Caller
    let query: QueryParameters
    /// True where an answer goes out only when it is complete: in a function.
    let answersAtOnce: Bool
    /// The bodies that the endpoint takes.
    let accepts: Endpoint.Body
    private let path: PathParameters

    /// Throws for a query parameter that the endpoint does not take, or that is given twice.
    init(
        of endpoint: Endpoint,
        as request: APIRequest,
        at path: PathParameters,
        by caller: Caller,
        to api: LedgerAPI
    ) throws(LedgerError) {
        query = try QueryParameters(request.query, allowed: endpoint.query)
        ledger = api.ledger
        gate = api.gate
        pages = api.pages
        answersAtOnce = api.answersAtOnce
        self.request = request
        self.caller = caller
        accepts = endpoint.body
        self.path = path
    }

    /// Throws unless the caller's key is still good: the call may have waited since it was seen.
    func confirmCaller() async throws(LedgerError) {
        try await gate?.confirm(caller)
    }

    // An endpoint is never called with a path of another pattern, so what its pattern has is there.

    var stream: StreamID { Self.parameter(path.stream, named: .stream) }
    var subscription: SubscriptionID { Self.parameter(path.subscription, named: .subscription) }
    var member: MemberName { Self.parameter(path.member, named: .member) }
    /// A number that need not be one of the stream's partitions.
    var partition: Int64 { Self.parameter(path.partition, named: .partition) }
    /// An offset that need not be one of the partition's.
    var offset: Offset { Self.parameter(path.offset, named: .offset) }
    var key: EventKey { Self.parameter(path.key, named: .key) }
    /// As the client wrote it.
    var apiKey: String { Self.parameter(path.apiKey, named: .apiKey) }

    private static func parameter<Value>(_ value: Value?, named name: PathParameter) -> Value {
        guard let value else { preconditionFailure("the pattern has no {\(name.rawValue)}") }
        return value
    }
}

/// A request's query, checked: every parameter known and given once.
struct QueryParameters {
    /// At most as many as the endpoint takes, so they are searched one by one.
    private var values: [(name: String, value: String)] = []

    /// Reads a query as on the wire; throws for a parameter that is not among the `allowed`.
    init(_ query: String, allowed: [String]) throws(LedgerError) {
        guard !query.isEmpty else { return }
        let pairs = query.utf8.split(
            separator: UInt8(ascii: "&"),
            omittingEmptySubsequences: false
        )
        for pair in pairs {
            let sign = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            guard let name = PercentCoding.decodeText(pair[..<sign]),
                let value = PercentCoding.decodeText(pair[sign...].dropFirst())
            else {
                throw .invalid(field: "query", message: "is not valid percent-encoded UTF-8")
            }
            guard allowed.contains(name) else {
                throw .invalid(
                    field: name.excerpt(),
                    message: allowed.isEmpty
                        ? "is unknown: this route takes no query parameters"
                        : "is unknown: this route takes \(allowed.joined(separator: ", "))"
                )
            }
            guard text(name) == nil else { throw .invalid(field: name, message: "is given twice") }
            values.append((name, value))
        }
    }

    /// The value of a parameter; nil when it is not given.
    func text(_ name: String) -> String? {
        values.first { $0.name == name }?.value
    }

    /// A number written in digits only, below 2^63.
    func number(_ name: String) throws(LedgerError) -> Int64? {
        guard let text = text(name) else { return nil }
        guard let number = Self.digits(text) else {
            throw .invalid(field: name, message: "must be a number below 2^63, in digits only")
        }
        return number
    }

    /// A number of events or entries, which a page can hold; nil without one.
    func count(_ name: String) throws(LedgerError) -> Int? {
        guard let number = try number(name) else { return nil }
        guard let count = Int(exactly: number), Limits.pageEntries.contains(count) else {
            throw .invalid(
                field: name,
                message: "must be 1 to \(Limits.pageEntries.upperBound)",
                limit: Limits.pageEntries.upperBound
            )
        }
        return count
    }

    /// The `limit` of a page.
    func limit() throws(LedgerError) -> Int {
        try count("limit") ?? Limits.defaultPageEntries
    }

    /// The event key that `key` asks for, the only one or a filter; nil without one.
    func key() throws(LedgerError) -> EventKey? {
        guard let text = text("key") else { return nil }
        guard let key = EventKey(utf8: Array(text.utf8)) else { throw .invalidKeyParameter }
        return key
    }

    /// The token in `next`, behind which the page begins; nil for the first page.
    func next(of kind: PageToken.Kind) throws(LedgerError) -> PageToken? {
        guard let text = text("next") else { return nil }
        guard let token = PageToken.decode(text, kind: kind) else {
            throw .invalid(field: "next", message: "is no token that this list returned")
        }
        return token
    }

    /// The `wait` of a read: 0 to 20 seconds, decimals allowed; 0 without one.
    func wait() throws(LedgerError) -> Duration {
        guard let text = text("wait") else { return .zero }
        guard let milliseconds = Self.milliseconds(text) else {
            let most = Limits.wait.upperBound.wholeSeconds
            throw .invalid(
                field: "wait",
                message: "must be 0 to \(most) seconds",
                limit: Int(most)
            )
        }
        return .milliseconds(milliseconds)
    }

    /// Seconds in digits, with decimals of any number after a point; what lies behind milliseconds
    /// counts for the limit, and not beyond it.
    private static func milliseconds(_ text: String) -> Int64? {
        let parts = text.utf8.split(
            separator: UInt8(ascii: "."),
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        let fraction = parts.count > 1 ? Array(parts[1]) : [UInt8(ascii: "0")]
        let most = Limits.wait.upperBound.wholeSeconds
        guard let seconds = digits(String(Substring(parts[0]))), seconds <= most,
            !fraction.isEmpty, fraction.allSatisfy(ASCII.isDigit),
            seconds < most || fraction.allSatisfy({ $0 == UInt8(ascii: "0") })
        else { return nil }
        return (fraction + [0x30, 0x30]).prefix(3).reduce(seconds) { $0 * 10 + Int64($1 - 0x30) }
    }

    /// A number written in digits only; nil for anything else, and from 2^63 on.
    static func digits(_ text: String) -> Int64? {
        guard !text.isEmpty, text.utf8.allSatisfy(ASCII.isDigit) else {
            return nil
        }
        return Int64(text)
    }
}

extension LedgerError {
    /// The refusal of a `key` in a path or a query that is no event key.
    static let invalidKeyParameter = LedgerError.invalidEventKey(
        field: "key",
        message: "must be 1 to \(Limits.keyBytes.upperBound) bytes of UTF-8"
    )
}

extension APIRequest {
    /// The 400 for a request whose route takes no query parameters; nil when it has none.
    ///
    /// For routes that a transport answers by itself.
    package func refuseParameters() -> APIResponse? {
        do throws(LedgerError) {
            _ = try QueryParameters(query, allowed: [])
            return nil
        } catch {
            return ErrorAnswer(error).response(route: nil)
        }
    }
}
