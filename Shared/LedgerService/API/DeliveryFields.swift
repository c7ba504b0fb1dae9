import LedgerBytes
import LedgerCore
import RawJSON

/// `delivery`: the way in which a subscription's events are acknowledged.
extension JSONReader {
    /// `{"mode": "events", "order": "key", …}`, of which any member may be left out.
    mutating func delivery(
        _ field: String
    ) throws(LedgerError) -> SubscriptionChange.Delivery {
        var delivery = SubscriptionChange.Delivery()
        try object(field) { name, reader throws(LedgerError) in
            try reader.read(name, of: &delivery, in: field)
        }
        return delivery
    }

    private mutating func read(
        _ name: String,
        of delivery: inout SubscriptionChange.Delivery,
        in field: String
    ) throws(LedgerError) -> Bool {
        let field = "\(field).\(name)"
        switch name {
        case "mode":
            delivery.isByEvent = try word(field, of: ["cursor": false, "events": true])
        case "order":
            let orders: KeyValuePairs = ["key": DeliveryPolicy.Order.key, "none": .none]
            delivery.order = try word(field, of: orders)
        case "ack_wait": delivery.ackWait = try wholeSeconds(field, within: Limits.ackWait)
        case "max_deliveries": delivery.maxDeliveries = .some(try deliveries(field))
        case "exhausted":
            let ends: KeyValuePairs = ["park": DeliveryPolicy.Exhaustion.park, "hold": .hold]
            delivery.exhaustion = try word(field, of: ends)
        case "backoff": delivery.backoff = try backoff(field)
        case "max_open": delivery.maxOpen = try integer(field, within: Limits.maxOpen)
        case "max_parked": delivery.maxParked = try integer(field, within: Limits.maxParked)
        default: return false
        }
        return true
    }

    /// A number of deliveries, or null for no limit.
    private mutating func deliveries(_ field: String) throws(LedgerError) -> Int? {
        guard try nextKind() == .null else {
            return try integer(field, within: Limits.maxDeliveries)
        }
        try read { reader throws(JSONError) in try reader.null() }
        return nil
    }

    private mutating func backoff(_ field: String) throws(LedgerError) -> [Duration] {
        var pauses: [Duration] = []
        try elements(of: field) { element, reader throws(LedgerError) in
            pauses.append(try reader.wholeSeconds(element, within: Limits.backoff))
            return pauses.count <= Limits.backoffs.upperBound
        }
        guard Limits.backoffs.contains(pauses.count) else {
            let range = Limits.backoffs
            throw .invalid(
                field: field,
                message: "must have \(range.lowerBound) to \(range.upperBound) pauses",
                limit: pauses.isEmpty ? range.lowerBound : range.upperBound
            )
        }
        return pauses
    }

    /// The name by which a consumer calls itself; it may be empty.
    mutating func consumer(_ field: String) throws(LedgerError) -> String {
        let name = try text(field)
        guard name.utf8.count <= Limits.consumerBytes, !ControlCharacters.occur(in: name.utf8)
        else {
            throw .invalid(
                field: field,
                message: "must have at most \(Limits.consumerBytes) bytes, no control characters",
                limit: Limits.consumerBytes
            )
        }
        return name
    }

    /// The name of an attempt to receive.
    mutating func attempt(_ field: String) throws(LedgerError) -> String {
        let name = try text(field)
        let isPrintable = name.utf8.allSatisfy { (0x20...0x7e).contains($0) }
        guard Limits.attemptBytes.contains(name.utf8.count), isPrintable else {
            let most = Limits.attemptBytes.upperBound
            throw .invalid(
                field: field,
                message: "must be 1 to \(most) printable ASCII characters",
                limit: most
            )
        }
        return name
    }
}

// MARK: Kinds of values

extension JSONReader {
    /// A member that is an object, of which every member is known and given once.
    mutating func object(
        _ field: String,
        reading read: (String, inout JSONReader) throws(LedgerError) -> Bool
    ) throws(LedgerError) {
        guard try nextKind() == .object else {
            throw .invalid(field: field, message: "must be an object")
        }
        try members(read)
    }

    /// The value of one of some words.
    fileprivate mutating func word<Value>(
        _ field: String,
        of words: KeyValuePairs<String, Value>
    ) throws(LedgerError) -> Value {
        let text = try text(field)
        guard let word = words.first(where: { $0.key == text }) else {
            let all = words.map(\.key).joined(separator: " or ")
            throw .invalid(field: field, message: "must be \(all)")
        }
        return word.value
    }

    /// Whole seconds of a range.
    mutating func wholeSeconds(
        _ field: String,
        within range: ClosedRange<Duration>
    ) throws(LedgerError) -> Duration {
        let bounds = Int(range.lowerBound.wholeSeconds)...Int(range.upperBound.wholeSeconds)
        return .seconds(try integer(field, within: bounds))
    }

