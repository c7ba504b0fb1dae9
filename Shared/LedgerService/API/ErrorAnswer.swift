import LedgerCore
import RawJSON

/// An error as HTTP says it; which error becomes what stands in `ErrorAnswer+Mapping.swift`.
struct ErrorAnswer {
    let code: ErrorCode
    private(set) var message: String
    private var details: [Detail]
    var headers: [(name: String, value: String)] = []

    /// A member of `details`.
    struct Detail {
        fileprivate enum Value {
            case text(String)
            case number(Int64)
            case numbers([Partition])
            case partitions([LedgerError.PartitionOutcome])
        }

        fileprivate let name: StaticString
        fileprivate let value: Value

        static func text(_ name: StaticString, is text: String) -> Detail {
            Detail(name: name, value: .text(text))
        }

        static func number(_ name: StaticString, is number: Int64) -> Detail {
            Detail(name: name, value: .number(number))
        }

        static func offset(_ name: StaticString, is offset: Offset) -> Detail {
            .number(name, is: offset.rawValue)
        }

        static func numbers(_ name: StaticString, of partitions: [Partition]) -> Detail {
            Detail(name: name, value: .numbers(partitions))
        }

        static func field(_ field: String) -> Detail { .text("field", is: field) }
        static func limit(_ limit: Int) -> Detail { .number("limit", is: Int64(limit)) }
        static func stream(_ id: StreamID) -> Detail { .text("stream_id", is: id.name) }
        static func subscription(_ id: SubscriptionID) -> Detail {
            .text("subscription_id", is: id.name)
        }
        static func partition(_ partition: Partition) -> Detail {
            .number("partition", is: Int64(partition.index))
        }
        static func partitions(_ outcomes: [LedgerError.PartitionOutcome]) -> Detail {
            Detail(name: "partitions", value: .partitions(outcomes))
        }
    }

    /// An answer that says, where its status means so, that a second later it may be another one.
    init(_ code: ErrorCode, message: String, details: Detail?...) {
        self.code = code
        self.message = message
        self.details = details.compactMap { $0 }
        if code.status == 503 || code.status == 429 { retry(after: .seconds(1)) }
    }

    /// Says after how many whole seconds to try again; nil: not by itself, for the same call fails
    /// until somebody has done something.
    mutating func retry(after rest: Duration?) {
        headers.removeAll { $0.name == "retry-after" }
        if let rest { headers.append(("retry-after", "\(rest.wholeSeconds)")) }
    }

    /// The same fault in a line of the body.
    func inLine(_ number: Int) -> ErrorAnswer {
        var answer = self
        answer.message = "line \(number): \(message)"
        answer.details.append(.number("line", is: Int64(number)))
        return answer
    }

    /// The response; `route` is what metrics count it under.
    func response(route: String?) -> APIResponse {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("error")
        writer.string(code.rawValue)
        writer.key("message")
        writer.string(message)
        writer.key("details")
        writer.beginObject()
        for detail in details {
            writer.key(detail.name)
            detail.value.write(to: &writer)
        }
        writer.endObject()
        writer.endObject()
        return APIResponse(
            status: code.status,
            headers: [("content-type", "application/json")] + headers,
            body: writer.bytes,
            route: route
        )
    }
}

/// For an operator's log: in the words that its client reads, but for what a client is not told.
extension LedgerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .internalError(let message, _), .unavailable(let message, _), .closed(let message, _):
            message
        case .partialPublish(let outcomes):
            "some partitions' events may be stored: "
                + outcomes.map(\.description).joined(separator: ", ")
        default: ErrorAnswer(self).message
        }
    }
}

extension LedgerError.PartitionOutcome {
    fileprivate var description: String {
        switch state {
        case .stored(let range):
            "partition \(partition.index) is stored from \(range.first.rawValue) on"
        case .notStored: "partition \(partition.index) is not stored"
        case .unknown: "partition \(partition.index) may be stored"
        }
    }
}

extension ErrorAnswer.Detail.Value {
    fileprivate func write(to writer: inout JSONWriter) {
        switch self {
        case .text(let text): writer.string(text)
        case .number(let number): writer.integer(number)
        case .numbers(let partitions): writer.numbers(of: partitions)
        case .partitions(let outcomes):
            writer.beginArray()
            for outcome in outcomes { outcome.write(to: &writer) }
            writer.endArray()
        }
    }
}

extension LedgerError.PartitionOutcome {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("partition")
        writer.integer(partition.index)
        writer.key("state")
        switch state {
        case .notStored: writer.string("not_stored")
        case .unknown: writer.string("unknown")
        case .stored(let range):
            writer.string("stored")
            writer.key("first_offset")
            writer.integer(range.first.rawValue)
            writer.key("last_offset")
            writer.integer(range.end.rawValue - 1)
        }
        writer.endObject()
    }
}
