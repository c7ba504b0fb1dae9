import CCrypto
import Glibc

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
            + Self.hex(Self.sha256(Array(canonical.utf8)))
        let signature = Self.hex(Self.hmac(of: text, key: key(date: date)))
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
            + Self.hex(Self.sha256(request.body))
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
        let message = Array(message.utf8)
        return [UInt8](unsafeUninitializedCapacity: 32) { tag, count in
            el_hmac_sha256(key, key.count, message, message.count, tag.baseAddress)
            count = 32
        }
    }

    private static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var state = el_sha256_state()
        el_sha256_init(&state)
        el_sha256_update(&state, bytes, bytes.count)
        return [UInt8](unsafeUninitializedCapacity: 32) { digest, count in
            el_sha256_final(&state, digest.baseAddress)
            count = 32
        }
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
        return String(decoding: text, as: UTF8.self)
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
        return Self.percentEncoded(Self.normalized(path), keepsSlashes: true)
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
        return query.map { (percentEncoded($0.name), percentEncoded($0.value)) }
            .sorted { $0 < $1 }
            .map { "\($0)=\($1)" }
            .joined(separator: "&")
    }

    /// Text whose UTF-8 is percent-encoded but for RFC 3986's unreserved characters.
    ///
    /// `keepsSlashes` is true for a whole path, whose slashes separate its segments.
    static func percentEncoded(_ text: String, keepsSlashes: Bool = false) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        encoded.reserveCapacity(text.utf8.count * 3)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                encoded.append(byte)
            case UInt8(ascii: "/") where keepsSlashes:
                encoded.append(byte)
            default:
                encoded += [
                    UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)],
                ]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}

/// A moment as AWS counts and writes it: the wall clock's whole seconds, UTC.
///
/// The calendar is the C library's.
package struct AWSTime: Hashable, Comparable, Sendable {
    /// Since 1970, without leap seconds.
    package let seconds: Int64

    /// A moment by the seconds since 1970.
    package init(seconds: Int64) {
        self.seconds = seconds
    }

    /// Reads `2026-01-02T03:04:05Z`, with or without a fraction; nil for anything else.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z"),
            bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"),
            bytes[16] == UInt8(ascii: ":"),
            let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]),
            let day = Self.number(bytes[8..<10]), let hour = Self.number(bytes[11..<13]),
            let minute = Self.number(bytes[14..<16]), let second = Self.number(bytes[17..<19]),
            (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        var date = tm()
        date.tm_year = year - 1900
        date.tm_mon = month - 1
        date.tm_mday = day
        date.tm_hour = hour
        date.tm_min = minute
        date.tm_sec = second
        self.init(seconds: Int64(timegm(&date)))
    }

    /// The wall clock's present moment.
    static func now() -> AWSTime {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return AWSTime(seconds: Int64(now.tv_sec))
    }

    /// The form that signatures have: `20260102T030405Z`.
    var basicText: String {
        var moment = time_t(seconds)
        var date = tm()
        gmtime_r(&moment, &date)
        return Self.padded(date.tm_year + 1900, width: 4) + Self.padded(date.tm_mon + 1)
            + Self.padded(date.tm_mday) + "T" + Self.padded(date.tm_hour)
            + Self.padded(date.tm_min) + Self.padded(date.tm_sec) + "Z"
    }

    /// The moment so much later; a part of a second is dropped.
    func advanced(by span: Duration) -> AWSTime {
        AWSTime(seconds: seconds + span.components.seconds)
    }

    /// True for the earlier moment.
    package static func < (left: AWSTime, right: AWSTime) -> Bool {
        left.seconds < right.seconds
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int32? {
        Int32(String(decoding: digits, as: UTF8.self))
    }

    private static func padded(_ value: Int32, width: Int = 2) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}
