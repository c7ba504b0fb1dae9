/// What a Content-Type says of a body.
enum MediaType {
    case json
    /// One JSON text a line.
    case ndjson
    /// Anything else.
    case other

    /// Reads a field's value; an empty one counts as JSON, as none does.
    ///
    /// JSON is `application/json` and every type with the suffix `+json` (RFC 6839), such as
    /// CloudEvents' and Kafka's. Lines have no registered type, so all that are in use are taken.
    init(_ value: String) {
        let end = value.utf8.firstIndex(of: UInt8(ascii: ";")) ?? value.endIndex
        let type = ASCII.trimmed(value[..<end].utf8)
        if type.isEmpty || ASCII.equal(type, "application/json") || Self.hasJSONSuffix(type) {
            self = .json
        } else if Self.lines.contains(where: { ASCII.equal(type, $0) }) {
            self = .ndjson
        } else {
            self = .other
        }
    }

    private static let lines: [StaticString] = [
        "application/x-ndjson", "application/ndjson", "application/jsonl",
        "application/x-jsonlines",
    ]

    private static func hasJSONSuffix(_ type: Substring.UTF8View) -> Bool {
        let suffix = "+json".utf8.count
        guard let slash = type.firstIndex(of: UInt8(ascii: "/")), slash > type.startIndex else {
            return false
        }
        let subtype = type[type.index(after: slash)...]
        return subtype.count > suffix && ASCII.equal(subtype.suffix(suffix), "+json")
    }
}
