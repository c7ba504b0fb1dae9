import LedgerCore
import RawJSON

/// Reads the body of a publish call, in any of its forms, in one pass and without copying.
struct PublishParser {
    private var batch: PublishBatch
    /// Unescaped strings; they end up behind the body in the batch's bytes.
    private var unescaped: [UInt8] = []
    /// The beginning, in the body, of the document that the reader reads.
    private var base = 0

    static func parse(
        _ body: [UInt8],
        as kind: MediaType
    ) throws(LedgerError) -> PublishBatch {
        var parser = PublishParser(batch: PublishBatch(bytes: body))
        try body.withUnsafeBytes { bytes in
            Result { () throws(LedgerError) in
                switch kind {
                case .json: try parser.readJSON(bytes)
                case .ndjson: try parser.readLines(bytes)
                }
            }
        }.get()
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

    private mutating func readJSON(_ bytes: UnsafeRawBufferPointer) throws(LedgerError) {
        var reader = try JSONReader(body: bytes)
        switch try reader.nextKind() {
        case .array: try readEvents(&reader)
        case .object: try readObject(&reader)
        default:
            throw .invalid(
                field: "body",
                message: "must be an event, an object with events, or an array"
            )
        }
        try reader.finish()
    }

    /// `{"events": […]}` or one event: the first member tells, and no member of the other form
    /// may follow.
    private mutating func readObject(_ reader: inout JSONReader) throws(LedgerError) {
        var event = EventFields(index: nil)
        var isBatch = false
        var seen: Set<String> = []
        try reader.read { reader throws(JSONError) in try reader.beginObject() }
        while let name = try reader.read({ reader throws(JSONError) in try reader.nextMember() }) {
            if !isBatch, try read(name, of: &event, from: &reader) { continue }
            let text = try reader.read { reader throws(JSONError) in try reader.text(name) }
            guard event.isEmpty, Self.batchFields.contains(text) else {
                throw .invalid(field: text.excerpt(), message: "is an unknown field")
            }
            isBatch = true
            guard seen.insert(text).inserted else {
                throw .invalid(field: text, message: "is given twice")
            }
            try readBatchField(text, from: &reader)
        }
        if !isBatch {
            batch.events.append(try event.complete())
        } else if !seen.contains("events") {
            throw .invalid(field: "events", message: "is missing")
        }
    }

    private static let batchFields = ["events", "atomic", "expected_offset"]

    private mutating func readBatchField(
        _ name: String,
        from reader: inout JSONReader
    ) throws(LedgerError) {
        switch name {
        case "events":
            guard try reader.nextKind() == .array else {
                throw .invalid(field: "events", message: "must be an array")
            }
            try readEvents(&reader)
        case "atomic": batch.isAtomic = try reader.flag("atomic")
        default:
            guard let offset = Offset(try reader.integer("expected_offset")) else {
                throw .invalid(field: "expected_offset", message: "must not be negative")
            }
            batch.expectedOffset = offset
        }
    }

    private mutating func readEvents(_ reader: inout JSONReader) throws(LedgerError) {
        try reader.read { reader throws(JSONError) in try reader.beginArray() }
        while try reader.read({ reader throws(JSONError) in try reader.nextElement() }) {
            try readEvent(&reader)
        }
    }

    private mutating func readLines(_ bytes: UnsafeRawBufferPointer) throws(LedgerError) {
        var start = 0
        var number = 1
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            base = start
            let index = batch.events.count
            do throws(LedgerError) {
                try readLine(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
            } catch {
                throw error.inLine(number, of: EventFields(index: index).name)
            }
            start = end + 1
            number += 1
        }
    }

    private mutating func readLine(_ line: UnsafeRawBufferPointer) throws(LedgerError) {
        let isBlank = line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }
        guard !isBlank else { return }
        var reader = try JSONReader(body: line)
        try readEvent(&reader)
        try reader.finish()
    }

    // MARK: One event

    private mutating func readEvent(_ reader: inout JSONReader) throws(LedgerError) {
        guard batch.events.count < Limits.eventsPerPublish else {
            throw .invalid(
                field: "events",
                message: "has more than \(Limits.eventsPerPublish) entries",
                limit: Limits.eventsPerPublish
            )
        }
        var fields = EventFields(index: batch.events.count)
        guard try reader.nextKind() == .object else {
            throw .invalid(field: fields.name, message: "must be an object")
        }
        try reader.read { reader throws(JSONError) in try reader.beginObject() }
        while let name = try reader.read({ reader throws(JSONError) in try reader.nextMember() }) {
            guard try read(name, of: &fields, from: &reader) else {
                let text = try reader.read { reader throws(JSONError) in try reader.text(name) }
                throw .invalid(field: fields.name(text.excerpt()), message: "is an unknown field")
            }
        }
        batch.events.append(try fields.complete())
    }

