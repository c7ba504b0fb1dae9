import LedgerService
import RawJSON

/// What a function can be invoked with.
enum LambdaEvent {
    /// A request, from an API Gateway HTTP API (payload version 2.0) or a function URL.
    case request(APIRequest)
    /// A batch of a DynamoDB stream.
    case batch([StreamRecord])
    /// The schedule: look at everything.
    case sweep
}

/// Why an event can't be understood; nothing was done.
///
/// It names what is wrong, never what the event holds.
enum LambdaEventError: Error, Hashable, CustomStringConvertible {
    /// It is not the JSON it should be.
    case malformed(JSONError)
    /// The body is said to be base64 and is not.
    case badBase64
    /// It is no kind of event that a function takes.
    case unknown
    /// It is a kind of event that this function does not take.
    case foreign(kind: String, function: LedgerFunction)

    var description: String {
        switch self {
        case .malformed(let error): "the event is not as it should be: \(error)"
        case .badBase64: "the event's body is not the base64 it is said to be"
        case .unknown:
            "the event is neither an HTTP request (payload version 2.0), nor a DynamoDB stream "
                + "batch, nor a schedule"
        case .foreign(let kind, let function):
            "the function \(function.rawValue) does not take \(kind)"
        }
    }
}

extension LambdaEvent {
    /// Reads an event.
    init(_ bytes: [UInt8]) throws(LambdaEventError) {
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
            self = .sweep
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
                    try fields.read(name, &reader)
                }
                try reader.end()
                return fields
            }
        }.get()
    }
}

/// The members of an event that some kind of event has.
private struct EventFields {
    var http = HTTPEventFields()
    var records: [StreamRecord]?
    var isSchedule = false

    mutating func read(_ name: String, _ reader: inout JSONReader) throws(JSONError) -> Bool {
        switch name {
        case "Records": records = try StreamRecord.all(&reader)
        case "source":
            guard try reader.kind() == .string else { return false }
            if try reader.stringText() == "aws.events" { isSchedule = true }
        case "eventledger":
            guard try reader.kind() == .string else { return false }
            if try reader.stringText() == "sweep" { isSchedule = true }
        default: return try http.read(name, &reader)
        }
        return true
    }
}
