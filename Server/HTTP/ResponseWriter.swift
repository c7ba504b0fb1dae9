import LedgerBytes
import LedgerService
import NIOCore
import NIOHTTP1
import Glibc

/// The parts of an answer that the connection adds to the handler's response.
struct ResponseFraming {
    let id: String
    let isHead: Bool
    let isVersion10: Bool
    let closes: Bool
    /// The whole `Date` field with its line end, from ``DateLine``.
    let date: [UInt8]
    /// The origin whose pages may see the answer; nil for none.
    let origin: AllowedOrigin?
}

extension APIResponse {
    /// True unless the status forbids a body.
    var hasBody: Bool { status >= 200 && status != 204 && status != 304 }
}

extension ByteBuffer {
    /// Writes a whole answer, so that head and body go to the socket together; only the head of one
    /// whose body is a stream.
    mutating func writeResponse(_ response: APIResponse, framing: ResponseFraming) {
        writeStatusLine(response.status)
        if response.hasBody { writeLength(of: response.body, framing: framing) }
        var isStorable = false
        for (name, value) in response.headers where !Self.isFraming(name) {
            if name == "cache-control" { isStorable = true }
            writeField(name: name, value: value)
        }
        // A ledger's answer is out of date at once, and may be secret.
        if !isStorable { writeStaticString("cache-control: no-store\r\n") }
        writeBytes(framing.date)
        if let origin = framing.origin { writeAccess(origin) }
        writeStaticString("x-request-id: ")
        writeString(framing.id)
        if framing.closes {
            writeStaticString("\r\nconnection: close")
        } else if framing.isVersion10 {
            writeStaticString("\r\nconnection: keep-alive")
        }
        writeStaticString("\r\n\r\n")
        if response.hasBody, !framing.isHead, case .bytes(let bytes) = response.body {
            writeBytes(bytes)
        }
    }

    /// Writes a piece of a body of unknown length; it is not empty, since that would be the end.
    mutating func writeChunk(_ chunk: [UInt8]) {
        writeString(String(chunk.count, radix: 16))
        writeStaticString("\r\n")
        writeBytes(chunk)
        writeStaticString("\r\n")
    }

    private mutating func writeStatusLine(_ status: Int) {
        switch status {
        case 200: writeStaticString("HTTP/1.1 200 OK\r\n")
        case 201: writeStaticString("HTTP/1.1 201 Created\r\n")
        case 404: writeStaticString("HTTP/1.1 404 Not Found\r\n")
        default:
            let reason = HTTPResponseStatus(statusCode: status).reasonPhrase
            writeString("HTTP/1.1 \(status) \(reason)\r\n")
        }
    }

    /// Writes how the client finds the body's end; HTTP/1.0 knows none but that of the connection for a
    /// body of unknown length.
    private mutating func writeLength(of body: ResponseBody, framing: ResponseFraming) {
        switch body {
        case .bytes(let bytes): writeContentLength(bytes.count)
        case .stream where framing.isVersion10: break
        case .stream: writeStaticString("transfer-encoding: chunked\r\n")
        }
    }

    private mutating func writeContentLength(_ length: Int) {
        writeStaticString("content-length: ")
        writeDecimal(length)
        writeStaticString("\r\n")
    }

    private mutating func writeAccess(_ origin: AllowedOrigin) {
        writeField(name: "access-control-allow-origin", value: origin.value)
        writeStaticString("access-control-expose-headers: retry-after\r\n")
        if origin.varies { writeStaticString("vary: origin\r\n") }
    }

    /// Writes digits one by one: `String(value)` costs more than the rest of a small answer's head.
    private mutating func writeDecimal(_ value: Int) {
        guard value >= 10 else {
            writeInteger(UInt8(ascii: "0") + UInt8(value))
            return
        }
        writeDecimal(value / 10)
        writeInteger(UInt8(ascii: "0") + UInt8(value % 10))
    }

    /// Writes a field, with spaces for control characters: a line break would start another field.
    private mutating func writeField(name: String, value: String) {
        writeString(name)
        writeStaticString(": ")
        if value.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) {
            writeBytes(value.utf8.map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 })
        } else {
            writeString(value)
        }
        writeStaticString("\r\n")
    }

    /// True for the fields that the transport writes itself, whatever a handler's response holds.
    private static func isFraming(_ name: String) -> Bool {
        switch name.utf8.count {
        case 10: name == "connection"
        case 12: name == "x-request-id"
        case 14: name == "content-length"
        case 17: name == "transfer-encoding"
        default: false
        }
    }
}

/// The `Date` field of answers, made once a second: making it costs more than the rest of a head.
struct DateLine {
    /// The whole field with its line end; empty before the first ``refresh(now:wall:)``.
    private(set) var bytes: [UInt8] = []
    private var end: NIODeadline = .uptimeNanoseconds(0)

    /// Makes the field anew when the wall clock's second has passed.
    mutating func refresh(now: NIODeadline, wall: @autoclosure () -> timespec = Self.wall()) {
        guard now >= end else { return }
        let time = wall()
        bytes = Self.line(secondsSinceEpoch: time.tv_sec)
        end = now + .nanoseconds(1_000_000_000 - Int64(time.tv_nsec))
    }

    private static func wall() -> timespec {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time
    }

    /// `date: Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7).
    static func line(secondsSinceEpoch: Int) -> [UInt8] {
        let time = CivilTime(secondsSinceEpoch: Int64(secondsSinceEpoch))
        return Array("date: \(time.httpDate)\r\n".utf8)
    }
}

/// Compresses answers for clients that understand gzip.
package struct ResponseCompressor: Sendable {
    /// Bodies up to this size are sent as they are: compressing them saves no packet.
    static let threshold = 1024
    /// Bodies up to this size are compressed on the event loop; larger ones would hold up others.
    static let inlineLimit = 8 * 1024

    let gzip: @Sendable ([UInt8]) -> [UInt8]?

    /// - Parameter gzip: the body as a gzip member; nil leaves the body as it is.
    package init(gzip: @escaping @Sendable ([UInt8]) -> [UInt8]?) {
        self.gzip = gzip
    }

    /// True when the answer is large enough to gain, and not encoded already; a stream is sent as it is.
    func wants(_ response: APIResponse) -> Bool {
        response.body.count ?? 0 > Self.threshold
            && !response.headers.contains { $0.name == "content-encoding" }
    }

    /// The answer with a compressed body, if that makes it smaller.
    ///
    /// Both forms carry `Vary`, so that caches keep them apart.
    func compressed(_ response: APIResponse, accepted: Bool) -> APIResponse {
        var response = response
        response.headers.append((name: "vary", value: "accept-encoding"))
        guard accepted, case .bytes(let plain) = response.body, let body = gzip(plain),
            body.count < plain.count
        else { return response }
        response.headers.append((name: "content-encoding", value: "gzip"))
        response.body = .bytes(body)
        return response
    }
}
