/// The lease of one partition to a member of a group.
///
/// Only its number fences: a member may be slow to notice that another has the partition.
package struct Lease: Hashable, Sendable {
    /// The number of the partition's leases so far, at least 1.
    package let epoch: Int64
    /// The member that holds it; nil: nobody.
    package let owner: MemberName?
    /// The mark of a member that gives the partition back; nil: it keeps it.
    package let release: Release?

    /// The point at which a member gives a partition back: it has handed out events up to there.
    package struct Release: Hashable, Sendable {
        /// A commit at or past this offset ends the lease.
        package let offset: Offset
        /// The beginning of the release, by the clock of the process that wrote it.
        package let start: Timestamp

        /// A release from a moment on.
        package init(at offset: Offset, from start: Timestamp) {
            self.offset = offset
            self.start = start
        }

        /// True when a commit at `position` leaves nothing that was handed out.
        func isReached(by position: Position) -> Bool {
            switch position {
            case .log(let committed): committed >= offset
            case .snapshot: false
            }
        }
    }

    /// A lease; `epoch` is at least 1.
    package init(epoch: Int64, owner: MemberName?, release: Release? = nil) {
        precondition(epoch > 0, "leases are counted from 1")
        self.epoch = epoch
        self.owner = owner
        self.release = release
    }

    /// The same lease, which nobody holds any more.
    var ended: Lease { Lease(epoch: epoch, owner: nil) }

    /// The same lease, whose holder gives it back.
    func releasing(_ release: Release) -> Lease {
        Lease(epoch: epoch, owner: owner, release: release)
    }
}

extension Lease {
    /// Reads the lease of a position's row; throws ``TableError/Reason/corrupt`` when it is damaged.
    init(of item: Item) throws(TableError) {
        let epoch = try item.requiredCounter(.lease)
        guard epoch > 0 else { throw item.damaged(.lease) }
        guard let name = item.string(.owner), let owner = Self.owner(name) else {
            throw item.damaged(.owner)
        }
        self.init(epoch: epoch, owner: owner, release: try Self.release(of: item))
    }

    func write(to item: inout Item) {
        item[.lease] = .number(epoch)
        item[.owner] = .string(owner?.name ?? "")
        guard let release else { return }
        item[.releaseOffset] = .number(release.offset.rawValue)
        item[.releaseStart] = .number(release.start.milliseconds)
    }

    /// Nil when the text is neither empty nor a name.
    private static func owner(_ text: String) -> MemberName?? {
        guard !text.isEmpty else { return .some(nil) }
        return MemberName(text).map(Optional.some)
    }

    private static func release(of item: Item) throws(TableError) -> Release? {
        guard item[.releaseOffset] != nil || item[.releaseStart] != nil else { return nil }
        return Release(
            at: try item.requiredOffset(.releaseOffset),
            from: try item.requiredTimestamp(.releaseStart)
        )
    }
}
