/// How far the sweep of all streams is, and who is at it: row `SWEEP`, one for the table.
///
/// A round looks at every stream once, in the order of their names, and remembers after which name
/// it goes on; the next one begins ``Limits/sweepEvery`` after it began. The lease only saves work:
/// two that sweep at once, or one that lost the lease and does not know, do no harm.
package struct SweepRow: Hashable, Sendable {
    /// Where a round is.
    package enum Round: Hashable, Sendable {
        /// None runs.
        case resting
        /// Looks at the streams after this sort key; nil: from the first one on.
        case running(after: [UInt8]?)
    }

    /// When the last round began, also when it still runs; nil: there never was one.
    package private(set) var began: Timestamp?
    /// Where it is.
    package private(set) var round: Round
    /// Another round was asked for: somebody may have left work behind that nobody else knows of.
    package private(set) var isWanted: Bool
    /// How many streams the running round has looked at.
    package private(set) var looked: Int
    /// How many streams there were in the last whole round.
    package private(set) var size: Int
    /// Who sweeps at the moment; nil: nobody.
    private var holder: Incarnation?
    /// How long it may.
    private var until: Timestamp
    /// Raised by one with every write; 0: the row does not exist yet.
    private var version: Int64

    /// Nothing was swept yet.
    package init() {
        round = .resting
        isWanted = false
        looked = 0
        size = 0
        until = Timestamp(milliseconds: 0)
        version = 0
    }

    // MARK: Rounds

    /// Whether there is a stream to look at now: a round runs, or one is due.
    ///
    /// A beginning in the future was noted by a clock that was ahead, and tells nothing.
    package func isDue(at now: Timestamp) -> Bool {
        guard case .resting = round, !isWanted, let began else { return true }
        let age = now.milliseconds - began.milliseconds
        return age >= Limits.sweepEvery || age < -Limits.clockSkew
    }

    /// Begins a round, unless one runs.
    package mutating func begin(at now: Timestamp) {
        guard case .resting = round else { return }
        began = now
        round = .running(after: nil)
        isWanted = false
        looked = 0
    }

    /// Asks for a round that begins after now: one that runs may have passed what is to be found.
    package mutating func want() {
        isWanted = true
    }

    /// Notes that `count` more streams were looked at, up to this sort key.
    package mutating func advance(to sortKey: [UInt8], count: Int) {
        round = .running(after: sortKey)
        looked += count
    }

    /// Notes that `count` more streams were looked at, and that they were the last.
    package mutating func finish(after count: Int) {
        round = .resting
        looked += count
        size = looked
    }

    /// How many streams one run of the sweep looks at: a table for many processes has a ceiling,
    /// and publishers need most of it.
    package var pace: Int { max(Limits.sweepPace, size / Limits.sweepRuns) }

    // MARK: The lease

    /// Whether someone sweeps now.
    ///
    /// One that ends later than any lease can was written by a clock that was ahead.
    package func isHeld(at now: Timestamp) -> Bool {
        let left = until.milliseconds - now.milliseconds
        return holder != nil && (1...Limits.sweepLease).contains(left)
    }

    /// Takes the lease.
    ///
    /// `milliseconds`: At most ``Limits/sweepLease``.
    package mutating func lease(to holder: Incarnation, at now: Timestamp, for milliseconds: Int64)
    {
        self.holder = holder
        until = now.advanced(byMilliseconds: min(milliseconds, Limits.sweepLease))
    }

    /// Gives the lease back.
    package mutating func release() {
        holder = nil
    }

    // MARK: The row

    /// The write of this row over the version it was read or last written as.
    package mutating func write() -> Write {
        let unchanged: Condition =
            version == 0 ? .notExists : .compare(.version, .equal, .number(version))
        version += 1
        return .put(item, if: unchanged)
    }

    /// The row.
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
        holder = item.bytes(.holder) == nil ? nil : try item.requiredIncarnation(.holder)
        until = try item.requiredTimestamp(.until)
        version = try item.requiredCounter(.version)
    }
}