    /// Seconds with or without decimals, of a range that begins at zero.
    ///
    /// What lies behind the milliseconds counts for the limit, and not beyond it.
    mutating func seconds(
        _ field: String,
        within range: ClosedRange<Duration>
    ) throws(LedgerError) -> Duration {
        guard try nextKind() == .number else {
            throw .invalid(field: field, message: "must be a number of seconds")
        }
        let number = try read { reader throws(JSONError) in try reader.number() }
        guard let length = DecimalNumber(raw(number.range)).seconds(upTo: range.upperBound) else {
            let most = range.upperBound.wholeSeconds
            throw .invalid(
                field: field,
                message: "must be 0 to \(most) seconds",
                limit: Int(most)
            )
        }
        return length
    }
}

/// A number as JSON writes it: `12`, `0.25`, `5e-05`.
struct DecimalNumber {
    private var isNegative = false
    /// Without zeros at the beginning; empty for zero.
    private var digits: [UInt8] = []
    /// The digits that stand before the point; negative where zeros follow it.
    private var whole = 0

    /// - Parameter text: A number that keeps JSON's grammar.
    init(_ text: UnsafeRawBufferPointer) {
        let end = text.firstIndex { $0 | 0x20 == UInt8(ascii: "e") } ?? text.endIndex
        var hasPoint = false
        for byte in text[..<end] {
            switch byte {
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "."): hasPoint = true
            default:
                if !digits.isEmpty || byte != UInt8(ascii: "0") { digits.append(byte) }
                if !hasPoint, !digits.isEmpty { whole += 1 }
                if hasPoint, digits.isEmpty { whole -= 1 }
            }
        }
        whole += Self.exponent(text[end...].dropFirst())
    }

    /// Beyond any number that is of use, an exponent counts as a million.
    private static func exponent(_ text: Slice<UnsafeRawBufferPointer>) -> Int {
        var value = 0
        for byte in text where ASCII.isDigit(byte) {
            value = min(value * 10 + Int(byte - 0x30), 1_000_000)
        }
        return text.first == UInt8(ascii: "-") ? -value : value
    }

    /// So many seconds, to the millisecond below; nil for less than none, and for more than `most`,
    /// which are whole seconds.
    func seconds(upTo most: Duration) -> Duration? {
        guard !digits.isEmpty else { return .zero }
        let limit = most.wholeMilliseconds
        let count = whole + 3
        // No limit has as many digits.
        guard !isNegative, count < 18 else { return nil }
        let kept = digits.prefix(max(count, 0))
        let zeros = max(count, 0) - kept.count
        let written = kept.reduce(0 as Int64) { $0 * 10 + Int64($1 - 0x30) }
        let milliseconds = (0..<zeros).reduce(written) { value, _ in value * 10 }
        let hasMore = digits.dropFirst(kept.count).contains { $0 != UInt8(ascii: "0") }
        guard milliseconds < limit || milliseconds == limit && !hasMore else { return nil }
        return .milliseconds(milliseconds)
    }
}

// MARK: Answers

extension JSONWriter {
    /// Writes the members of how events are acknowledged one by one.
    mutating func members(of policy: DeliveryPolicy) {
        key("mode")
        string("events")
        key("order")
        switch policy.order {
        case .key: string("key")
        case .none: string("none")
        }
        key("ack_wait")
        integer(policy.ackWait.wholeSeconds)
        key("max_deliveries")
        if let most = policy.maxDeliveries { integer(most) } else { null() }
        key("exhausted")
        switch policy.exhaustion {
        case .park: string("park")
        case .hold: string("hold")
        }
        key("backoff")
        beginArray()
        for pause in policy.backoff { integer(pause.wholeSeconds) }
        endArray()
        key("max_open")
        integer(policy.maxOpen)
        key("max_parked")
        integer(policy.maxParked)
    }

    /// Writes how a subscription's events are acknowledged, and what is open of them.
    mutating func write(_ summary: DeliverySummary) {
        beginObject()
        members(of: summary.policy)
        key("held")
        integer(summary.held)
        key("waiting")
        integer(summary.waiting)
        key("noted")
        integer(summary.noted)
        key("resting")
        integer(summary.resting)
        key("parked")
        integer(summary.parked)
        if let oldest = summary.oldestOpen {
            key("oldest_open_at")
            string(RFC3339.text(oldest))
        }
        blockages(summary.blocked)
        endObject()
    }

    /// Writes what keeps partitions from handing out what they have; nothing where nothing does.
    mutating func blockages(_ blockages: [DeliverySummary.Blockage]) {
        guard !blockages.isEmpty else { return }
        key("blocked")
        beginArray()
        for blockage in blockages {
            beginObject()
            key("partition")
            integer(blockage.partition.index)
            key("why")
            string(blockage.block.rawValue)
            if let offset = blockage.offset {
                key("offset")
                integer(offset.rawValue)
            }
            if let until = blockage.until {
                key("until")
                string(RFC3339.text(until))
            }
            endObject()
        }
        endArray()
    }
}
