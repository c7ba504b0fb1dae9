import LedgerCore
import RawJSON

/// Events that were taken out of a delivery.
extension LedgerAPI {
    static func listParked(_ call: Call) async throws(LedgerError) -> APIResponse {
        let partition = try call.query.number("partition")
        let token = try call.query.next(of: .parked)
        if let partition, let token, partition != token.partition.index {
            throw .invalid(field: "next", message: "is of a list of other partitions")
        }
        let page = try await call.ledger.subscriptions.parked(
            in: call.subscription,
            of: call.stream,
            partition: partition,
            limit: try call.query.limit(),
            after: token?.sortKey
        )
        var entries: [(event: ParkedEvent, entry: CompactedEntry?)] = []
        for event in page.events { entries.append((event, try event.row.entry())) }
        return .json(capacity: entries.count * 256 + 64) { writer in
            writer.beginObject()
            writer.key("parked")
            writer.beginArray()
            for (event, entry) in entries {
                writer.beginObject()
                writer.members(of: event, holding: entry)
                writer.endObject()
            }
            writer.endArray()
            writer.next(page.next.map { PageToken.parked(after: $0) })
            writer.endObject()
        }
    }

    static func getParked(_ call: Call) async throws(LedgerError) -> APIResponse {
        let event = try await call.ledger.subscriptions.parkedEvent(
            at: call.offset,
            partition: call.partition,
            in: call.subscription,
            of: call.stream
        )
        let entry = try event.row.entry()
        return .json(capacity: (entry?.record.bytes.count ?? 0) + 512) { writer in
            writer.beginObject()
            writer.members(of: event, holding: entry)
            if let entry {
                var events = EventWriter(call.stream)
                writer.key("event")
                events.write(entry, to: &writer)
            }
            writer.endObject()
        }
    }

    static func discardParked(_ call: Call) async throws(LedgerError) -> APIResponse {
        try await call.ledger.subscriptions.discard(
            call.offset,
            partition: call.partition,
            in: call.subscription,
            of: call.stream
        )
        return .success
    }

    static func park(_ call: Call) async throws(LedgerError) -> APIResponse {
        var partition: Int64?
        var offset: Offset?
        var reason: String?
        try call.readMembers { field, reader throws(LedgerError) in
            switch field {
            case "partition": partition = try reader.partitionNumber(field)
            case "offset": offset = try reader.offset(field)
            case "reason": reason = try reader.reason(field)
            default: return false
            }
            return true
        }
        guard let partition else { throw .invalid(field: "partition", message: "is missing") }
        guard let offset else { throw .invalid(field: "offset", message: "is missing") }
        guard let reason else { throw .invalid(field: "reason", message: "is missing") }
        let event = try await call.ledger.subscriptions.park(
            offset,
            partition: partition,
            because: reason,
            in: call.subscription,
            of: call.stream
        )
        let entry = try event.row.entry()
        return .json(status: 201) { writer in
            writer.beginObject()
            writer.members(of: event, holding: entry)
            writer.endObject()
        }
    }

    static func replayParked(_ call: Call) async throws(LedgerError) -> APIResponse {
        var events: [Partition: [Offset]]?
        var isOfAll = false
        try call.readMembers { field, reader throws(LedgerError) in
            switch field {
            case "events": events = try reader.places(field)
            case "all":
                isOfAll = try reader.flag(field)
                guard isOfAll else { throw .invalid(field: field, message: "must be true") }
            default: return false
            }
            return true
        }
        guard events != nil || isOfAll else {
            throw .invalid(field: "events", message: "is missing, and so is all")
        }
        guard events == nil || !isOfAll else {
            throw .invalid(field: "all", message: "does not go with events")
        }
        let receipt = try await call.ledger.subscriptions.replay(
            events,
            by: call.caller.name ?? "",
            in: call.subscription,
            of: call.stream
        )
        return .json { $0.write(receipt) }
    }
}

extension ParkedRow {
    /// Its event; nil where the log had lost that.
    fileprivate func entry() throws(LedgerError) -> CompactedEntry? {
        guard let content else { return nil }
        do throws(BatchError) {
            return CompactedEntry(
                partition: partition,
                offset: offset,
                key: content.key,
                record: try Record.decode(content.record)
            )
        } catch {
            throw LedgerError(damagedRecord)
        }
    }
}

extension JSONReader {
    /// A number that need not be one of the stream's partitions.
    fileprivate mutating func partitionNumber(_ field: String) throws(LedgerError) -> Int64 {
        let number = try integer(field)
        guard number >= 0 else { throw .invalid(field: field, message: "must not be negative") }
        return number
    }

    /// Events by their places, each named once.
    fileprivate mutating func places(_ field: String) throws(LedgerError) -> [Partition: [Offset]] {
        var places: Set<EventPlace> = []
        try elements(of: field) { element, reader throws(LedgerError) in
            guard places.insert(try reader.place(element)).inserted else {
                throw .namedTwice(element)
            }
            guard places.count <= Limits.acknowledgedEvents else { throw .tooManyEvents(in: field) }
            return true
        }
        guard !places.isEmpty else {
            throw .invalid(field: field, message: "must name an event at least")
        }
        return Dictionary(grouping: places, by: \.partition).mapValues { $0.map(\.offset).sorted() }
    }
}

extension JSONWriter {
    /// Writes the members of a parked event; `entry` is the event itself, if it was kept.
    fileprivate mutating func members(of event: ParkedEvent, holding entry: CompactedEntry?) {
        place(event.row.partition, event.row.offset)
        if let entry {
            key("key")
            entry.key.utf8.withUnsafeBytes { string(utf8: $0) }
            key("type")
            entry.record.bytes.withUnsafeBytes { string(utf8: $0[entry.record.type]) }
        }
        key("state")
        string(event.isReplaying ? "replaying" : "parked")
        key("times")
        integer(event.row.history.times)
        key("history")
        beginArray()
        for entry in event.row.history.entries { write(entry) }
        endArray()
    }

    private mutating func write(_ entry: ParkingHistory.Entry) {
        beginObject()
        key("cause")
        string(entry.cause.text)
        key("reason")
        string(entry.reason)
        key("deliveries")
        integer(entry.deliveries)
        if entry.deliveries > 0 {
            key("first_delivery")
            string(RFC3339.text(entry.firstDelivery))
            key("last_delivery")
            string(RFC3339.text(entry.lastDelivery))
        }
        key("parked_at")
        string(RFC3339.text(entry.parked))
        key("consumer")
        string(entry.consumer)
        if entry.events > 1 {
            key("events")
            integer(entry.events)
        }
        if let asked = entry.asked {
            key("replayed_at")
            string(RFC3339.text(asked.at))
            if !asked.by.isEmpty {
                key("replayed_by")
                string(asked.by)
            }
        }
        endObject()
    }

    fileprivate mutating func write(_ receipt: ReplayReceipt) {
        beginObject()
        key("replayed")
        integer(receipt.replayed)
        key("not_parked")
        beginArray()
        for event in receipt.notParked {
            beginObject()
            place(event.partition, event.offset)
            endObject()
        }
        endArray()
        key("left")
        integer(receipt.left)
        endObject()
    }
}

extension FailureCause {
    /// The word for it in answers.
    fileprivate var text: String {
        switch self {
        case .timeout: "timeout"
        case .nack: "nack"
        case .rejected: "rejected"
        case .maxDeliveries: "max_deliveries"
        case .expired: "expired"
        case .byHand: "by_hand"
        }
    }
}
