import LedgerBytes
import LedgerCore
import LedgerService
import RawJSON

/// An ``APIResponse`` as a function answers it (payload version 2.0).
enum HTTPAnswer {
    /// The most bytes of an answer: Lambda's 6 MB without a reserve for its envelope.
    static let largest = 6 * 1024 * 1024 - 64 * 1024
    /// The fewest bytes of a body that is compressed.
    static let compressedFrom = 16 * 1024

    /// The response as the function's answer, compressed where it is large and `request` allows.
    ///
    /// A function answers in one piece: a stream is read to its end first, and must have one.
    static func encode(_ response: APIResponse, to request: APIRequest) async -> [UInt8] {
        var answer = compressed(await OnePiece.gather(response), for: request)
        // The HTTP front adds the same field to a server's answers.
        if !answer.headers.contains(where: { $0.name == "cache-control" }) {
            answer.headers.append(("cache-control", "no-store"))
        }
        let document = document(answer)
        guard document.count > largest else { return document }
        return Self.document(.tooLarge)
    }

    private static func compressed(_ response: OnePiece, for request: APIRequest) -> OnePiece {
        guard response.body.count >= compressedFrom else { return response }
        var answer = response
        answer.headers.append(("vary", "accept-encoding"))
        let accepted = request.header("accept-encoding").map(AcceptEncoding.allowsGzip) ?? false
        guard accepted else { return answer }
        answer.body = ContentCoding.gzip.encode(response.body)
        answer.headers.append(("content-encoding", "gzip"))
        return answer
    }

    private static func document(_ response: OnePiece) -> [UInt8] {
        let isText =
            !response.headers.contains { $0.name == "content-encoding" }
            && response.body.withUnsafeBytes { (try? JSONUTF8.validate($0)) != nil }
        var writer = JSONWriter(capacity: response.body.count * 3 / 2 + 512)
        writer.beginObject()
        writer.key("statusCode")
        writer.integer(response.status)
        writer.key("headers")
        writer.beginObject()
        for (name, value) in joined(response.headers) {
            writer.key(text: name)
            writer.string(value)
        }
        writer.endObject()
        writer.key("isBase64Encoded")
        writer.boolean(!isText)
        writer.key("body")
        if isText {
            writer.string(utf8: response.body)
        } else {
            writer.string(utf8: Base64.encode(response.body))
        }
        writer.endObject()
        return writer.finish()
    }

    /// Joins the values of a name with commas, since the answer holds each name once.
    private static func joined(
        _ headers: [(name: String, value: String)]
    ) -> [(name: String, value: String)] {
        var joined: [(name: String, value: String)] = []
        for (name, value) in headers {
            if let index = joined.firstIndex(where: { $0.name == name }) {
                joined[index].value += ", " + value
            } else {
                joined.append((name, value))
            }
        }
        return joined
    }
}

/// An answer with all its bytes.
private struct OnePiece {
    var status: Int
    var headers: [(name: String, value: String)]
    var body: [UInt8]

    /// An answer as it is, or its stream's chunks one after another.
    ///
    /// No part of a stream is passed off as all of it: one that fails or is too large is an error.
    static func gather(_ response: APIResponse) async -> OnePiece {
        var answer = OnePiece(status: response.status, headers: response.headers, body: [])
        switch response.body {
        case .bytes(let bytes): answer.body = bytes
        case .stream(let source):
            do {
                while let chunk = try await source.next() {
                    answer.body += chunk
                    guard answer.body.count <= HTTPAnswer.largest else { return tooLarge }
                }
            } catch {
                return internalError("the answer broke off before its end")
            }
        }
        return answer
    }

    static var tooLarge: OnePiece {
        internalError(
            "the answer is larger than a function may give; accept gzip, or ask for fewer events"
        )
    }

    private static func internalError(_ message: String) -> OnePiece {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("error")
        writer.string("internal_error")
        writer.key("message")
        writer.string(message)
        writer.key("details")
        writer.beginObject()
        writer.endObject()
        writer.endObject()
        return OnePiece(
            status: 500,
            headers: [("content-type", "application/json")],
            body: writer.finish()
        )
    }
}

/// A browser's question whether a page may make a call, where the gateway leaves it to the function.
///
/// The gateway knows which pages may, and says so in headers that it adds to this answer: only its
/// status must be a good one.
enum Preflight {
    /// The answer to a preflight; nil for any other request.
    static func answer(to request: APIRequest) -> APIResponse? {
        guard request.method == "OPTIONS", request.header("origin") != nil,
            request.header("access-control-request-method") != nil
        else { return nil }
        return APIResponse(status: 204, headers: [], body: [])
    }
}
