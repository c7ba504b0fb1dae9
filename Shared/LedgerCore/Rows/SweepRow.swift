/// The sweep's place among all streams, and its lease: row `SWEEP`, the only one of the table.
///
/// A round looks at every stream once, in the order of their names, and remembers after which name
/// it goes on; the next one begins ``Limits/sweepEvery`` after it began. The lease only saves work:
/// two that sweep at once, or one that lost the lease and does not know, do no harm.
package struct SweepRow: Hashable, Sendable {
    /// The state of a round.
    package enum Round: Hashable, Sendable {
        /// No round is under way.
        case resting
        /// The next stream is the one after this sort key; nil means the first of all.
        case running(after: [UInt8]?)
    }

    /// The beginning of the last round, also while it runs; nil before the first.
    package private(set) var began: Timestamp?
    package private(set) var round: Round
    /// True when another round was asked for, because work may be left that no ring names.
    package private(set) var isWanted: Bool
    /// The number of streams that the running round has visited.
    package private(set) var looked: Int
    /// The number of streams in the last completed round.
    package private(set) var size: Int
    /// The random id of the run that holds the lease; nil when it was given back.
    private var holder: SweepHolder?
    /// The end of the lease.
    private var until: Timestamp
    /// Raised by one with every write; 0: the row does not exist yet.
    private var version: Int64

    /// The state of a table that has no such row yet.
    package init() {
        round = .resting
        isWanted = false
        looked = 0
        size = 0
        until = Timestamp(milliseconds: 0)
        version = 0
    }

    // MARK: Rounds

    /// True when a round runs or is due.
    ///
    /// A beginning in the future came from a clock that was ahead, so it is ignored.
    package func isDue(at now: Timestamp) -> Bool {
        guard case .resting = round, !isWanted, let began else { return true }
        let age = now - began
        return age >= Limits.sweepEvery || age < .zero - Limits.clockSkew
    }

    /// Begins a round, unless one runs already.
    package mutating func begin(at now: Timestamp) {
        guard case .resting = round else { return }
        began = now
        round = .running(after: nil)
        isWanted = false
        looked = 0
    }

    /// Asks for another round after the running one, which may have passed the work already.
    package mutating func want() {
        isWanted = true
    }

    /// Records that the round visited `count` more streams, up to `sortKey`.
    package mutating func advance(to sortKey: [UInt8], count: Int) {
        round = .running(after: sortKey)
        looked += count
    }

    /// Records that the round visited `count` more streams and has ended.
    package mutating func finish(after count: Int) {
        round = .resting
        looked += count
        size = looked
    }

    /// The number of streams that one run visits where many processes share the table, whose
    /// capacity is needed by publishers.
    package var pace: Int { max(Limits.sweepPace, size / Limits.sweepRuns) }

    // MARK: The lease

    /// True while another run may be under way.
    ///
    /// A lease that ends later than any can came from a clock that was ahead, so it is ignored.
    package func isHeld(at now: Timestamp) -> Bool {
        let left = until - now
        return holder != nil && left > .zero && left <= Limits.sweepLease
    }

    /// Gives the lease to `holder`, for at most ``Limits/sweepLease``.
    package mutating func lease(to holder: SweepHolder, at now: Timestamp, for length: Duration) {
        self.holder = holder
        until = now.advanced(by: min(length, Limits.sweepLease))
    }

    /// Gives the lease back before its end.
    package mutating func release() {
        holder = nil
    }

    // MARK: The row

    /// The write of this row as its next version; it fails if another process wrote first.
    package mutating func write() -> Write {
        let unchanged: Condition =
            version == 0 ? .notExists : .compare(.version, .equal, .number(version))
        version += 1
        return .put(item, if: unchanged)
    }

    package var item: Item {
        var item = Item(.sweep)
        item[.began] = began.map { .number($0.milliseconds) }
        if case .running(let after) = round {
            item[.state] = .string(Self.running)
            item[.cursor] = after.map(AttributeValue.bytes)
        }
        item[.wanted] = isWanted ? .number(1) : nil
        item[.looked] = .number(Int64(looked))
        item[.size] = .number(Int64(size))
        item[.holder] = holder.map { .bytes($0.bytes) }
        item[.until] = .number(until.milliseconds)
        item[.version] = .number(version)
        return item
    }

    private static let running = "running"

    /// Reads the row; throws ``TableError/Reason/corrupt`` when it is damaged.
    package init(_ item: Item) throws(TableError) {
        guard case .sweep = item.key else { throw item.misplaced }
        began = item.number(.began) == nil ? nil : try item.requiredTimestamp(.began)
        switch item.string(.state) {
        case nil: round = .resting
        case Self.running: round = .running(after: item.bytes(.cursor))
        default: throw item.damaged(.state)
        }
        isWanted = item.number(.wanted) != nil
        looked = Int(try item.requiredCounter(.looked))
        size = Int(try item.requiredCounter(.size))
        holder = item.bytes(.holder) == nil ? nil : try item.requiredID(.holder)
        until = try item.requiredTimestamp(.until)
        version = try item.requiredCounter(.version)
    }
}
