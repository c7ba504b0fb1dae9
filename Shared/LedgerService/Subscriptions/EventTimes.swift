import LedgerCore
import Synchronization

/// The shell of ``EventTimePlan``, which remembers what it found: an event's time never changes.
///
/// So the lag of a subscription that stands still costs no further read of the log.
final class EventTimes: Sendable {
    private struct Place: Hashable {
        let log: RowGroup
        let offset: Offset
    }

    private let access: TableAccess
    private let found = Mutex<[Place: Timestamp]>([:])

    init(_ access: TableAccess) { self.access = access }

    /// The time of the first event at or behind an offset of a partition; nil when there is none.
    // Not inlined: see ``TableAccess/readTail(of:in:alwaysProgress:)``.
    @inline(never)
    func time(
        at offset: Offset,
        of partition: Partition,
        in stream: StreamRow
    ) async throws(LedgerError) -> Timestamp? {
        let place = Place(log: .log(stream.incarnation, partition), offset: offset)
        if let time = found.withLock({ $0[place] }) { return time }
        var plan = EventTimePlan(at: offset, of: partition, in: stream)
        var action = plan.start()
        while true {
            switch action {
            case .read(let query): action = plan.receive(await access.find(query))
            case .finish(let time):
                if let time { remember(time, at: place) }
                return time
            case .fail(let refusal): throw LedgerError(refusal)
            }
        }
    }

    private func remember(_ time: Timestamp, at place: Place) {
        found.withLock { found in
            if found.count >= Limits.eventTimes { found.removeAll() }
            found[place] = time
        }
    }
}
