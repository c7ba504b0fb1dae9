import Foundation
import Glibc

/// A request or an answer, as its bytes.
struct HTTPMessage: Sendable {
    let head: String
    let bytes: [UInt8]

    var body: [UInt8] { Array(bytes[head.utf8.count...]) }

    /// True for a transaction of the table.
    var isTransaction: Bool { head.contains("TransactWriteItems") }

    /// Reads the next one from a socket; nil at its end, or when it fails.
    init?(from socket: Int32) {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var head: String?
        var length: Int?
        while true {
            if head == nil, let end = Self.headEnd(bytes) {
                head = String(decoding: bytes[..<end], as: UTF8.self)
                length = head.flatMap(Self.contentLength)
                if length == nil, bytes.starts(with: Array("HTTP/".utf8)) == false { length = 0 }
            }
            if let head, let length, bytes.count >= head.utf8.count + length { break }
            let count = recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else {
                // An answer without a length ends with its connection.
                guard count == 0, head != nil, length == nil else { return nil }
                break
            }
            bytes += buffer[..<count]
        }
        self.head = head ?? ""
        self.bytes = bytes
    }

    private static func headEnd(_ bytes: [UInt8]) -> Int? {
        Data(bytes).range(of: Data("\r\n\r\n".utf8))?.upperBound
    }

    private static func contentLength(_ head: String) -> Int? {
        head.lowercased().firstMatch(of: /\r\ncontent-length: *(\d+)/).flatMap { Int($0.1) }
    }

    /// True when the connection ends with it.
    var closes: Bool {
        let head = head.lowercased()
        return head.hasPrefix("http/1.0") || head.contains("\r\nconnection: close")
            || !head.contains("\r\ncontent-length:")
    }

    /// The number of rows that a transaction of the table writes.
    var transactionSize: Int {
        let fields = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
        return (fields?["TransactItems"] as? [Any])?.count ?? 1
    }
}

extension Refusal {
    /// The answer to `request`, in DynamoDB's words.
    func answer(to request: HTTPMessage) -> [UInt8] {
        let body: String
        switch self {
        case .throttled:
            body = """
                {"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException",\
                "message":"The rate of requests exceeds the table's."}
                """
        case .conflicted:
            let others = Array(repeating: #"{"Code":"None"}"#, count: request.transactionSize - 1)
            let reasons = [#"{"Code":"TransactionConflict","Message":"ongoing"}"#] + others
            body = """
                {"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException",\
                "message":"cancelled","CancellationReasons":[\(reasons.joined(separator: ","))]}
                """
        }
        return Array(
            """
            HTTP/1.1 400 Bad Request\r\nContent-Type: application/x-amz-json-1.0\r\n\
            Content-Length: \(body.utf8.count)\r\n\r\n\(body)
            """.utf8
        )
    }
}
