/// The rule by which members share partitions: nobody assigns, each applies it to what it sees.
///
/// Two that see different rows may disagree for a look or two. A lease's number makes that harmless.
struct GroupRule {
    /// The partitions that a member may have, and where it begins to look for free ones.
    struct Goal: Equatable {
        let count: Int
        /// The index of a partition; members that see the same begin at different ones.
        let start: Int
    }

    /// The names of those that are alive, with the partitions that each holds.
    private let held: [MemberName: [Partition]]
    private let partitions: Int

    /// The members `alive` of a group, and the rows of its positions, by partition.
    init(alive: Set<MemberName>, rows: [PositionRow?]) {
        var held = Dictionary(uniqueKeysWithValues: alive.map { ($0, [Partition]()) })
        for row in rows {
            guard let row, let owner = row.lease?.owner else { continue }
            held[owner]?.append(row.partition)
        }
        self.held = held
        partitions = rows.count
    }

    /// The share of one of the members: those that hold most come first, then by name; the first get
    /// the partitions that are left over.
    func goal(of member: MemberName) -> Goal {
        let order = held.sorted {
            $0.value.count == $1.value.count
                ? $0.key < $1.key : $0.value.count > $1.value.count
        }
        guard let rank = order.firstIndex(where: { $0.key == member }) else {
            preconditionFailure("a member is one of those that are alive")
        }
        let (least, extra) = partitions.quotientAndRemainder(dividingBy: order.count)
        return Goal(
            count: least + (rank < extra ? 1 : 0),
            start: rank * partitions / order.count
        )
    }

    /// True when the partition of this row is nobody's: never leased, or its member is not alive.
    func isFree(_ row: PositionRow?) -> Bool {
        guard let owner = row?.lease?.owner else { return true }
        return held[owner] == nil
    }
}
