import LedgerCore
import LedgerService
import LedgerTesting

/// The last look at a group: in calm its members hold all partitions in equal shares, and commit all
/// that there is.
struct GroupFinale {
    private let group: GroupScenario
    private let stream: StreamRow
    private let simulation: Simulation

    init(_ group: GroupScenario, of stream: StreamRow, in simulation: Simulation) {
        self.group = group
        self.stream = stream
        self.simulation = simulation
    }

    /// First one member is alone and gets everything, then the others come.
    func run() async {
        let members = (0..<group.members).map { Member($0, of: group, in: simulation) }
        let isAlone = await settle(Array(members.prefix(1))) { counts in
            counts == [stream.partitionCount]
        }
        guard isAlone else { return report("one member does not get all of it") }
        let least = stream.partitionCount / group.members
        let isBalanced = await settle(members) { counts in
            counts.count == min(group.members, stream.partitionCount)
                && counts.allSatisfy { $0 == least || $0 == least + 1 }
        }
        guard isBalanced else { return report("\(group.members) members") }
        // Pages of large events are short.
        guard await settle(members, within: .seconds(1800), until: { _ in isDone }) else {
            return simulation.oracle.report("a group never catches up", breaking: .progress)
        }
    }

    /// Lets the members poll and commit until their shares are as they should be.
    ///
    /// Who is gone is seen to be so a session after the first look at the latest, and a partition
    /// changes hands within a few looks.
    private func settle(
        _ members: [Member],
        within patience: Duration? = nil,
        until isOver: ([Int]) -> Bool
    ) async -> Bool {
        let world = simulation.world
        let end = world.now + (patience ?? group.session * 3)
        while world.now < end {
            for member in members {
                await world.sleep(world.random.duration(from: .milliseconds(10), to: .seconds(1)))
                guard let page = await member.poll(limit: 50, wait: .zero) else { continue }
                await member.commit(page.page.cursor)
            }
            if isOver(counts) { return true }
        }
        return false
    }

    private var rows: [PositionRow?] {
        let subscription = simulation.oracle.groups.subscriptions.values
            .first { $0.stream == stream.incarnation }
        return stream.partitions.map { partition in
            subscription.flatMap {
                let lane = GroupRecord.Lane(subscription: $0.incarnation, partition: partition)
                return simulation.oracle.groups.rows[lane]
            }
        }
    }

    /// The number of partitions that each holder has; empty while one has none, or is given up.
    private var counts: [Int] {
        var counts: [MemberName: Int] = [:]
        for row in rows {
            guard let lease = row?.lease, let owner = lease.owner, lease.release == nil else {
                return []
            }
            counts[owner, default: 0] += 1
        }
        return counts.values.sorted()
    }

    /// True once everything is committed.
    private var isDone: Bool {
        zip(stream.partitions, rows).allSatisfy { partition, row in
            let log = simulation.oracle.log(of: partition, in: stream.incarnation)
            return row?.position == .log(log.tail.next)
        }
    }

    private func report(_ members: String) {
        let held = rows.map { row in
            "\(row?.lease?.owner?.name ?? "nobody")\(row?.lease?.release == nil ? "" : ", leaving")"
        }
        simulation.oracle.report("\(members): \(held)", breaking: .shares)
    }
}
