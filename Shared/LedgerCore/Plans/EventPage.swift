/// A page of events, as references into the batches that were read: nothing is copied per event.
package struct EventPage: Sendable {
    /// The place of an event's bytes.
    package enum Source: Sendable {
        /// Record `record` of `batches[batch]`.
        case log(batch: Int, record: Int)
        /// `snapshots[index]`.
        case snapshot(index: Int)
    }

    /// One event of the page: where it stands in the log, and where its bytes are.
    package struct Event: Sendable {
        package let partition: Partition
        package let offset: Offset
        package let source: Source
    }

    /// An entry of the compacted state: a key and its latest event.
    package struct Snapshot: Sendable {
        package let key: EventKey
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
    /// The positions at which the page ends, in the partitions that were read.
    ///
    /// They cover exactly these events.
    package internal(set) var positions = PartitionPositions(ofAll: [])
    /// True if nothing was left when the page was read.
    package internal(set) var caughtUp = false
    /// About how many events are left after the page; 0 exactly when caught up.
    package internal(set) var remaining: Int64 = 0
    /// Events, delivered or passed over, and entries of the compacted state that were looked at.
    package internal(set) var scanned = 0
    /// Bytes before compression that were decoded for it.
    package internal(set) var decodedBytes = 0

    /// The page of no partitions: nothing is left of them.
    package static let ofNothing = {
        var page = EventPage()
        page.caughtUp = true
        return page
    }()

    /// True if nothing was delivered, and nothing is left.
    package var isIdle: Bool { events.isEmpty && caughtUp }

    /// This page as one of more partitions, of which the others were at their end.
    ///
    /// - Parameters:
    ///   - positions: The positions of all of them now.
    ///   - isSure: True if the others are known to be at their end still.
    /// - Returns: The page, which is caught up only if that is sure.
    package func widened(to positions: PartitionPositions, isSure: Bool) -> EventPage {
        var page = self
        page.positions = positions
        if !isSure {
            page.caughtUp = false
            page.remaining = max(remaining, 1)
        }
        return page
    }
}