    /// - Returns: false when the member is none of an event's.
    private mutating func read(
        _ name: JSONString,
        of fields: inout EventFields,
        from reader: inout JSONReader
    ) throws(LedgerError) -> Bool {
        if reader.text(of: name, is: "key") {
            try fields.meet(.key)
            fields.event.key = try readKey(of: fields, from: &reader)
        } else if reader.text(of: name, is: "type") {
            try fields.meet(.type)
            fields.event.type = try readType(of: fields, from: &reader)
        } else if reader.text(of: name, is: "data") {
            try fields.meet(.data)
            fields.event.data = try readData(of: fields, from: &reader)
        } else if reader.text(of: name, is: "headers") {
            try fields.meet(.headers)
            try readHeaders(of: &fields, from: &reader)
        } else {
            return false
        }
        return true
    }

    private mutating func readKey(
        of fields: EventFields,
        from reader: inout JSONReader
    ) throws(LedgerError) -> Range<Int> {
        func invalid(_ message: String) -> LedgerError {
            .invalidEventKey(field: fields.name("key"), message: message)
        }
        guard try reader.nextKind() == .string else { throw invalid("must be a string") }
        let range: Range<Int>
        do throws(JSONError) {
            range = try slice(of: try reader.string(), from: &reader)
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
        of fields: EventFields,
        from reader: inout JSONReader
    ) throws(LedgerError) -> Range<Int> {
        let range = try readString(fields.name("type"), from: &reader)
        guard withBytes(at: range, EventTypeRule.holds) else {
            let most = Limits.typeBytes.upperBound
            throw .invalid(
                field: fields.name("type"),
                message: "must be 1 to \(most) bytes of UTF-8 without control characters; it has "
                    + "\(range.count)",
                limit: most
            )
        }
        return range
    }

    private mutating func readString(
        _ field: @autoclosure () -> String,
        from reader: inout JSONReader
    ) throws(LedgerError) -> Range<Int> {
        guard try reader.nextKind() == .string else {
            throw .invalid(field: field(), message: "must be a string")
        }
        do throws(JSONError) {
            return try slice(of: try reader.string(), from: &reader)
        } catch {
            guard case .loneSurrogate = error.kind else { throw .json(error) }
            throw .invalid(field: field(), message: "holds half of a surrogate pair")
        }
    }

    private func readData(
        of fields: EventFields,
        from reader: inout JSONReader
    ) throws(LedgerError)
        -> Range<Int>
    {
        let isTombstone = try reader.nextKind() == .null
        do throws(JSONError) {
            let range = try reader.skipValue()
            return isTombstone ? 0..<0 : inBody(range)
        } catch {
            guard case .tooDeep(let limit) = error.kind else { throw .json(error) }
            throw .invalid(
                field: fields.name("data"),
                message: "is nested more than \(limit) deep",
                limit: limit
            )
        }
    }

    private mutating func readHeaders(
        of fields: inout EventFields,
        from reader: inout JSONReader
    ) throws(LedgerError) {
        let field = fields.name("headers")
        guard try reader.nextKind() == .object else {
            throw .invalid(field: field, message: "must be an object")
        }
        var headers = RecordHeaders()
        var names: Set<[UInt8]> = []
        try reader.read { reader throws(JSONError) in try reader.beginObject() }
        while let name = try reader.read({ reader throws(JSONError) in try reader.nextMember() }) {
            guard headers.count < Limits.headersPerEvent else {
                throw .invalid(
                    field: field,
                    message: "has more than \(Limits.headersPerEvent) entries",
                    limit: Limits.headersPerEvent
                )
            }
            let text = try headerText(name, in: field, from: &reader)
            let name = Array(text.utf8)
            guard names.insert(name).inserted else {
                throw .invalid(field: "\(field).\(text.excerpt())", message: "is given twice")
            }
            let value = try readString("\(field).\(text.excerpt())", from: &reader)
            withBytes(at: value) { headers.append(name: name, value: Array($0)) }
            fields.headerBytes += name.count + value.count
        }
        guard headers.count > 0 else { return }
        fields.event.headers = batch.headers.count
        batch.headers.append(headers)
    }

    private func headerText(
        _ name: JSONString,
        in field: String,
        from reader: inout JSONReader
    ) throws(LedgerError) -> String {
        do throws(JSONError) {
            return try reader.text(name)
        } catch {
            guard case .loneSurrogate = error.kind else { throw .json(error) }
            throw .invalid(field: field, message: "has a name with half of a surrogate pair")
        }
    }

    // MARK: Slices

    /// A string's place: in the body, or, when it has escapes, among the unescaped ones.
    private mutating func slice(
        of string: JSONString,
        from reader: inout JSONReader
    ) throws(JSONError) -> Range<Int> {
        guard string.hasEscapes else { return inBody(string.range) }
        let start = batch.bytes.count + unescaped.count
        try reader.unescape(string, into: &unescaped)
        return start..<batch.bytes.count + unescaped.count
    }

    private func inBody(_ range: Range<Int>) -> Range<Int> {
        range.lowerBound + base..<range.upperBound + base
    }

    private func withBytes<Result>(
        at range: Range<Int>,
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
