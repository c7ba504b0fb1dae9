/// A page of events, as references into the batches that were read: nothing is copied per event.
public struct EventPage: Sendable {
    /// Where an event's bytes are.
    public enum Source: Sendable {
        /// Record `record` of `batches[batch]`.
        case log(batch: Int, record: Int)
        /// `snapshots[index]`.
        case snapshot(index: Int)
    }

    /// One event.
    public struct Event: Sendable {
        /// Its partition.
        public let partition: Partition
        /// Its offset.
        public let offset: Offset
        /// Where its bytes are.
        public let source: Source
    }

    /// An entry of the compacted state.
    public struct Snapshot: Sendable {
        /// The key.
        public let key: EventKey
        /// Its latest event.
        public let record: Record
    }

    /// The batches that ``Event/source`` refers to.
    public internal(set) var batches: [DecodedBatch] = []
    /// The entries that ``Event/source`` refers to.
    public internal(set) var snapshots: [Snapshot] = []
    /// The events, in the order of delivery.
    public internal(set) var events: [Event] = []
    /// The size of the events by the event measure: key + type + headers + data, bytes.
    public internal(set) var bytes = 0
    /// By index of the plan's partitions: where the page ends.
    ///
    /// Covers exactly these events.
    public internal(set) var positions: [Position] = []
    /// Nothing was left when the page was read.
    public internal(set) var caughtUp = false
    /// About how many events are left after the page; 0 exactly when caught up.
    public internal(set) var remaining: Int64 = 0
    /// How many events were looked at, delivered or passed over, and entries of the compacted state.
    public internal(set) var scanned = 0
    /// What was decoded for it, bytes before compression.
    public internal(set) var decodedBytes = 0

    /// Nothing was delivered, and nothing is left.
    public var isIdle: Bool { events.isEmpty && caughtUp }

    /// This page as one of more partitions, of which the others were at their end.
    ///
    /// `positions`: Where all of them stand now.
    ///
    /// `isSure`: Whether the others are known to be at their end still.
    public func widened(to positions: [Position], isSure: Bool) -> EventPage {
        var page = self
        page.positions = positions
        if !isSure {
            page.caughtUp = false
            page.remaining = max(remaining, 1)
        }
        return page
    }
}
