import LedgerCore
import RawJSON

/// An event by its place, as requests name it.
struct EventPlace: Hashable {
    /// A partition that the stream need not have.
    let partition: Partition
    let offset: Offset
}

/// The things that a consumer says of a lease's events, while they are read.
struct AcknowledgementFields {
    /// Stands before each member's name in errors: the object's own name and a dot, or nothing.
    private let prefix: String
    private var lease: String?
    private var verdicts: [Partition: [Offset: Verdict]] = [:]
    private var count = 0
    private var acksOthers = false
    private var lasting: Duration?
    private var isEmpty = true

    /// An acknowledgement that is the member `field` of a body; nil: it is the body.
    init(in field: String? = nil) {
        prefix = field.map { "\($0)." } ?? ""
    }

    /// Reads the value of a member; returns false for a name that is none of an acknowledgement's.
    mutating func read(
        _ name: String,
        from reader: inout JSONReader
    ) throws(LedgerError) -> Bool {
        let field = prefix + name
        switch name {
        case "lease":
            lease = try reader.text(field)
            return true
        case "ack": try readFinished(field, from: &reader)
        case "nack": try readFailed(field, from: &reader)
        case "reject": try readRejected(field, from: &reader)
        case "release":
            try readList(field, from: &reader) { name, reader throws(LedgerError) in
                (try reader.place(name), .release)
            }
        case "extend": lasting = try reader.lease(lasting: field)
        default: return false
        }
        isEmpty = false
        return true
    }

    /// The acknowledgement, once nothing more of it follows; throws when it names no lease, or says
    /// nothing.
    func complete() throws(LedgerError) -> Acknowledgement {
        guard let lease else { throw .invalid(field: prefix + "lease", message: "is missing") }
        guard !isEmpty else {
            throw .invalid(
                field: prefix + "ack",
                message: "is missing, and so are nack, reject, release and extend"
            )
        }
        return Acknowledgement(
            of: lease,
            verdicts: verdicts,
            acksOthers: acksOthers,
            lasting: lasting
        )
    }

    // MARK: Lists of events

    private mutating func readFinished(
        _ field: String,
        from reader: inout JSONReader
    ) throws(LedgerError) {
        switch try reader.nextKind() {
        case .array:
            try readList(field, from: &reader) { name, reader throws(LedgerError) in
                (try reader.place(name), .ack)
            }
        case .string:
            guard try reader.text(field) == "all" else { throw Self.wrongFinished(field) }
            acksOthers = true
        default: throw Self.wrongFinished(field)
        }
    }

    private static func wrongFinished(_ field: String) -> LedgerError {
        .invalid(field: field, message: "must be \"all\" or an array of events")
    }

    private mutating func readFailed(
        _ field: String,
        from reader: inout JSONReader
    ) throws(LedgerError) {
        try readList(field, from: &reader) { name, reader throws(LedgerError) in
            var delay: Duration?
            var reason = ""
            let place = try reader.place(name) { member, reader throws(LedgerError) in
                switch member {
                case "delay": delay = try reader.seconds("\(name).delay", within: Limits.backoff)
                case "reason": reason = try reader.reason("\(name).reason")
                default: return false
                }
                return true
            }
            return (place, .nack(after: delay, reason: reason))
        }
    }

    private mutating func readRejected(
        _ field: String,
        from reader: inout JSONReader
    ) throws(LedgerError) {
        try readList(field, from: &reader) { name, reader throws(LedgerError) in
            var reason = ""
            let place = try reader.place(name) { member, reader throws(LedgerError) in
                guard member == "reason" else { return false }
                reason = try reader.reason("\(name).reason")
                return true
            }
            return (place, .reject(reason: reason))
        }
    }

    private mutating func readList(
        _ field: String,
        from reader: inout JSONReader,
        as entry: (String, inout JSONReader) throws(LedgerError) -> (EventPlace, Verdict)
    ) throws(LedgerError) {
        try reader.elements(of: field) { name, reader throws(LedgerError) in
            let (place, verdict) = try entry(name, &reader)
            count += 1
            guard count <= Limits.acknowledgedEvents else { throw .tooManyEvents(in: field) }
            let former = verdicts[place.partition, default: [:]]
                .updateValue(verdict, forKey: place.offset)
            guard former == nil else { throw .namedTwice(name) }
            return true
        }
    }
}

