/// The partitions that a member of a group holds after a look, and from where it reads each.
package struct GroupShare: Hashable, Sendable {
    /// One partition that the member holds.
    package struct Part: Hashable, Sendable {
        package let partition: Partition
        /// The number of its lease, by which a consumer may fence a store of its own.
        package let lease: Int64
        /// The position of the next event that the member gets of it.
        package let position: Position
        /// True while it is being given up: nothing more of it is delivered.
        package let isGivingUp: Bool
    }

    /// The member that holds them.
    package let member: MemberName
    /// The length of its session.
    package let session: Duration
    /// What it holds, by partition.
    package let parts: [Part]

    /// The number of partitions that it did not hold, or under another lease, in an earlier state.
    package func taken(since state: SubscriptionState) -> Int {
        parts.count { state.rows[$0.partition.index]?.lease?.epoch != $0.lease }
    }

    /// True if `other` is of the same leases, of which it gives the same up.
    func holdsTheSame(as other: GroupShare) -> Bool {
        parts.elementsEqual(other.parts) {
            $0.partition == $1.partition && $0.lease == $1.lease
                && $0.isGivingUp == $1.isGivingUp
        }
    }

    /// The partitions whose events it gets; without those that it gives up.
    package var assigned: [Part] { parts.filter { !$0.isGivingUp } }

    /// The partitions that it gives up.
    package var givingUp: [Partition] { parts.filter(\.isGivingUp).map(\.partition) }

    /// The text of a cursor behind a page of ``assigned``, which ends at `positions`.
    ///
    /// It has the partitions that are given up as well, so that a commit ends their leases.
    package func cursor(at positions: PartitionPositions, of state: SubscriptionState) -> String {
        let read = Dictionary(uniqueKeysWithValues: positions.pairs.map { ($0, $1) })
        let cursor = GroupCursor(
            subscription: state.subscription.incarnation,
            epoch: state.subscription.epoch,
            parts: parts.map { part in
                GroupCursor.Part(
                    partition: part.partition,
                    lease: part.lease,
                    position: read[part.partition] ?? part.position
                )
            }
        )
        return cursor.encoded(secret: state.subscription.secret)
    }
}

/// A partition that a member of a group holds, and the number of its lease.
package struct HeldPartition: Hashable, Sendable {
    package let partition: Partition
    package let lease: Int64
}

/// A member of a group, as clients see it in a list.
package struct GroupMember: Hashable, Sendable {
    package let name: MemberName
    /// The partitions that it reads, with their leases.
    package let assigned: [HeldPartition]
    /// The partitions that it gives up.
    package let givingUp: [Partition]
    /// Its last renewal, by the clock of the process that wrote it.
    package let renewed: Timestamp
    /// The length of its session.
    package let session: Duration
}

extension SubscriptionState {
    /// The members of the group by name, without those that have gone or whose session is over.
    package func group(isOver: (Timer) -> Bool) -> [GroupMember] {
        members.filter { !$0.isGone && !isOver($0.timer) }.map { describe($0) }
    }

    /// A member with what it holds.
    func describe(_ member: MemberRow) -> GroupMember {
        let held = held(by: member.name)
        return GroupMember(
            name: member.name,
            assigned: held.filter { $0.lease.release == nil }
                .map { HeldPartition(partition: $0.partition, lease: $0.lease.epoch) },
            givingUp: held.filter { $0.lease.release != nil }.map(\.partition),
            renewed: member.renewed,
            session: member.session
        )
    }

    /// The partitions that a member holds, with their leases.
    func held(by name: MemberName) -> [(partition: Partition, lease: Lease)] {
        rows.compactMap { row in
            guard let row, let lease = row.lease, lease.owner == name else { return nil }
            return (row.partition, lease)
        }
    }

    /// The row of a member, if it has not gone.
    func alive(_ name: MemberName) -> MemberRow? {
        members.first { $0.name == name && !$0.isGone }
    }

    /// The row of a partition; where there is none, what it stands for.
    func row(of partition: Partition) -> PositionRow {
        rows[partition.index]
            ?? PositionRow(
                stream: stream.incarnation,
                subscription: subscription.incarnation,
                partition: partition,
                epoch: subscription.epoch,
                position: positions[partition.index]
            )
    }

    /// Reads and verifies a cursor of this subscription's group.
    ///
    /// - Throws: ``Refusal/invalidCursor`` unless it was made for a member of this subscription;
    ///   ``Refusal/cursorSuperseded`` when that was before a seek.
    package func groupCursor(_ text: String, rules: Rules) throws(Refusal) -> GroupCursor {
        guard let cursor = GroupCursor.decode(text)?.verified(secret: subscription.secret),
            cursor.subscription == subscription.incarnation,
            cursor.parts.last.map({ $0.partition.index < stream.partitionCount }) ?? true
        else { throw .invalidCursor }
        guard cursor.epoch == subscription.epoch || !rules.keep(.seekEpoch) else {
            throw .cursorSuperseded
        }
        return cursor
    }
}
