import RawJSON

/// A page of events, each as the ledger wrote it.
struct EventPage {
    /// One JSON object each.
    private(set) var events: [[UInt8]] = []
    /// Where the next page begins; nil where the answer has none.
    private(set) var cursor: String?
    /// Whether nothing was left when the page was read.
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
            if reader.equals(name, "events") {
                try reader.beginArray()
                while try reader.nextElement() {
                    events.append(Array(reader.raw(try reader.skipValue())))
                }
            } else if reader.equals(name, "cursor") {
                cursor = try reader.stringText()
            } else if reader.equals(name, "caught_up") {
                isCaughtUp = try reader.boolean()
            } else {
                _ = try reader.skipValue()
            }
        }
        try reader.end()
    }
}
