/// The end that a consumer gives to an event it was handed.
package enum Verdict: Hashable, Sendable {
    /// It is done.
    case ack
    /// It is to come again, after a pause of its own or the policy's.
    case nack(after: Duration?, reason: String)
    /// It is to be parked.
    case reject(reason: String)
    /// It was not tried, and is to come again at once.
    case release
}

/// The verdicts of one call on what one lease holds in one partition.
package struct Verdicts: Hashable, Sendable {
    package let grant: LeaseGrant
    /// By offset.
    package let events: [Offset: Verdict]
    /// True when all that the lease holds and that is not named is done.
    package let acksOthers: Bool
    /// The time from now on for which the lease is to last; nil: as it does.
    package let lasting: Duration?

    package init(
        of grant: LeaseGrant,
        events: [Offset: Verdict],
        acksOthers: Bool,
        lasting: Duration?
    ) {
        self.grant = grant
        self.events = events
        self.acksOthers = acksOthers
        self.lasting = lasting
    }

    /// True when nothing is asked for.
    package var isEmpty: Bool { events.isEmpty && !acksOthers && lasting == nil }
}

/// An event that a verdict did not reach, which is no error: it comes again, or is finished.
package struct NotHeld: Hashable, Sendable {
    package enum Reason: String, Hashable, Sendable {
        /// The lease was over, or never held it.
        case leaseOver = "lease_over"
        /// An earlier event of its key is not finished.
        case outOfOrder = "out_of_order"
        /// It was finished before.
        case finished = "finished"
    }

    package let partition: Partition
    package let offset: Offset
    package let reason: Reason

    package init(partition: Partition, offset: Offset, reason: Reason) {
        self.partition = partition
        self.offset = offset
        self.reason = reason
    }
}

/// An event that is being parked.
struct Parking: Hashable, Sendable {
    var event: OpenEvent
    let entry: ParkingHistory.Entry
    /// False when the log has lost it.
    let hasContent: Bool
    /// The end of the offsets that it stands for, where it is all that a key rested with and the log
    /// has lost; nil: it is one event.
    var lostUpTo: Offset?
    /// A place that has room for it beside what another key has lost there; nil: none was found.
    var sharedPlace: Offset?
    /// True when that is its place.
    var isShared = false
}
