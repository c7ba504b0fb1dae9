import LedgerCore

/// The promises that groups are held to.
extension Oracle {
    // MARK: Positions and leases

    /// Judges a group's position, which was just stored.
    func judge(_ row: PositionRow, by origin: WriteOrigin) {
        guard groups.subscriptions[row.subscription] != nil else { return }
        let lane = GroupRecord.Lane(subscription: row.subscription, partition: row.partition)
        let (before, start) = (groups.rows[lane], groups.position(of: lane, in: row.epoch))
        judgeLease(of: row, in: lane, after: before?.lease, by: origin)
        if let start { judgeStep(of: row, in: lane, from: start, by: origin) }
        groups.rows[lane] = row
    }

    /// Judges a lease: its number never falls, and it is one member's.
    ///
    /// A commit on its way may bring back a lease that its own member has just ended.
    private func judgeLease(
        of row: PositionRow,
        in lane: GroupRecord.Lane,
        after before: Lease?,
        by origin: WriteOrigin
    ) {
        let place = "partition \(row.partition.index)"
        guard let lease = row.lease else {
            if before != nil { report("\(place): its leases are forgotten", breaking: .leases) }
            return
        }
        if let before, lease.epoch < before.epoch {
            report("\(place): lease \(before.epoch), then \(lease.epoch)", breaking: .leases)
        }
        if let before, let owner = before.owner, owner != lease.owner, owner.name != origin.caller {
            judgeLoss(of: before, by: owner, in: lane, of: row.stream, to: origin)
        }
        let id = GroupRecord.LeaseID(lane: lane, lease: lease.epoch)
        if let owner = lease.owner, groups.holders[id, default: owner] != owner {
            report("\(place): lease \(lease.epoch) has two holders", breaking: .leases)
        }
        groups.holders[id] = groups.holders[id] ?? lease.owner
        if lease.release != nil, groups.releases[id] == nil { groups.releases[id] = origin.decided }
    }

    /// Judges a partition's loss to another client: its member has gone, or has taken too long to give
    /// it back.
    private func judgeLoss(
        of lease: Lease,
        by owner: MemberName,
        in lane: GroupRecord.Lane,
        of stream: StreamIncarnation,
        to origin: WriteOrigin
    ) {
        let key = TableKey.member(stream: stream, subscription: lane.subscription, owner)
        guard let session = groups.sessions[key], !session.row.isGone,
            session.joined < origin.decided
        else { return }
        let place = "partition \(lane.partition.index)"
        let id = GroupRecord.LeaseID(lane: lane, lease: lease.epoch)
        guard let release = groups.releases[id], origin.caller != GroupRecord.plainClient else {
            return report("\(place): taken from \(owner), which is alive", breaking: .leases)
        }
        let age = world.now - release
        if groups.judgesSessions, age < session.row.session {
            report(
                "\(place): taken from \(owner) after \(age.wholeMilliseconds) ms of its release",
                breaking: .sessions
            )
        }
    }

    /// Judges how far a position moved: a commit passes only what its client got.
    private func judgeStep(
        of row: PositionRow,
        in lane: GroupRecord.Lane,
        from start: Position,
        by origin: WriteOrigin
    ) {
        guard case .log(let first) = start, case .log(let next) = row.position, first < next else {
            return
        }
        let place = "partition \(row.partition.index)"
        let isPlain = origin.caller == GroupRecord.plainClient
        if isPlain, let owner = row.lease?.owner {
            report("\(place): committed for \(owner), which holds it", breaking: .leases)
        }
        let lease = isPlain ? nil : row.lease?.epoch
        if let lease {
            let holder = groups.holders[GroupRecord.LeaseID(lane: lane, lease: lease)]
            if holder?.name != origin.caller {
                report(
                    "\(place): \(origin.caller ?? "nobody") commits under lease \(lease) of "
                        + "\(holder?.name ?? "nobody")",
                    breaking: .leases
                )
            }
        }
        let span = GroupRecord.Span(lane: lane, epoch: row.epoch, lease: lease)
        let missing = groups.firstMissing(from: first.rawValue, to: next.rawValue, in: span)
        if let missing {
            report(
                "\(place): a commit to \(next.rawValue) passes \(missing), which "
                    + "\(origin.caller ?? "nobody") did not get under this lease",
                breaking: .leases
            )
        }
    }

    // MARK: Sessions

    /// Takes a member's row that was just stored.
    func renewed(_ item: Item, by origin: WriteOrigin) {
        guard let row = try? MemberRow(item) else {
            return report("an unreadable member", breaking: .sessions)
        }
        let before = groups.sessions[item.key]
        guard row.isGone else {
            // The row itself goes a day after its last renewal.
            let stays =
                before.map { !$0.row.isGone && world.now - $0.granted < .hours(23) } ?? false
            groups.sessions[item.key] = GroupRecord.Session(
                row: row,
                granted: origin.decided,
                joined: stays ? before?.joined ?? world.now : world.now
            )
            return
        }
        if let before, !before.row.isGone, origin.caller != row.name.name, groups.judgesSessions {
            let age = world.now - before.granted
            if age < before.row.session {
                report(
                    "\(row.name) is declared gone \(age.wholeMilliseconds) ms after a renewal",
                    breaking: .sessions
                )
            }
        }
        groups.sessions[item.key] = GroupRecord.Session(
            row: row,
            granted: before?.granted ?? origin.decided,
            joined: before?.joined ?? world.now
        )
    }
}
