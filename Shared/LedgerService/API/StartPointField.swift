import LedgerCore
import RawJSON

/// `start_from` and `to`: a word or an object with one member.
struct StartPointField {
    let point: StartPoint
    /// As the client wrote it.
    let text: [UInt8]

    static let latest = StartPointField(point: .latest, text: Array("\"latest\"".utf8))

    private init(point: StartPoint, text: [UInt8]) {
        self.point = point
        self.text = text
    }

    init(_ field: String, from reader: inout JSONReader) throws(LedgerError) {
        switch try reader.nextKind() {
        case .string: try self.init(word: field, from: &reader)
        case .object: try self.init(object: field, from: &reader)
        default: throw Self.wrong(field)
        }
    }

    private static func wrong(_ field: String) -> LedgerError {
        .invalid(
            field: field,
            message: "must be \"earliest\", \"latest\", \"compacted\", {\"timestamp\": …} or "
                + "{\"offsets\": {…}}"
        )
    }

    private init(word field: String, from reader: inout JSONReader) throws(LedgerError) {
        let word = try reader.text(field)
        switch word {
        case "earliest": point = .earliest
        case "latest": point = .latest
        case "compacted": point = .compacted
        default: throw Self.wrong(field)
        }
        text = Array("\"\(word)\"".utf8)
    }

    private init(object field: String, from reader: inout JSONReader) throws(LedgerError) {
        var found: StartPoint?
        try reader.members { name, reader throws(LedgerError) in
            guard found == nil else { throw Self.wrong(field) }
            switch name {
            case "timestamp":
                let text = try reader.text("\(field).timestamp")
                guard let moment = RFC3339.parse(text) else {
                    throw .invalid(field: "\(field).timestamp", message: "must be an RFC 3339 time")
                }
                found = .timestamp(moment)
            case "offsets": found = .offsets(try reader.offsets("\(field).offsets"))
            default: return false
            }
            return true
        }
        guard let found else { throw Self.wrong(field) }
        point = found
        text = Self.canonical(found)
    }

    private static func canonical(_ point: StartPoint) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        switch point {
        case .timestamp(let moment):
            writer.key("timestamp")
            writer.string(RFC3339.text(moment))
        case .offsets(let offsets):
            writer.key("offsets")
            writer.raw(canonical(offsets))
        case .earliest, .latest, .compacted: break
        }
        writer.endObject()
        return writer.bytes
    }

    private static func canonical(_ offsets: [Int: Offset]) -> [UInt8] {
        let members = offsets.sorted { $0.key < $1.key }
            .map { "\"\($0.key)\":\($0.value.rawValue)" }
        return Array("{\(members.joined(separator: ","))}".utf8)
    }
}

extension JSONReader {
    /// An offset for each of some partitions, by their numbers: `{"0": 12, "3": 7}`.
    mutating func offsets(_ field: String) throws(LedgerError) -> [Int: Offset] {
        var offsets: [Int: Offset] = [:]
        guard try nextKind() == .object else {
            throw .invalid(field: field, message: "must be an object")
        }
        try members { name, reader throws(LedgerError) in
            guard let partition = Int(name), "\(partition)" == name, partition >= 0 else {
                throw .invalid(
                    field: "\(field).\(name.excerpt(20))",
                    message: "is no partition number"
                )
            }
            guard let offset = Offset(try reader.integer("\(field).\(name)")) else {
                throw .invalid(field: "\(field).\(name)", message: "must not be negative")
            }
            offsets[partition] = offset
            return true
        }
        return offsets
    }
}
