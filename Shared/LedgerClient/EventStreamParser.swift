/// An event of an event stream.
package struct ServerSentEvent: Hashable, Sendable {
    /// The kind of event; `message` where the stream names none.
    package let name: String
    /// The data, its lines ended by line feeds but for the last.
    package let data: [UInt8]
    /// The last id that the stream gave, with this event or before; empty while there was none.
    package let id: String
    /// The last id before this event, behind which it comes again; nil while there was none.
    package let previousID: String?
}

/// Takes event streams apart as their bytes come (HTML living standard, 9.2.6).
///
///     bytes ─→ lines, ended by CR, LF or both ─→ fields ─→ at an empty line: an event
///
/// A line, and a line's end, may be divided among parts in any way. What follows the last empty line is
/// no event.
package struct EventStreamParser: Sendable {
    /// An event, or a line, that is longer than a client takes.
    package struct TooLong: Error {}

    private static let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]

    /// The id behind which the stream goes on, also one that came without an event; nil: none came.
    package private(set) var lastEventID: String?
    /// The pause before a client comes back, if the stream named one.
    package private(set) var retry: Duration?

    private let longest: Int
    private var line: [UInt8] = []
    private var isFirstLine = true
    /// True behind a CR: a line feed that comes next belongs to it.
    private var isBehindReturn = false
    private var name = ""
    private var data: [UInt8] = []
    private var hasData = false
    private var id: String?

    /// A parser of a stream that begins behind an id, or at its own beginning.
    ///
    /// An event's data has `longest` bytes at most, and so has a line; as a rule what a client takes of
    /// any answer.
    package init(after id: String? = nil, longest: Int = 64 * 1024 * 1024) {
        lastEventID = id
        self.id = id
        self.longest = longest
    }

    /// A parser of the same stream as it is opened again: what was not whole is gone.
    package var forNextStream: EventStreamParser {
        var parser = EventStreamParser(after: lastEventID, longest: longest)
        parser.retry = retry
        return parser
    }

    /// Takes the next bytes; returns the events that they complete.
    package mutating func parse(
        _ bytes: UnsafeBufferPointer<UInt8>
    ) throws(TooLong) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        var rest = bytes[...]
        if isBehindReturn, let first = rest.first {
            isBehindReturn = false
            if first == UInt8(ascii: "\n") { rest.removeFirst() }
        }
        while let end = rest.firstIndex(where: { $0 == 0x0a || $0 == 0x0d }) {
            try add(rest[..<end])
            if let event = try endLine() { events.append(event) }
            let isReturn = rest[end] == UInt8(ascii: "\r")
            rest = rest[(end + 1)...]
            guard isReturn else { continue }
            isBehindReturn = rest.isEmpty
            if rest.first == UInt8(ascii: "\n") { rest.removeFirst() }
        }
        try add(rest)
        return events
    }

    /// Adds to the line that has not ended.
    private mutating func add(_ part: Slice<UnsafeBufferPointer<UInt8>>) throws(TooLong) {
        guard line.count + part.count <= longest else { throw TooLong() }
        line += part
    }

    private mutating func endLine() throws(TooLong) -> ServerSentEvent? {
        var ended = line[...]
        if isFirstLine, ended.starts(with: Self.byteOrderMark) { ended = ended.dropFirst(3) }
        isFirstLine = false
        defer { line.removeAll(keepingCapacity: line.count < 65_536) }
        guard !ended.isEmpty else { return endEvent() }
        let name = ended.prefix { $0 != UInt8(ascii: ":") }
        // A comment, which says that the other side is still there, has no name.
        guard !name.isEmpty else { return nil }
        var value = ended[name.endIndex...].dropFirst()
        if value.first == UInt8(ascii: " ") { value.removeFirst() }
        try take(String(decoding: name, as: UTF8.self), value)
        return nil
    }

    private mutating func take(
        _ field: String,
        _ value: ArraySlice<UInt8>
    ) throws(TooLong) {
        switch field {
        case "event": name = String(decoding: value, as: UTF8.self)
        case "data":
            guard data.count + value.count < longest else { throw TooLong() }
            if hasData { data.append(UInt8(ascii: "\n")) }
            data += value
            hasData = true
        case "id":
            guard !value.contains(0) else { return }
            id = String(decoding: value, as: UTF8.self)
        case "retry":
            let isNumber = value.allSatisfy { (0x30...0x39).contains($0) }
            guard isNumber, let number = Int64(String(decoding: value, as: UTF8.self)) else {
                return
            }
            retry = .milliseconds(number)
        default: break
        }
    }

    /// Ends what an empty line ends: an event, if it has data.
    private mutating func endEvent() -> ServerSentEvent? {
        defer {
            lastEventID = id
            (name, data, hasData) = ("", [], false)
        }
        guard hasData else { return nil }
        return ServerSentEvent(
            name: name.isEmpty ? "message" : name,
            data: data,
            id: id ?? "",
            previousID: lastEventID
        )
    }
}
