import DynamoDBJSON
import LedgerService
import RawJSON

/// The members of an HTTP event, payload version 2.0.
struct HTTPEventFields {
    private var method: String?
    private var stage = "$default"
    private var isFunctionURL = false
    private var rawPath: String?
    private var query = ""
    private var headers: [(name: String, value: String)] = []
    private var cookies: [String] = []
    private var body: [UInt8] = []
    private var isBase64 = false

    /// Reads a member of the event; false when it is none that matters.
    mutating func read(_ name: String, _ reader: inout JSONReader) throws(JSONError) -> Bool {
        guard try reader.kind() != .null else { return false }
        switch name {
        case "rawPath": rawPath = try reader.stringText()
        case "rawQueryString": query = try reader.stringText()
        case "headers":
            try reader.namedMembers { name, reader throws(JSONError) in
                headers.append((name.lowercased(), try reader.stringText()))
                return true
            }
        case "cookies":
            try reader.elements { reader throws(JSONError) in
                cookies.append(try reader.stringText())
            }
        case "body": body = try reader.stringBytes()
        case "isBase64Encoded": isBase64 = try reader.boolean()
        case "requestContext": try readContext(&reader)
        default: return false
        }
        return true
    }

    private mutating func readContext(_ reader: inout JSONReader) throws(JSONError) {
        try reader.namedMembers { name, reader throws(JSONError) in
            switch name {
            case "stage": stage = try reader.stringText()
            case "domainName":
                isFunctionURL = try reader.stringText().split(separator: ".")
                    .contains("lambda-url")
            case "http":
                try reader.namedMembers { name, reader throws(JSONError) in
                    guard name == "method" else { return false }
                    method = try reader.stringText()
                    return true
                }
            default: return false
            }
            return true
        }
    }

    /// The request; nil when the event is none.
    func request() throws(LambdaEventError) -> APIRequest? {
        guard let method, let rawPath else { return nil }
        var request = APIRequest(
            method: method,
            path: path(rawPath),
            query: query,
            headers: headers,
            body: body
        )
        if !cookies.isEmpty {
            request.headers.append(("cookie", cookies.joined(separator: "; ")))
        }
        if isBase64 {
            guard let decoded = body.withUnsafeBytes(Base64.decode) else { throw .badBase64 }
            request.body = decoded
        }
        return request
    }

    /// The path as the client sent it, or one that means the same, without the stage.
    ///
    /// Function URLs hand the path over as sent. An HTTP API decodes it, though it is called raw:
    /// so `%` and what else has a meaning in a path is encoded again. Two things are lost on the
    /// way: an encoded slash is a slash, which in a key is the same; and what follows an encoded
    /// question mark is gone, so such a key is only to be had by `?key=`.
    private func path(_ rawPath: String) -> String {
        var path = rawPath[...]
        if stage != "$default", !isFunctionURL, path.hasPrefix("/\(stage)") {
            let rest = path.dropFirst(stage.count + 1)
            if rest.isEmpty || rest.first == "/" { path = rest }
        }
        if path.isEmpty { return "/" }
        return isFunctionURL ? String(path) : Self.encoded(path)
    }

    private static func encoded(_ path: Substring) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var text: [UInt8] = []
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "-"),
                UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                text.append(byte)
            default:
                text += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
