/// A page of events, as references into the batches that were read: nothing is copied per event.
package struct EventPage: Sendable {
    /// Where an event's bytes are.
    package enum Source: Sendable {
        /// Record `record` of `batches[batch]`.
        case log(batch: Int, record: Int)
        /// `snapshots[index]`.
        case snapshot(index: Int)
    }

    /// One event.
    package struct Event: Sendable {
        /// Its partition.
        package let partition: Partition
        /// Its offset.
        package let offset: Offset
        /// Where its bytes are.
        package let source: Source
    }

    /// An entry of the compacted state.
    package struct Snapshot: Sendable {
        /// The key.
        package let key: EventKey
        /// Its latest event.
        package let record: Record
    }

    /// The batches that ``Event/source`` refers to.
    package internal(set) var batches: [DecodedBatch] = []
    /// The entries that ``Event/source`` refers to.
    package internal(set) var snapshots: [Snapshot] = []
    /// The events, in the order of delivery.
    package internal(set) var events: [Event] = []
    /// The size of the events by the event measure: key + type + headers + data, bytes.
    package internal(set) var bytes = 0
    /// By index of the plan's partitions: where the page ends.
    ///
    /// Covers exactly these events.
    package internal(set) var positions: [Position] = []
    /// Nothing was left when the page was read.
    package internal(set) var caughtUp = false
    /// About how many events are left after the page; 0 exactly when caught up.
    package internal(set) var remaining: Int64 = 0
    /// How many events were looked at, delivered or passed over, and entries of the compacted state.
    package internal(set) var scanned = 0
    /// What was decoded for it, bytes before compression.
    package internal(set) var decodedBytes = 0

    /// Nothing was delivered, and nothing is left.
    package var isIdle: Bool { events.isEmpty && caughtUp }

    /// This page as one of more partitions, of which the others were at their end.
    ///
    /// `positions`: Where all of them stand now.
    ///
    /// `isSure`: Whether the others are known to be at their end still.
    package func widened(to positions: [Position], isSure: Bool) -> EventPage {
        var page = self
        page.positions = positions
        if !isSure {
            page.caughtUp = false
            page.remaining = max(remaining, 1)
        }
        return page
    }
}
