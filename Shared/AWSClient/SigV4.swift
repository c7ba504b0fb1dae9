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

    /// What is signed of a request.
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
    func headers(for request: Request, at seconds: Int64) -> [(name: String, value: String)] {
        let time = AWSTime.basic(seconds)
        var added = [(name: "x-amz-date", value: time)]
        if let token = credentials.sessionToken { added.append(("x-amz-security-token", token)) }
        let signed = (request.headers + added).sorted { $0.name < $1.name }
        let names = signed.map(\.name).joined(separator: ";")
        let date = String(time.prefix(8))
        let scope = "\(date)/\(region)/\(service)/aws4_request"
        let text =
            "AWS4-HMAC-SHA256\n\(time)\n\(scope)\n"
            + Self.hex(Self.sha256(Array(Self.canonical(request, signed, names).utf8)))
        let signature = Self.hex(Self.hmac(key(date), text))
        let value =
            "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope), "
            + "SignedHeaders=\(names), Signature=\(signature)"
        added.append(("authorization", value))
        return added
    }

    private static func canonical(
        _ request: Request,
        _ headers: [(name: String, value: String)],
        _ names: String
    ) -> String {
        let lines = headers.map { "\($0.name):\(trimmed($0.value))\n" }.joined()
        return "\(request.method)\n\(request.path)\n\n\(lines)\n\(names)\n"
            + hex(sha256(request.body))
    }

    /// Without white space around it, and with one space for each run of them.
    private static func trimmed(_ value: String) -> String {
        value.split(separator: " ").joined(separator: " ")
    }

    private func key(_ date: String) -> [UInt8] {
        let secret = Array("AWS4\(credentials.secretAccessKey)".utf8)
        return [date, region, service, "aws4_request"].reduce(secret, Self.hmac)
    }

    private static func hmac(_ key: [UInt8], _ message: String) -> [UInt8] {
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

/// The wall clock.
enum SystemTime {
    /// Seconds since the epoch.
    static func seconds() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec)
    }
}

/// A moment as AWS writes it, UTC; the calendar is the C library's.
enum AWSTime {
    /// `20260102T030405Z`.
    static func basic(_ seconds: Int64) -> String {
        var moment = time_t(seconds)
        var date = tm()
        gmtime_r(&moment, &date)
        return pad(date.tm_year + 1900, 4) + pad(date.tm_mon + 1, 2) + pad(date.tm_mday, 2) + "T"
            + pad(date.tm_hour, 2) + pad(date.tm_min, 2) + pad(date.tm_sec, 2) + "Z"
    }

    /// Reads `2026-01-02T03:04:05Z`, with or without a fraction; nil for anything else.
    static func seconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z"),
            bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"),
            bytes[16] == UInt8(ascii: ":"),
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
            let day = number(bytes[8..<10]), let hour = number(bytes[11..<13]),
            let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
            (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        var date = tm()
        date.tm_year = year - 1900
        date.tm_mon = month - 1
        date.tm_mday = day
        date.tm_hour = hour
        date.tm_min = minute
        date.tm_sec = second
        return Int64(timegm(&date))
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int32? {
        Int32(String(decoding: digits, as: UTF8.self))
    }

    private static func pad(_ value: Int32, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}
