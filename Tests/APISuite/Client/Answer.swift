import Foundation

/// An answer, as a test looks at it.
package struct Answer: Sendable, CustomStringConvertible {
    /// The HTTP status code.
    package let status: Int
    /// Names in lower case.
    package let headers: [(name: String, value: String)]
    /// The body as it came.
    package let body: [UInt8]

    /// An answer.
    package init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The body as text.
    package var text: String { String(decoding: body, as: UTF8.self) }
    /// Status and the body's beginning.
    package var description: String { "\(status) \(text.prefix(500))" }

    /// The body's members; none when it is no object.
    package var json: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]
    }

    /// The error code; nil when there is none.
    package var error: String? { json["error"] as? String }
    /// What the error says for programs.
    package var details: [String: Any] { json["details"] as? [String: Any] ?? [:] }
    /// The events of a page or of a publish.
    package var events: [[String: Any]] { json["events"] as? [[String: Any]] ?? [] }
    /// The cursor of a poll.
    package var cursor: String { json["cursor"] as? String ?? "" }
    /// Whether nothing was left.
    package var caughtUp: Bool { json["caught_up"] as? Bool ?? false }
    /// The events' keys.
    package var keys: [String] { events.map { $0["key"] as? String ?? "" } }
    /// The events' offsets.
    package var offsets: [Int] { events.map { $0["offset"] as? Int ?? -1 } }

    /// The first value of a header, by its lower-case name.
    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
