/// A request, its status, and the error code and field that it must name.
///
/// In target and body `$` stands for the name of the stream that the check works on, which has one
/// partition and the subscription `u`, and `$L` for the same name filled up to 21 characters.
struct LimitCase: Sendable, CustomStringConvertible {
    let method: String
    let target: String
    var body = ""
    var headers: [String: String] = [:]
    let status: Int
    var error: String?
    var field: String?

    var description: String { "\(method) \(target.prefix(60)) \(body.prefix(60)) → \(status)" }

    /// The same text for a stream.
    static func fill(_ text: String, _ stream: String) -> String {
        let long = stream + String(repeating: "l", count: 21 - stream.count)
        return text.replacing("$L", with: long).replacing("$", with: stream)
    }
}

/// Pieces of bodies.
extension LimitCase {
    static func event(
        key: String = "k",
        type: String = "t",
        data: String = "1",
        rest: String = ""
    ) -> String {
        "{\"key\":\"\(key)\",\"type\":\"\(type)\",\"data\":\(data)\(rest)}"
    }

    static func headers(_ count: Int) -> String {
        ",\"headers\":{\((0..<count).map { "\"h\($0)\":\"v\"" }.joined(separator: ","))}"
    }

    static func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }

    static func text(_ count: Int) -> String { String(repeating: "x", count: count) }

    static let events = "/streams/$/events"
}
