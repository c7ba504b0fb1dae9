import LedgerCore
import RawJSON

/// An error as HTTP says it; which error becomes what stands in `ErrorAnswer+Mapping.swift`.
struct ErrorAnswer {
    let status: Int
    let code: String
    private(set) var message: String
    private(set) var details: [(name: StaticString, value: Detail)] = []
    private(set) var headers: [(name: String, value: String)] = []

    /// A member of `details`.
    enum Detail {
        case text(String)
        case number(Int64)
        case partitions([LedgerError.PartitionOutcome])
    }

    init(
        _ status: Int,
        _ code: String,
        _ message: String,
        _ details: [(name: StaticString, value: Detail)] = []
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        if status == 503 || status == 429 { headers.append(("retry-after", "1")) }
    }

    /// The same without `Retry-After`: the same call fails until somebody has done something.
    var final: ErrorAnswer {
        var answer = self
        answer.headers.removeAll { $0.name == "retry-after" }
        return answer
    }

    func with(header name: String, _ value: String) -> ErrorAnswer {
        var answer = self
        answer.headers.append((name, value))
        return answer
    }

    /// The same fault in a line of the body.
    func inLine(_ number: Int) -> ErrorAnswer {
        var answer = self
        answer.message = "line \(number): \(message)"
        answer.details.append(("line", .number(Int64(number))))
        return answer
    }

    /// The same with when to try again.
    func retrying(after seconds: Int64) -> ErrorAnswer {
        var answer = self
        answer.headers.removeAll { $0.name == "retry-after" }
        return answer.with(header: "retry-after", "\(max(seconds, 1))")
    }

    /// The answer.
    func response(route: String?) -> APIResponse {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("error")
        writer.string(code)
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
            status: status,
            headers: [("content-type", "application/json")] + headers,
            body: writer.bytes,
            route: route
        )
    }
}

extension ErrorAnswer.Detail {
    fileprivate func write(to writer: inout JSONWriter) {
        switch self {
        case .text(let text): writer.string(text)
        case .number(let number): writer.integer(number)
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
