import LedgerBytes
import Platform

/// AWS Signature Version 4 of a request with all of its body.
///
/// As described in AWS's documentation under "Create a signed AWS API request"; checked against
/// signatures that botocore makes, and those of AWS's own test suite among them.
struct SigV4: Sendable {
    var region: String
    var service: String
    var credentials: AWSCredentials

    /// The parts of a request that are signed.
    struct Request {
        var method: String
        /// As the URL has it: beginning with a slash, percent-encoded once, without the query.
        var path: String
        /// Names and values in any order, not percent-encoded.
        var query: [(name: String, value: String)] = []
        /// Lower-case names with their values, `host` among them.
        var headers: [(name: String, value: String)]
        var body: [UInt8]
    }

    /// The headers that a request needs besides its own: the date, the token if there is one, and
    /// the signature.
    func headers(for request: Request, at time: AWSTime) -> [(name: String, value: String)] {
        let moment = time.basicText
        var added = [(name: "x-amz-date", value: moment)]
        if let token = credentials.sessionToken { added.append(("x-amz-security-token", token)) }
        let signed = (request.headers + added).sorted { $0.name < $1.name }
        let names = signed.map(\.name).joined(separator: ";")
        let date = String(moment.prefix(8))
        let scope = "\(date)/\(region)/\(service)/aws4_request"
        let canonical = canonicalText(of: request, headers: signed, names: names)
        let text =
            "AWS4-HMAC-SHA256\n\(moment)\n\(scope)\n"
            + SHA256.digest(Array(canonical.utf8)).hex
        let signature = Hexadecimal.encode(Self.hmac(of: text, key: key(date: date)))
        let value =
            "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope), "
            + "SignedHeaders=\(names), Signature=\(signature)"
        added.append(("authorization", value))
        return added
    }

    private func canonicalText(
        of request: Request,
        headers: [(name: String, value: String)],
        names: String
    ) -> String {
        let path = canonicalPath(request.path)
        let query = Self.canonicalQuery(request.query)
        let lines = headers.map { "\($0.name):\(Self.trimmed($0.value))\n" }.joined()
        return "\(request.method)\n\(path)\n\(query)\n\(lines)\n\(names)\n"
            + SHA256.digest(request.body).hex
    }

    /// Without white space around it, and with one space for each run of them.
    private static func trimmed(_ value: String) -> String {
        value.split(separator: " ").joined(separator: " ")
    }

    private func key(date: String) -> [UInt8] {
        let secret = Array("AWS4\(credentials.secretAccessKey)".utf8)
        return [date, region, service, "aws4_request"].reduce(secret) { Self.hmac(of: $1, key: $0) }
    }

    private static func hmac(of message: String, key: [UInt8]) -> [UInt8] {
        HMACSHA256.tag(key: key, message: Array(message.utf8))
    }
}

extension SigV4 {
    // MARK: Path and query

    /// A path as it is signed.
    ///
    /// S3 signs it as the URL has it, for `..` and `//` may stand in an object's key. Every other
    /// service signs it normalised and percent-encoded once more.
    private func canonicalPath(_ path: String) -> String {
        guard path != "/", service != "s3" else { return path }
        return PercentCoding.encode(Self.normalized(path), keepsSlashes: true)
    }

    /// A path without empty and dot segments, as botocore makes it: `/a//b/./../c/` is `/a/c/`.
    private static func normalized(_ path: String) -> String {
        var segments: [Substring] = []
        for part in path.utf8.split(separator: UInt8(ascii: "/")) {
            switch Substring(part) {
            case ".": continue
            case "..": _ = segments.popLast()
            case let segment: segments.append(segment)
            }
        }
        let isFolder = path.utf8.last == UInt8(ascii: "/") && !segments.isEmpty
        return "/" + segments.joined(separator: "/") + (isFolder ? "/" : "")
    }

    /// A query as it is signed: percent-encoded, then sorted by name and value.
    ///
    /// It may also stand in the URL, where the order does not matter.
    static func canonicalQuery(_ query: [(name: String, value: String)]) -> String {
        guard !query.isEmpty else { return "" }
        return query.map { (PercentCoding.encode($0.name), PercentCoding.encode($0.value)) }
            .sorted { $0 < $1 }
            .map { "\($0)=\($1)" }
            .joined(separator: "&")
    }
}

/// A moment as AWS counts and writes it: the wall clock's whole seconds, UTC.
package struct AWSTime: Hashable, Comparable, Sendable {
    /// Since 1970, without leap seconds.
    package let seconds: Int64

    /// A moment by the seconds since 1970.
    package init(seconds: Int64) {
        self.seconds = seconds
    }

    /// Reads a moment of RFC 3339, such as `2026-01-02T03:04:05Z`; nil for anything else.
    init?(_ text: String) {
        guard let time = CivilTime(rfc3339: text) else { return nil }
        self.init(seconds: time.secondsSinceEpoch)
    }

    /// The wall clock's present moment.
    static func now() -> AWSTime {
        AWSTime(seconds: WallClock.milliseconds() / 1000)
    }

    /// The form that signatures have: `20260102T030405Z`.
    var basicText: String {
        CivilTime(secondsSinceEpoch: seconds).basicISO8601
    }

    /// The moment so much later; a part of a second is dropped.
    func advanced(by span: Duration) -> AWSTime {
        AWSTime(seconds: seconds + span.components.seconds)
    }

    /// True for the earlier moment.
    package static func < (left: AWSTime, right: AWSTime) -> Bool {
        left.seconds < right.seconds
    }
}
