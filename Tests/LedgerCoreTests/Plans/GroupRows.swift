@testable import LedgerCore

/// A group's rows for a plan to read, of a stream with so many partitions.
struct GroupRows {
    static let now = PlanRows.now
    static let session: Duration = .seconds(45)

    let stream: StreamRow
    private(set) var subscription: SubscriptionRow
    var rows = PlanRows()

    init(partitions: Int) {
        stream = .test(partitions: partitions)
        subscription = .test(at: [Position](repeating: .log(.zero), count: partitions))
    }

    mutating func seek(to value: Int64) throws {
        let positions = subscription.positions.map { _ in Position.log(offset(value)) }
        subscription = try subscription.sought(to: positions)
    }

    /// The row of a member that renewed so long before ``now``.
    func member(
        _ name: String,
        age: Int64 = 0,
        session: Duration = session,
        random: Int64 = 7
    ) -> MemberRow {
        MemberRow(
            MemberName(trusted: name),
            of: subscription,
            renewedAt: Self.now.advanced(by: .milliseconds(-age)),
            for: session,
            random: random
        )
    }

    mutating func join(_ names: String..., age: Int64 = 0) {
        for name in names { rows.put(member(name, age: age).item) }
    }

    /// The first members that ``join(_:age:)`` made of `m0`, `m1` and so on, as a query has them.
    func sorted(_ count: Int) -> [MemberRow] {
        (0..<count).map { member("m\($0)") }.sorted { $0.name < $1.name }
    }

    mutating func bury(_ name: String) {
        _ = rows.apply(member(name).bury(at: Self.now, rules: .all))
    }

    /// Puts the row of a partition; `owner` of nil with a lease is an ended one.
    mutating func put(
        _ index: Int,
        at position: Int64 = 0,
        lease: Int64? = nil,
        owner: String? = nil,
        release: Lease.Release? = nil,
        epoch: Int64 = 0
    ) {
        let row = PositionRow(
            stream: PlanRows.stream,
            subscription: subscription.incarnation,
            partition: partition(index),
            epoch: epoch,
            position: .log(offset(position)),
            lease: lease.map { number in
                let owner = owner.map { MemberName(trusted: $0) }
                return Lease(epoch: number, owner: owner, release: release)
            }
        )
        rows.put(row.item)
    }

    func row(_ index: Int) throws -> PositionRow? {
        let key = TableKey.position(
            stream: PlanRows.stream,
            subscription: subscription.incarnation,
            partition(index)
        )
        return try rows[key].map { try PositionRow($0) }
    }

    /// The owner, the lease's number and the committed offset of each partition.
    func leases() throws -> [String] {
        try stream.partitions.map { partition in
            guard let row = try row(partition.index), let lease = row.lease else { return "-" }
            let release = lease.release.map { "<\($0.offset.rawValue)" } ?? ""
            let owner = lease.owner?.name ?? "nobody"
            return "\(owner)\(lease.epoch)@\(row.position.logOffset.rawValue)\(release)"
        }
    }

    func state() throws -> SubscriptionState {
        let group = RowGroup.positions(PlanRows.stream, subscription: subscription.incarnation)
        let items = rows.page(Query(group, limit: 1_000)).items
        return try SubscriptionState(stream: stream, subscription: subscription, items: items)
            ?? SubscriptionState(stream: stream, subscription: subscription, positions: [])
    }

    func cursor(_ parts: [(index: Int, lease: Int64, position: Int64)]) -> String {
        let cursor = GroupCursor(
            subscription: subscription.incarnation,
            epoch: subscription.epoch,
            parts: parts.map { part in
                GroupCursor.Part(
                    partition: partition(part.index),
                    lease: part.lease,
                    position: .log(offset(part.position))
                )
            }
        )
        return cursor.encoded(secret: subscription.secret)
    }

    /// One look of a member; `over` are the names of those whose session is over.
    mutating func look(
        _ name: String,
        from cursor: String? = nil,
        after elapsed: Int64 = 0,
        over: Set<String> = [],
        isReleaseOver: Bool = false
    ) throws -> Result<GroupShare, Refusal> {
        var plan = GroupPlan(
            of: try state(),
            for: MemberName(trusted: name),
            session: Self.session,
            rules: .all
        )
        let now = Self.now.advanced(by: .milliseconds(elapsed))
        var action = plan.start(from: cursor, now: now, random: 99) { timer in
            switch timer.name {
            case .session(_, let name, _): over.contains(name.name)
            case .release: isReleaseOver
            case .probe, .delivery: false
            }
        }
        while true {
            switch action {
            case .write(let writes):
                action = plan.receive(writes: writes.map { .success(rows.apply($0)) })
            case .finish(let share): return .success(share)
            case .fail(let refusal): return .failure(refusal)
            }
        }
    }
}
