import LedgerCore
import LedgerService

/// Holds a member's page against what really happened, and notes what it handed out.
struct GroupPageCheck {
    private let page: GroupPage
    private let name: MemberName
    private let sent: String?
    private let oracle: Oracle

    /// A page that a member got for the cursor `sent`.
    init(_ page: GroupPage, of name: MemberName, from sent: String?, by oracle: Oracle) {
        self.page = page
        self.name = name
        self.sent = sent
        self.oracle = oracle
    }

    func run() {
        guard let cursor = oracle.groups.groupCursor(page.page.cursor) else {
            return oracle.report("\(name): a cursor that is none", breaking: .cursors)
        }
        let before = sent.flatMap(oracle.groups.groupCursor)
        guard cursor.parts.map(\.partition) == page.share.parts.map(\.partition) else {
            return oracle.report("\(name): a cursor of other partitions", breaking: .cursors)
        }
        for (part, end) in zip(page.share.parts, cursor.parts) {
            checkStart(of: part, after: before, in: cursor)
            take(part, upTo: end, in: cursor)
        }
        let assigned = Set(page.share.assigned.map(\.partition))
        if let event = page.page.page.events.first(where: { !assigned.contains($0.partition) }) {
            oracle.report(
                "\(name): an event of partition \(event.partition.index), which it does not hold",
                breaking: .leases
            )
        }
    }

    /// A page begins where the cursor of the same lease ended, or else at what is committed.
    private func checkStart(
        of part: GroupShare.Part,
        after before: GroupCursor?,
        in cursor: GroupCursor
    ) {
        let lane = GroupRecord.Lane(subscription: cursor.subscription, partition: part.partition)
        let place = "\(name), partition \(part.partition.index)"
        if oracle.groups.holders[GroupRecord.LeaseID(lane: lane, lease: part.lease)] != name {
            oracle.report("\(place): lease \(part.lease) is not its own", breaking: .leases)
        }
        guard case .log(let start) = part.position,
            case .log(let committed)? = oracle.groups.position(of: lane, in: cursor.epoch)
        else { return }
        var least = Offset.zero
        if let old = before?.part(of: part.partition), old.lease == part.lease,
            before?.epoch == cursor.epoch, case .log(let offset) = old.position
        {
            least = offset
        }
        if start < least {
            oracle.report("\(place): begins at \(start.rawValue) again", breaking: .delivery)
        }
        if start > max(least, committed) {
            oracle.report(
                "\(place): begins at \(start.rawValue), \(committed.rawValue) is committed",
                breaking: .leases
            )
        }
    }

    private func take(_ part: GroupShare.Part, upTo end: GroupCursor.Part, in cursor: GroupCursor) {
        let lane = GroupRecord.Lane(subscription: cursor.subscription, partition: part.partition)
        let offsets = page.page.page.events
            .filter { $0.partition == part.partition && $0.source.isLog }
            .map(\.offset.rawValue)
        let span = GroupRecord.Span(lane: lane, epoch: cursor.epoch, lease: part.lease)
        oracle.groups.hand(offsets, in: span)
        guard case .log(let start) = part.position, case .log(let next) = end.position else {
            return
        }
        let place = "\(name), partition \(part.partition.index)"
        if offsets != Array(start.rawValue..<start.rawValue + Int64(offsets.count)) {
            oracle.report("\(place): \(offsets) from \(start.rawValue) on", breaking: .delivery)
        }
        if next.rawValue != start.rawValue + Int64(offsets.count) || end.lease != part.lease {
            oracle.report("\(place): the cursor ends at \(next.rawValue)", breaking: .cursors)
        }
    }
}

extension EventPage.Source {
    /// True for an event of the log, false for an entry of the compacted state.
    fileprivate var isLog: Bool {
        switch self {
        case .log: true
        case .snapshot: false
        }
    }
}

extension Oracle {
    /// Holds a commit to its answer: these partitions of its cursor, or all, stand there or beyond.
    func judgeCommitted(
        _ text: String,
        stoppingAt offsets: [Int: Offset],
        in partitions: [Partition]?
    ) {
        guard let cursor = groups.groupCursor(text) else { return }
        for part in cursor.parts where partitions?.contains(part.partition) ?? true {
            let lane = GroupRecord.Lane(
                subscription: cursor.subscription,
                partition: part.partition
            )
            guard case .log(let last) = part.position,
                case .log(let next)? = groups.position(of: lane, in: cursor.epoch),
                case let end = offsets[part.partition.index] ?? last, next < end
            else { continue }
            report(
                "partition \(part.partition.index): a commit to \(end.rawValue) stands at "
                    + "\(next.rawValue)",
                breaking: .acknowledged
            )
        }
    }
}
