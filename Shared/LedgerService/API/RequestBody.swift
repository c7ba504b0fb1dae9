import LedgerBytes
import LedgerCore
import RawJSON

/// A call's body, read when its handler asks for it.
extension Call {
    /// The body after decompression.
    func decodedBody() throws(LedgerError) -> [UInt8] {
        guard let header = try single("content-encoding"), !ASCII.equal(header.utf8, "identity")
        else {
            let size = request.body.count
            guard size <= Limits.bodyBytes else {
                throw .tooLarge(field: "body", limit: Limits.bodyBytes, size: size)
            }
            return request.body
        }
        guard let coding = ContentCoding(headerValue: header) else {
            throw .unsupportedMediaType(
                message: "Content-Encoding \(header.excerpt()) is unknown; send gzip, zstd or none"
            )
        }
        let body: [UInt8]
        do throws(ContentCodingError) {
            body = try coding.decode(request.body, limit: Limits.bodyBytes)
        } catch {
            switch error {
            case .tooLarge: throw .tooLarge(field: "body", limit: Limits.bodyBytes)
            case .malformed:
                throw .invalid(field: "body", message: "is not valid \(coding.headerValue)")
            }
        }
        guard BodyMemory.admits(body.count) else { throw .throttled }
        return body
    }

    /// The kind of body that the Content-Type names; none counts as JSON.
    ///
    /// Throws for a kind that the endpoint does not take.
    func mediaType() throws(LedgerError) -> MediaType {
        guard let header = try single("content-type") else { return .json }
        let takesLines = accepts == .jsonOrLines
        switch MediaType(contentType: header) {
        case .json: return .json
        case .ndjson where takesLines: return .ndjson
        case .ndjson, nil:
            throw .unsupportedMediaType(
                message: "Content-Type \(header.excerpt()) is not taken here; send "
                    + "application/json" + (takesLines ? " or application/x-ndjson" : "")
                    + ". curl says that it sends a form unless told otherwise: "
                    + "-H 'Content-Type: application/json'"
            )
        }
    }

    /// The value of a header that says what the body is; two that might differ say nothing.
    private func single(_ name: String) throws(LedgerError) -> String? {
        var values = request.headers.lazy.filter { $0.name == name }.makeIterator()
        let first = values.next()
        guard values.next() == nil else {
            throw .invalid(field: name, message: "is given twice")
        }
        return first?.value
    }

    /// Reads a body that is one JSON object, member by member; unknown and repeated members are
    /// refused.
    ///
    /// `read` reads the value of the named member, or returns false for a name that it does not
    /// know.
    func readMembers(
        _ read: (String, inout JSONReader) throws(LedgerError) -> Bool
    ) throws(LedgerError) {
        _ = try mediaType()
        let body = try decodedBody()
        try body.withUnsafeBytes { bytes in
            Result { () throws(LedgerError) in
                var reader = try JSONReader(body: bytes)
                try reader.members(read)
                try reader.finish()
            }
        }.get()
    }

    /// Refuses a body that says anything: these calls take none but an empty object.
    func refuseContent() throws(LedgerError) {
        guard !request.body.isEmpty else { return }
        try readMembers { _, _ in false }
    }
}