extension LedgerError {
    /// The refusal of a list that names more events than one call may.
    static func tooManyEvents(in field: String) -> LedgerError {
        .invalid(
            field: field,
            message: "goes beyond the \(Limits.acknowledgedEvents) events that one call may name",
            limit: Limits.acknowledgedEvents
        )
    }

    /// The refusal of an entry whose event another entry names too.
    static func namedTwice(_ field: String) -> LedgerError {
        .invalid(field: field, message: "names an event for the second time")
    }
}

extension JSONReader {
    /// An acknowledgement that is a member of a body.
    mutating func acknowledgement(_ field: String) throws(LedgerError) -> Acknowledgement {
        var fields = AcknowledgementFields(in: field)
        try object(field) { name, reader throws(LedgerError) in
            try fields.read(name, from: &reader)
        }
        return try fields.complete()
    }

    /// An object with `partition`, `offset`, and members of which `read` knows the names.
    mutating func place(
        _ field: String,
        reading read: (String, inout JSONReader) throws(LedgerError) -> Bool = {
            _,
            _ throws(LedgerError) in false
        }
    ) throws(LedgerError) -> EventPlace {
        var partition: Partition?
        var offset: Offset?
        try object(field) { name, reader throws(LedgerError) in
            switch name {
            case "partition": partition = try reader.partition("\(field).partition")
            case "offset": offset = try reader.offset("\(field).offset")
            default: return try read(name, &reader)
            }
            return true
        }
        guard let partition else {
            throw .invalid(field: "\(field).partition", message: "is missing")
        }
        guard let offset else { throw .invalid(field: "\(field).offset", message: "is missing") }
        return EventPlace(partition: partition, offset: offset)
    }

    private mutating func partition(_ field: String) throws(LedgerError) -> Partition? {
        Partition(try integer(field, within: 0...Limits.partitions.upperBound - 1))
    }

    /// The offset of an event, which need not be there.
    mutating func offset(_ field: String) throws(LedgerError) -> Offset {
        guard let offset = Offset(try integer(field)) else {
            throw .invalid(field: field, message: "must not be negative")
        }
        return offset
    }

    /// The words in which a consumer or an operator says why.
    mutating func reason(_ field: String) throws(LedgerError) -> String {
        let reason = try text(field)
        guard reason.utf8.count <= Limits.reasonBytes else {
            throw .invalid(
                field: field,
                message: "must have at most \(Limits.reasonBytes) bytes",
                limit: Limits.reasonBytes
            )
        }
        return reason
    }

    /// The whole seconds for which a lease is to last; more than it may count as the most.
    fileprivate mutating func lease(lasting field: String) throws(LedgerError) -> Duration {
        let least = Limits.ackWait.lowerBound
        let length = Duration.seconds(try integer(field))
        guard length >= least else {
            throw .invalid(
                field: field,
                message: "must be at least \(least.wholeSeconds) whole seconds",
                limit: Int(least.wholeSeconds)
            )
        }
        return min(length, Limits.longestLease)
    }
}

extension JSONWriter {
    /// Writes what became of an acknowledgement.
    mutating func write(_ receipt: AcknowledgementReceipt) {
        beginObject()
        key("acknowledged")
        integer(receipt.acknowledged)
        key("not_held")
        beginArray()
        let events = receipt.notHeld.sorted {
            ($0.partition, $0.offset) < ($1.partition, $1.offset)
        }
        for event in events {
            beginObject()
            place(event.partition, event.offset)
            key("why")
            string(event.reason.rawValue)
            endObject()
        }
        endArray()
        key("held")
        integer(receipt.held)
        endObject()
    }

    /// Writes the members that say where an event is.
    mutating func place(_ partition: Partition, _ offset: Offset) {
        key("partition")
        integer(partition.index)
        key("offset")
        integer(offset.rawValue)
    }
}
