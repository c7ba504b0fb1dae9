import LedgerClient
import RawJSON

/// A page of events, each as the ledger wrote it.
struct EventPage {
    /// The events' bytes, one JSON object each.
    private(set) var events: [[UInt8]] = []
    /// The cursor of the next page; nil where the answer has none.
    private(set) var cursor: String?
    /// True when nothing was left as the page was read.
    private(set) var isCaughtUp = false

    init(_ answer: [UInt8]) throws(Failure) {
        do throws(JSONError) {
            self = try answer.withUnsafeBytes { buffer in
                Result { () throws(JSONError) in try EventPage(buffer) }
            }.get()
        } catch {
            throw .notALedger
        }
    }

    private init(_ bytes: UnsafeRawBufferPointer) throws(JSONError) {
        var reader = try JSONReader(bytes, maximumDepth: 1024)
        try reader.beginObject()
        while let name = try reader.nextMember() {
            if reader.text(of: name, is: "events") {
                try reader.beginArray()
                while try reader.nextElement() {
                    events.append(Array(reader.raw(try reader.skipValue())))
                }
            } else if reader.text(of: name, is: "cursor") {
                cursor = try reader.stringText()
            } else if reader.text(of: name, is: "caught_up") {
                isCaughtUp = try reader.boolean()
            } else {
                _ = try reader.skipValue()
            }
        }
        try reader.end()
    }
}

/// Prints events: one JSON object per line, or one aligned line each.
enum EventLines {
    /// Prints all events in one write.
    static func show(_ events: [[UInt8]], asJSON: Bool) throws(Failure) {
        var lines: [UInt8] = []
        for event in events {
            lines += asJSON ? line(event) : try readable(event)
            lines.append(UInt8(ascii: "\n"))
        }
        try Output.write(lines)
    }

    /// The event as one line of JSON, byte for byte as the ledger wrote it.
    ///
    /// Only data with a line break between its parts can't stand in a line: there it has spaces
    /// instead, and `data_text` is a string of the data as it was published.
    static func line(_ event: [UInt8]) -> [UInt8] {
        guard event.contains(where: isLineBreak) else { return event }
        let line = event.map { isLineBreak($0) ? UInt8(ascii: " ") : $0 }
        guard let data = (try? JSONValue(event))?.raw("data"), data.contains(where: isLineBreak),
            let end = line.lastIndex(of: UInt8(ascii: "}"))
        else { return line }
        var text = JSONWriter()
        text.string(utf8: data)
        return line[..<end] + Array(",\"data_text\":".utf8) + text.finish() + line[end...]
    }

    /// True for a byte that ends a line; inside a string of JSON none can stand unescaped.
    private static func isLineBreak(_ byte: UInt8) -> Bool { byte == 0x0a || byte == 0x0d }

    private static func readable(_ bytes: [UInt8]) throws(Failure) -> [UInt8] {
        let event = try JSONValue.answer(bytes)
        let data = String(decoding: event.raw("data") ?? [], as: UTF8.self)
        let place = "\(event.text("partition")):\(event.text("offset"))"
        let line =
            "\(event.text("timestamp"))  \(place)\(marks(of: event))  \(event.text("key"))  "
            + "\(event.text("type"))  \(data)"
        return Array(Table.printable(line).utf8)
    }

    /// The facts that are not true of every event, each in brackets.
    private static func marks(of event: JSONValue) -> String {
        var marks = ""
        if event["snapshot"]?.isTrue == true { marks += " (latest)" }
        if event["replayed"]?.isTrue == true { marks += " (replayed)" }
        if let deliveries = event["deliveries"]?.text, deliveries != "1" {
            marks += " (delivery \(deliveries))"
        }
        return marks
    }
}
