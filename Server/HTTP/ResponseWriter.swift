import LedgerService
import NIOCore
import NIOHTTP1

/// How an answer is to be sent.
struct ResponseFraming {
    let id: String
    let isHead: Bool
    let isVersion10: Bool
    let closes: Bool
    /// The line of ``DateLine``.
    let date: [UInt8]
    /// The page's origin that may see the answer; nil: no other's.
    let origin: AllowedOrigin?
}

extension ByteBuffer {
    /// Writes a whole answer: head and body go to the socket together.
    mutating func writeResponse(_ response: APIResponse, framing: ResponseFraming) {
        let hasBody = response.status >= 200 && response.status != 204 && response.status != 304
        writeStatusLine(response.status)
        if hasBody { writeContentLength(response.body.count) }
        var isStorable = false
        for (name, value) in response.headers where !Self.isFraming(name) {
            if name == "cache-control" { isStorable = true }
            writeField(name: name, value: value)
        }
        // What a ledger answers is true now, and may be secret.
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
        if hasBody, !framing.isHead { writeBytes(response.body) }
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

    /// `String(value)` costs more than all the rest of a small answer's head.
    private mutating func writeDecimal(_ value: Int) {
        guard value >= 10 else {
            writeInteger(UInt8(ascii: "0") + UInt8(value))
            return
        }
        writeDecimal(value / 10)
        writeInteger(UInt8(ascii: "0") + UInt8(value % 10))
    }

    /// A line break in a value would let it add fields of its own.
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

    /// Fields that are the transport's business, whatever a handler says.
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
