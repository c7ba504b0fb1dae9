import LedgerCore

/// An event of a publish, as far as it was read.
///
/// Names are put together only for an error: they would cost more than the reading.
struct EventFields {
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

    private func has(_ member: Member) -> Bool { seen.contains(Self.bit(member)) }

    /// Notes that a member was met, which may happen once.
    mutating func meet(_ member: Member) throws(LedgerError) {
        guard seen.insert(Self.bit(member)).inserted else {
            throw .invalid(field: name(member.rawValue), message: "is given twice")
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

    /// The event, once nothing more of it follows; throws when a member is missing, or when it is
    /// too large.
    func complete() throws(LedgerError) -> PublishBatch.Event {
        guard has(.key) else {
            throw .invalidEventKey(field: name("key"), message: "is missing")
        }
        guard has(.type) else { throw .invalid(field: name("type"), message: "is missing") }
        guard has(.data) else {
            throw .invalid(field: name("data"), message: "is missing (null deletes the key)")
        }
        let size = event.key.count + event.type.count + event.data.count + headerBytes
        guard size <= Limits.eventBytes else {
            throw .tooLarge(field: name, limit: Limits.eventBytes, size: size)
        }
        return event
    }
}
