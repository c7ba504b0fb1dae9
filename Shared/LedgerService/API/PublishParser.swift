import LedgerCore
import RawJSON

/// Reads the body of a publish call, in any of its forms, in one pass and without copying.
struct PublishParser {
    private var batch: PublishBatch
    /// Unescaped strings; they end up behind the body in the batch's bytes.
    private var unescaped: [UInt8] = []
    /// Where in the body the reader's document begins.
    private var base = 0

    static func parse(
        _ body: [UInt8],
        as kind: MediaType
    ) throws(LedgerError) -> PublishBatch {
        var parser = PublishParser(batch: PublishBatch(bytes: body))
        do throws(FieldError) {
            try body.withUnsafeBytes { bytes in
                Result { () throws(FieldError) in
                    switch kind {
                    case .json: try parser.readJSON(bytes)
                    case .ndjson: try parser.readLines(bytes)
                    }
                }
            }.get()
        } catch {
            throw error.ledgerError
        }
        guard !parser.batch.events.isEmpty else {
            throw .invalid(field: "events", message: "is empty: publish at least one event")
        }
        if !parser.unescaped.isEmpty { parser.batch.bytes += parser.unescaped }
        return parser.batch
    }

    private init(batch: PublishBatch) {
        self.batch = batch
    }

    // MARK: Forms

    private mutating func readJSON(_ bytes: UnsafeRawBufferPointer) throws(FieldError) {
        var reader = try JSONReader(body: bytes)
        switch try reader.nextKind() {
        case .array: try readEvents(&reader)
        case .object: try readObject(&reader)
        default: throw .invalid("body", "must be an event, an object with events, or an array")
        }
        try reader.finish()
    }

    /// `{"events": […]}` or one event: the first member tells, and no member of the other form
    /// may follow.
    private mutating func readObject(_ reader: inout JSONReader) throws(FieldError) {
        var event = EventFields(index: nil)
        var isBatch = false
        var seen: Set<String> = []
        try reader.read { reader throws(JSONError) in try reader.beginObject() }
        while let name = try reader.read({ reader throws(JSONError) in try reader.nextMember() }) {
            if !isBatch, try read(name, of: &event, &reader) { continue }
            let text = try reader.read { reader throws(JSONError) in try reader.text(name) }
            guard event.isEmpty, Self.batchFields.contains(text) else {
                throw .invalid(text.excerpt(), "is an unknown field")
            }
            isBatch = true
            guard seen.insert(text).inserted else { throw .invalid(text, "is given twice") }
            try readBatchField(text, &reader)
        }
        if !isBatch {
            try add(event)
        } else if !seen.contains("events") {
            throw .invalid("events", "is missing")
        }
    }

    private static let batchFields = ["events", "atomic", "expected_offset"]

    private mutating func readBatchField(
        _ name: String,
        _ reader: inout JSONReader
    )
        throws(FieldError)
    {
        switch name {
        case "events":
            guard try reader.nextKind() == .array else {
                throw .invalid("events", "must be an array")
            }
            try readEvents(&reader)
        case "atomic": batch.isAtomic = try reader.flag("atomic")
        default:
            guard let offset = Offset(try reader.integer("expected_offset")) else {
                throw .invalid("expected_offset", "must not be negative")
            }
            batch.expectedOffset = offset
        }
    }

    private mutating func readEvents(_ reader: inout JSONReader) throws(FieldError) {
        try reader.read { reader throws(JSONError) in try reader.beginArray() }
        while try reader.read({ reader throws(JSONError) in try reader.nextElement() }) {
            try readEvent(&reader)
        }
    }

    private mutating func readLines(_ bytes: UnsafeRawBufferPointer) throws(FieldError) {
        var start = 0
        var number = 1
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            base = start
            let index = batch.events.count
            do throws(FieldError) {
                try readLine(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
            } catch {
                throw error.inLine(number, of: EventFields(index: index).name)
            }
            start = end + 1
            number += 1
        }
    }

