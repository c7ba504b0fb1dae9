import LedgerClient
import RawJSON

/// The fates of events that were received under one lease, as the API takes them.
struct Acknowledgement: Hashable, Sendable {
    /// Events that are finished.
    enum Finished: Hashable, Sendable {
        case some([EventPlace])
        /// All that the lease holds and that the acknowledgement does not name.
        case all
    }

    /// An event that failed.
    struct Failed: Hashable, Sendable {
        let place: EventPlace
        /// Seconds until it is delivered again, as JSON; nil: as the subscription's back-off says.
        var delay: String?
        /// For whoever looks why it failed; nil for none.
        var reason: String?
    }

    /// An event that is parked at once.
    struct Rejected: Hashable, Sendable {
        let place: EventPlace
        var reason: String?
    }

    let lease: String
    var finished = Finished.some([])
    var failed: [Failed] = []
    var rejected: [Rejected] = []
    /// Events that are given back, this delivery not counted.
    var released: [EventPlace] = []
    /// Seconds for which the lease holds the others from now on; nil leaves it.
    var extended: Int64?

    /// True when it says nothing.
    var isEmpty: Bool { namesNothing && extended == nil }

    /// True when it says nothing of any event, though it may extend the lease.
    var namesNothing: Bool {
        finished == .some([]) && failed.isEmpty && rejected.isEmpty && released.isEmpty
    }

    /// The body of `POST …/ack`.
    var json: [UInt8] {
        var body = JSONWriter()
        write(to: &body)
        return body.finish()
    }

    /// Writes it as one value.
    func write(to body: inout JSONWriter) {
        body.beginObject()
        body.key("lease")
        body.string(lease)
        writeFinished(to: &body)
        Self.write(failed, as: "nack", to: &body) { entry, body in
            entry.place.write(to: &body)
            if let delay = entry.delay {
                body.key("delay")
                body.raw(Array(delay.utf8))
            }
            Self.write(entry.reason, to: &body)
        }
        Self.write(rejected, as: "reject", to: &body) { entry, body in
            entry.place.write(to: &body)
            Self.write(entry.reason, to: &body)
        }
        Self.write(released, as: "release", to: &body) { $0.write(to: &$1) }
        if let extended {
            body.key("extend")
            body.integer(extended)
        }
        body.endObject()
    }

    private func writeFinished(to body: inout JSONWriter) {
        switch finished {
        case .all:
            body.key("ack")
            body.string("all")
        case .some(let places): Self.write(places, as: "ack", to: &body) { $0.write(to: &$1) }
        }
    }

    /// Writes a list of objects under a name; nothing where it is empty.
    private static func write<Element>(
        _ elements: [Element],
        as name: String,
        to body: inout JSONWriter,
        members: (Element, inout JSONWriter) -> Void
    ) {
        guard !elements.isEmpty else { return }
        body.key(text: name)
        body.beginArray()
        for element in elements {
            body.beginObject()
            members(element, &body)
            body.endObject()
        }
        body.endArray()
    }

    private static func write(_ reason: String?, to body: inout JSONWriter) {
        guard let reason else { return }
        body.key("reason")
        body.string(reason)
    }
}

/// The ledger's answer to an acknowledgement.
struct AcknowledgementAnswer: Sendable {
    /// An event that the lease does not hold, so that nothing was done about it.
    struct NotHeld: Hashable, Sendable {
        let place: EventPlace
        /// The reason, a word of the API: `lease_over`, `out_of_order`, `finished`.
        let why: String

        /// True when there is nothing left to do about it.
        var isFinished: Bool { why == "finished" }
    }

    /// The number of events that were finished by it.
    let acknowledged: Int64
    let notHeld: [NotHeld]
    /// Events that the lease still holds; 0: it is over.
    let held: Int64?

    init(_ answer: JSONValue) {
        held = Int64(answer.text("held"))
        acknowledged = Int64(answer.text("acknowledged")) ?? 0
        notHeld = (answer["not_held"]?.elements ?? []).compactMap { entry in
            guard let partition = Int(entry.text("partition")),
                let offset = Int64(entry.text("offset"))
            else { return nil }
            return NotHeld(
                place: EventPlace(partition: partition, offset: offset),
                why: entry.text("why")
            )
        }
    }

    /// Checks that all was done that was asked for, now or before.
    ///
    /// - Parameter extending: True when nothing but an extension was asked for.
    /// - Throws: What was not done.
    func check(extending: Bool) throws(Failure) {
        let left = notHeld.filter { !$0.isFinished }
        guard !left.isEmpty else {
            guard extending, held == 0 else { return }
            throw Failure(.incomplete("the lease is over: what is not finished comes again"))
        }
        let shown = left.prefix(10).map { "\($0.place) (\($0.why))" }.joined(separator: ", ")
        let more = left.count > 10 ? " and \(left.count - 10) more" : ""
        throw Failure(
            .incomplete("the lease does not hold \(shown)\(more): such an event may come again")
        )
    }
}
