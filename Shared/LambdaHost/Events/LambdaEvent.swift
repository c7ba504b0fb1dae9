import DynamoDBJSON
import LedgerBytes
import LedgerCore
import LedgerService
import RawJSON

/// An event that a function can be invoked with.
enum LambdaEvent {
    /// A request, from an API Gateway HTTP API (payload version 2.0) or a function URL.
    case request(APIRequest)
    /// A batch of a DynamoDB stream.
    case batch([StreamRecord])
    /// The schedule: a run of what the function does by itself.
    case schedule
    /// A call for a run of the sweep: `{"eventledger": "sweep"}`.
    case sweep
    /// A call to send what is due to webhooks: of these streams, nil being all.
    case push([StreamID]?)
}

extension LambdaEvent {
    /// Reads an event, and tells its kind by its members.
    init(_ bytes: [UInt8]) throws(LambdaError) {
        let fields: EventFields
        do throws(JSONError) {
            fields = try Self.read(bytes)
        } catch {
            throw .malformed(error)
        }
        if let records = fields.records {
            self = .batch(records)
        } else if let request = try fields.http.request() {
            self = .request(request)
        } else if fields.isSchedule {
            self = .schedule
        } else if let call = try fields.call() {
            self = call
        } else {
            throw .unknown
        }
    }

    private static func read(_ bytes: [UInt8]) throws(JSONError) -> EventFields {
        try bytes.withUnsafeBytes { bytes in
            Result { () throws(JSONError) in
                var reader = try JSONReader(bytes, maximumDepth: 64)
                var fields = EventFields()
                try reader.namedMembers { name, reader throws(JSONError) in
                    try fields.read(name, from: &reader)
                }
                try reader.end()
                return fields
            }
        }.get()
    }
}

/// The members of an event, of whatever kind it is.
private struct EventFields {
    var http = HTTPEventFields()
    var records: [StreamRecord]?
    var isSchedule = false
    private var called: String?
    private var streams: [String]?

    mutating func read(_ name: String, from reader: inout JSONReader) throws(JSONError) -> Bool {
        switch name {
        case "Records": records = try StreamRecord.all(&reader)
        case "source":
            guard try reader.kind() == .string else { return false }
            if try reader.stringText() == "aws.events" { isSchedule = true }
        case "eventledger":
            guard try reader.kind() == .string else { return false }
            called = try reader.stringText()
        case PushCall.streams: streams = try Self.texts(&reader)
        default: return try http.read(name, from: &reader)
        }
        return true
    }

    private static func texts(_ reader: inout JSONReader) throws(JSONError) -> [String] {
        var texts: [String] = []
        try reader.elements { reader throws(JSONError) in texts.append(try reader.stringText()) }
        return texts
    }

    /// The call that `eventledger` names; nil for none, and for one that nobody knows.
    func call() throws(LambdaError) -> LambdaEvent? {
        switch called {
        case "sweep": .sweep
        case PushCall.name: .push(try streams.map(PushCall.streams(named:)))
        default: nil
        }
    }
}

/// A call of the function that sends webhooks, by the compactor or by itself:
/// `{"eventledger": "push", "streams": ["orders"]}`.
///
/// Without `streams` it is for all of them.
enum PushCall {
    fileprivate static let name = "push"
    fileprivate static let streams = "streams"

    /// The event that names these streams.
    static func event(for streams: [StreamID]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("eventledger")
        writer.string(name)
        writer.key("streams")
        writer.beginArray()
        for stream in streams { writer.string(stream.name) }
        writer.endArray()
        writer.endObject()
        return writer.finish()
    }

    fileprivate static func streams(named names: [String]) throws(LambdaError) -> [StreamID] {
        let streams = names.compactMap { StreamID($0) }
        guard (1...Limits.pushStreams).contains(names.count), streams.count == names.count else {
            throw .badStreams
        }
        return streams
    }
}

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

    /// Reads a member of the event; false when no request needs it.
    mutating func read(_ name: String, from reader: inout JSONReader) throws(JSONError) -> Bool {
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

    /// The request; nil when the event has no method or no path, and so is of another kind.
    func request() throws(LambdaError) -> APIRequest? {
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

    /// The path as the client sent it, or an equivalent one, without the stage.
    ///
    /// Function URLs hand the path over as sent. An HTTP API decodes it, though its name is
    /// `rawPath`, so `%` and other characters with a meaning in a path are encoded again. Two things
    /// are lost on the way. An encoded slash becomes a slash, which in a key is the same. The rest
    /// behind an encoded question mark is gone, so such a key can only be asked for by `?key=`.
    private func path(_ rawPath: String) -> String {
        var path = rawPath[...]
        if stage != "$default", !isFunctionURL, path.hasPrefix("/\(stage)") {
            let rest = path.dropFirst(stage.count + 1)
            if rest.isEmpty || rest.first == "/" { path = rest }
        }
        if path.isEmpty { return "/" }
        return isFunctionURL ? String(path) : PercentCoding.encode(String(path), keepsSlashes: true)
    }
}

/// A record of a DynamoDB stream.
struct StreamRecord {
    /// The record's number, by which Lambda is told that it must come again.
    var sequenceNumber = ""
    /// The chunk that was inserted; nil for a record that calls for no fold.
    var news: ChunkNotice?

    /// Reads `Records`.
    ///
    /// A record has no news when it is no insertion of a chunk, or is not understood: it must not
    /// stop the others, and the sweep finds the chunk all the same.
    static func all(_ reader: inout JSONReader) throws(JSONError) -> [StreamRecord] {
        var records: [StreamRecord] = []
        try reader.elements { reader throws(JSONError) in
            var fields = Fields()
            try reader.namedMembers { name, reader throws(JSONError) in
                switch name {
                case "eventName": fields.isRemoval = try reader.stringText() == "REMOVE"
                case "dynamodb": try fields.read(&reader)
                default: return false
                }
                return true
            }
            records.append(fields.record)
        }
        return records
    }
}

private struct Fields {
    var isRemoval = false
    private var sequenceNumber = ""
    private var keys: RowImage?
    private var image: RowImage?

    mutating func read(_ reader: inout JSONReader) throws(JSONError) {
        try reader.namedMembers { name, reader throws(JSONError) in
            switch name {
            case "SequenceNumber": sequenceNumber = try reader.stringText()
            case "Keys": keys = try RowImage(&reader)
            case "NewImage": image = try RowImage(&reader)
            default: return false
            }
            return true
        }
    }

    var record: StreamRecord {
        StreamRecord(
            sequenceNumber: sequenceNumber,
            news: isRemoval ? nil : key.flatMap { ChunkNotice($0, image: item($0)) }
        )
    }

    private var key: TableKey? {
        guard let keys, let group = RowGroup(logPartitionKey: keys.partitionKey) else { return nil }
        return group.key(sortKey: keys.sortKey)
    }

    private func item(_ key: TableKey) -> Item? {
        image.map { $0.item(key) }
    }
}
