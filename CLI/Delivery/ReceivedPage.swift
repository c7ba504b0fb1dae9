import LedgerClient
import RawJSON

/// The answer to a receive: events, and the lease under which they are held for who asked.
struct ReceivedPage: Sendable {
    private(set) var events: [ReceivedEvent] = []
    /// Nil where there are no events.
    private(set) var lease: String?
    /// The seconds for which the lease holds the events.
    private(set) var ackWait: Int64 = 0
    /// About how many events are left.
    private(set) var remaining: Int64 = 0
    /// True when nothing was left as the page was made.
    private(set) var isCaughtUp = false
    /// The answer to the acknowledgement that was sent along; nil where none was.
    private(set) var acknowledgement: AcknowledgementAnswer?

    init(_ answer: [UInt8]) throws(Failure) {
        do throws(JSONError) {
            self = try answer.withUnsafeBytes { buffer in
                Result { () throws(JSONError) in try ReceivedPage(buffer) }
            }.get()
        } catch {
            throw .notALedger
        }
        // Without it they could never be acknowledged.
        guard events.isEmpty || lease != nil else { throw .notALedger }
    }

    private init(_ bytes: UnsafeRawBufferPointer) throws(JSONError) {
        var reader = try JSONReader(bytes, maximumDepth: 1024)
        try reader.beginObject()
        while let name = try reader.nextMember() {
            if reader.text(of: name, is: "events") {
                try reader.beginArray()
                while try reader.nextElement() { events.append(try ReceivedEvent(&reader)) }
            } else if reader.text(of: name, is: "lease") {
                if try reader.kind() == .string {
                    lease = try reader.stringText()
                } else {
                    try reader.null()
                }
            } else if reader.text(of: name, is: "ack_wait") {
                ackWait = try reader.number().integer ?? 0
            } else if reader.text(of: name, is: "remaining") {
                remaining = try reader.number().integer ?? 0
            } else if reader.text(of: name, is: "caught_up") {
                isCaughtUp = try reader.boolean()
            } else if reader.text(of: name, is: "acknowledged") {
                let value = reader.raw(try reader.skipValue())
                acknowledgement = AcknowledgementAnswer(try JSONValue(Array(value)))
            } else {
                _ = try reader.skipValue()
            }
        }
        try reader.end()
    }
}

/// An event as it was received, its bytes as the ledger wrote them.
struct ReceivedEvent: Sendable {
    /// The whole event, a JSON object.
    let bytes: [UInt8]
    let place: EventPlace
    /// The key's text as UTF-8, its escapes replaced.
    let key: [UInt8]
    /// The type's text as UTF-8, its escapes replaced.
    let type: [UInt8]
    /// How often it was delivered, this time included.
    let deliveries: Int64

    /// Reads the event that comes next.
    init(_ reader: inout JSONReader) throws(JSONError) {
        var members = reader
        bytes = Array(reader.raw(try reader.skipValue()))
        var (partition, offset, deliveries): (Int64, Int64, Int64) = (-1, -1, 1)
        var key: [UInt8] = []
        var type: [UInt8] = []
        try members.beginObject()
        while let name = try members.nextMember() {
            if members.text(of: name, is: "partition") {
                partition = try members.number().integer ?? -1
            } else if members.text(of: name, is: "offset") {
                offset = try members.number().integer ?? -1
            } else if members.text(of: name, is: "deliveries") {
                deliveries = try members.number().integer ?? 1
            } else if members.text(of: name, is: "key") {
                key = try members.stringBytes()
            } else if members.text(of: name, is: "type") {
                type = try members.stringBytes()
            } else {
                _ = try members.skipValue()
            }
        }
        place = EventPlace(partition: Int(partition), offset: offset)
        self.key = key
        self.type = type
        self.deliveries = deliveries
    }
}