    private mutating func readLine(_ line: UnsafeRawBufferPointer) throws(FieldError) {
        let isBlank = line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }
        guard !isBlank else { return }
        var reader = try JSONReader(body: line)
        try readEvent(&reader)
        try reader.finish()
    }

    // MARK: One event

    /// What was read of an event so far.
    ///
    /// Names are put together only for an error: they would cost more than the reading.
    private struct EventFields {
        enum Member: String {
            case key, type, data, headers
        }

        var event = PublishBatch.Event()
        /// The event's place in the batch; nil: the body is this one event.
        let index: Int?
        var headerBytes = 0
        private var seen: Members = []

        private struct Members: OptionSet {
            let rawValue: UInt8
        }

        init(index: Int?) {
            self.index = index
        }

        var isEmpty: Bool { seen.isEmpty }

        /// The event's name for an error: `events[3]`.
        var name: String { index.map { "events[\($0)]" } ?? "event" }

        /// A member's name for an error: `events[3].key`.
        func name(_ member: String) -> String { index == nil ? member : "\(name).\(member)" }

        func has(_ member: Member) -> Bool { seen.contains(Self.bit(member)) }

        /// Notes that a member was met; a second time is an error.
        mutating func meet(_ member: Member) throws(FieldError) {
            guard seen.insert(Self.bit(member)).inserted else {
                throw .invalid(name(member.rawValue), "is given twice")
            }
        }

        private static func bit(_ member: Member) -> Members {
            switch member {
            case .key: Members(rawValue: 1)
            case .type: Members(rawValue: 2)
            case .data: Members(rawValue: 4)
            case .headers: Members(rawValue: 8)
            }
        }
    }

    private mutating func readEvent(_ reader: inout JSONReader) throws(FieldError) {
        guard batch.events.count < Limits.eventsPerPublish else {
            throw .invalid(
                "events",
                "has more than \(Limits.eventsPerPublish) entries",
                limit: Limits.eventsPerPublish
            )
        }
        var fields = EventFields(index: batch.events.count)
        guard try reader.nextKind() == .object else {
            throw .invalid(fields.name, "must be an object")
        }
        try reader.read { reader throws(JSONError) in try reader.beginObject() }
        while let name = try reader.read({ reader throws(JSONError) in try reader.nextMember() }) {
            guard try read(name, of: &fields, &reader) else {
                let text = try reader.read { reader throws(JSONError) in try reader.text(name) }
                throw .invalid(fields.name(text.excerpt()), "is an unknown field")
            }
        }
        try add(fields)
    }

    /// - Returns: false when the member is none of an event's.
    private mutating func read(
        _ name: JSONString,
        of fields: inout EventFields,
        _ reader: inout JSONReader
    ) throws(FieldError) -> Bool {
        if reader.equals(name, "key") {
            try fields.meet(.key)
            fields.event.key = try readKey(fields, &reader)
        } else if reader.equals(name, "type") {
            try fields.meet(.type)
            fields.event.type = try readType(fields, &reader)
        } else if reader.equals(name, "data") {
            try fields.meet(.data)
            fields.event.data = try readData(fields, &reader)
        } else if reader.equals(name, "headers") {
            try fields.meet(.headers)
            try readHeaders(&fields, &reader)
        } else {
            return false
        }
        return true
    }

    private mutating func readKey(
        _ fields: EventFields,
        _ reader: inout JSONReader
    )
        throws(FieldError) -> Range<Int>
    {
        func invalid(_ message: String) -> FieldError {
            .ledger(.invalidEventKey(field: fields.name("key"), message: message))
        }
        guard try reader.nextKind() == .string else { throw invalid("must be a string") }
        let range: Range<Int>
        do throws(JSONError) {
            range = try slice(try reader.string(), &reader)
        } catch {
            guard case .loneSurrogate = error.kind else { throw .json(error) }
            throw invalid("holds half of a surrogate pair")
        }
        guard Limits.keyBytes.contains(range.count) else {
            let most = Limits.keyBytes.upperBound
            throw invalid("must be 1 to \(most) bytes of UTF-8; it has \(range.count)")
        }
        return range
    }

    private mutating func readType(
        _ fields: EventFields,
        _ reader: inout JSONReader
    )
        throws(FieldError) -> Range<Int>
    {
        let range = try readString(fields.name("type"), &reader)
        guard withBytes(range, EventTypeRule.holds) else {
            let most = Limits.typeBytes.upperBound
            throw .invalid(
                fields.name("type"),
                "must be 1 to \(most) bytes of UTF-8 without control characters; it has "
                    + "\(range.count)",
                limit: most
            )
        }
        return range
    }

    private mutating func readString(
        _ field: @autoclosure () -> String,
        _ reader: inout JSONReader
    )
        throws(FieldError) -> Range<Int>
    {
        guard try reader.nextKind() == .string else { throw .invalid(field(), "must be a string") }
        do throws(JSONError) {
            return try slice(try reader.string(), &reader)
        } catch {
            guard case .loneSurrogate = error.kind else { throw .json(error) }
            throw .invalid(field(), "holds half of a surrogate pair")
        }
    }

    private func readData(
        _ fields: EventFields,
        _ reader: inout JSONReader
    ) throws(FieldError)
        -> Range<Int>
    {
        let isTombstone = try reader.nextKind() == .null
        do throws(JSONError) {
            let range = try reader.skipValue()
            return isTombstone ? 0..<0 : inBody(range)
        } catch {
            guard case .tooDeep(let limit) = error.kind else { throw .json(error) }
            throw .invalid(
                fields.name("data"),
                "is nested more than \(limit) deep",
                limit: limit
            )
        }
    }

    private mutating func readHeaders(
        _ fields: inout EventFields,
        _ reader: inout JSONReader
    )
        throws(FieldError)
    {
        let field = fields.name("headers")
        guard try reader.nextKind() == .object else { throw .invalid(field, "must be an object") }
        var headers = RecordHeaders()
        var names: Set<[UInt8]> = []
        try reader.read { reader throws(JSONError) in try reader.beginObject() }
        while let name = try reader.read({ reader throws(JSONError) in try reader.nextMember() }) {
            guard headers.count < Limits.headersPerEvent else {
                throw .invalid(
                    field,
                    "has more than \(Limits.headersPerEvent) entries",
                    limit: Limits.headersPerEvent
                )
            }
            let text = try headerText(name, field, &reader)
            let name = Array(text.utf8)
            guard names.insert(name).inserted else {
                throw .invalid("\(field).\(text.excerpt())", "is given twice")
            }
            let value = try readString("\(field).\(text.excerpt())", &reader)
            withBytes(value) { headers.append(name: name, value: Array($0)) }
            fields.headerBytes += name.count + value.count
        }
        guard headers.count > 0 else { return }
        fields.event.headers = batch.headers.count
        batch.headers.append(headers)
    }

    private func headerText(
        _ name: JSONString,
        _ field: String,
        _ reader: inout JSONReader
    )
        throws(FieldError) -> String
    {
        do throws(JSONError) {
            return try reader.text(name)
        } catch {
            guard case .loneSurrogate = error.kind else { throw .json(error) }
            throw .invalid(field, "has a name with half of a surrogate pair")
        }
    }

    private mutating func add(_ fields: EventFields) throws(FieldError) {
        guard fields.has(.key) else {
            let field = fields.name("key")
            throw .ledger(.invalidEventKey(field: field, message: "is missing"))
        }
        guard fields.has(.type) else { throw .invalid(fields.name("type"), "is missing") }
        guard fields.has(.data) else {
            throw .invalid(fields.name("data"), "is missing (null deletes the key)")
        }
        let event = fields.event
        let size = event.key.count + event.type.count + event.data.count + fields.headerBytes
        guard size <= Limits.eventBytes else {
            let limit = Limits.eventBytes
            throw .ledger(.tooLarge(field: fields.name, limit: limit, size: size))
        }
        batch.events.append(event)
    }

    // MARK: Slices

    /// A string's place: in the body, or, when it has escapes, among the unescaped ones.
    private mutating func slice(
        _ string: JSONString,
        _ reader: inout JSONReader
    )
        throws(JSONError) -> Range<Int>
    {
        guard string.hasEscapes else { return inBody(string.range) }
        let start = batch.bytes.count + unescaped.count
        try reader.unescape(string, into: &unescaped)
        return start..<batch.bytes.count + unescaped.count
    }

    private func inBody(_ range: Range<Int>) -> Range<Int> {
        range.lowerBound + base..<range.upperBound + base
    }

    private func withBytes<Result>(
        _ range: Range<Int>,
        _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        let start = batch.bytes.count
        if range.lowerBound >= start, !range.isEmpty {
            return unescaped.withUnsafeBytes {
                let own = range.lowerBound - start..<range.upperBound - start
                return body(UnsafeRawBufferPointer(rebasing: $0[own]))
            }
        }
        return batch.bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }
}
