import CCrypto
import Glibc

/// AWS Signature Version 4 of a request with all of its body.
///
/// As described in AWS's documentation under "Create a signed AWS API request"; checked against
/// signatures that botocore makes.
struct SigV4: Sendable {
    var region: String
    var service: String
    var credentials: AWSCredentials

    /// The parts of a request that are signed.
    struct Request {
        var method: String
        /// Percent-encoded, beginning with a slash, without a query.
        var path: String
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
        let canonical = Self.canonicalText(of: request, headers: signed, names: names)
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

    private static func canonicalText(
        of request: Request,
        headers: [(name: String, value: String)],
        names: String
    ) -> String {
        let lines = headers.map { "\($0.name):\(trimmed($0.value))\n" }.joined()
        return "\(request.method)\n\(request.path)\n\n\(lines)\n\(names)\n"
            + hex(sha256(request.body))
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

    /// The moment so many seconds later.
    func advanced(by seconds: Int64) -> AWSTime {
        AWSTime(seconds: self.seconds + seconds)
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