/// The kinds of bodies that are read.
package enum MediaType: String, Sendable {
    case json = "application/json"
    /// One JSON text a line.
    case ndjson = "application/x-ndjson"

    /// Reads a Content-Type; nil for a kind that no call takes.
    ///
    /// An empty one counts as JSON, as none does. JSON is `application/json` and every type with the suffix `+json` (RFC 6839), such as
    /// CloudEvents' and Kafka's. Lines have no registered type, so all that are in use are taken.
    init?(contentType value: String) {
        let end = value.utf8.firstIndex(of: UInt8(ascii: ";")) ?? value.endIndex
        let type = ASCII.trimmed(value[..<end].utf8)
        if type.isEmpty || ASCII.equal(type, "application/json") || Self.hasJSONSuffix(type) {
            self = .json
        } else if Self.lines.contains(where: { ASCII.equal(type, $0) }) {
            self = .ndjson
        } else {
            return nil
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

/// A transport's bound on its memory, asked while a request is handled.
///
/// A few kilobytes of a compressed body may become megabytes, which no transport can see coming.
package struct BodyMemory: Sendable {
    /// The memory budget of the current request; nil on transports without one.
    @TaskLocal package static var current: BodyMemory?

    private let hold: @Sendable (Int) -> Bool

    /// - Parameter hold: Counts so many further bytes until the request is answered, or answers
    ///   false when they are too many.
    package init(hold: @escaping @Sendable (Int) -> Bool) {
        self.hold = hold
    }

    /// False when the request must not go on with a decompressed body of this size.
    static func admits(_ bytes: Int) -> Bool {
        current?.hold(bytes) ?? true
    }
}

/// Faults of a body.
extension LedgerError {
    /// A fault of the body's JSON.
    static func json(_ error: JSONError) -> LedgerError { .malformed(field: "body", error) }

    /// The same error of a body of lines; a fault of the JSON is said of the event in the line.
    func inLine(_ number: Int, of event: String) -> LedgerError {
        guard case .malformed(_, let error) = self else { return .inLine(number, self) }
        return .inLine(number, .malformed(field: event, error))
    }
}

extension JSONReader {
    /// A reader of a whole body.
    init(body bytes: UnsafeRawBufferPointer) throws(LedgerError) {
        do throws(JSONError) {
            self = try JSONReader(bytes, maximumDepth: Limits.dataDepth)
        } catch {
            throw .json(error)
        }
    }

    /// Runs a call of the reader, its error as the body's.
    mutating func read<Value>(
        _ body: (inout JSONReader) throws(JSONError) -> Value
    ) throws(LedgerError) -> Value {
        do throws(JSONError) { return try body(&self) } catch { throw .json(error) }
    }

    /// Reads an object of which every member is known and given once.
    mutating func members(
        _ read: (String, inout JSONReader) throws(LedgerError) -> Bool
    ) throws(LedgerError) {
        try self.read { reader throws(JSONError) in try reader.beginObject() }
        var seen: Set<String> = []
        while let name = try self.read({ reader throws(JSONError) in try reader.nextMember() }) {
            let name = try self.read { reader throws(JSONError) in try reader.text(name) }
            guard seen.insert(name).inserted else {
                throw .invalid(field: name.excerpt(), message: "is given twice")
            }
            guard try read(name, &self) else {
                throw .invalid(field: name.excerpt(), message: "is an unknown field")
            }
        }
    }

    /// Nothing but white space may follow.
    mutating func finish() throws(LedgerError) {
        try read { reader throws(JSONError) in try reader.end() }
    }

    /// A string's text.
    mutating func text(_ field: String) throws(LedgerError) -> String {
        guard try nextKind() == .string else {
            throw .invalid(field: field, message: "must be a string")
        }
        do throws(JSONError) {
            return try text(try string())
        } catch {
            guard case .loneSurrogate = error.kind else { throw .json(error) }
            throw .invalid(field: field, message: "holds half of a surrogate pair")
        }
    }

    /// A number without a fractional part.
    mutating func integer(_ field: String) throws(LedgerError) -> Int64 {
        guard try nextKind() == .number else {
            throw .invalid(field: field, message: "must be an integer")
        }
        let number = try read { reader throws(JSONError) in try reader.number() }
        guard let value = number.integer else {
            throw .invalid(field: field, message: "must be an integer of at most 63 bits")
        }
        return value
    }

    /// `true` or `false`.
    mutating func flag(_ field: String) throws(LedgerError) -> Bool {
        switch try nextKind() {
        case .true, .false:
            return try read { reader throws(JSONError) in try reader.boolean() }
        default: throw .invalid(field: field, message: "must be true or false")
        }
    }

    /// Reads an array; `read` gets each element's name, and ends it by false.
    mutating func elements(
        of field: String,
        _ read: (String, inout JSONReader) throws(LedgerError) -> Bool
    ) throws(LedgerError) {
        guard try nextKind() == .array else {
            throw .invalid(field: field, message: "must be an array")
        }
        try self.read { reader throws(JSONError) in try reader.beginArray() }
        var index = 0
        while try self.read({ reader throws(JSONError) in try reader.nextElement() }) {
            guard try read("\(field)[\(index)]", &self) else { return }
            index += 1
        }
    }

    /// The kind of the next value.
    mutating func nextKind() throws(LedgerError) -> JSONKind {
        try read { reader throws(JSONError) in try reader.kind() }
    }
}
