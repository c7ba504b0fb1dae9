import LedgerCore

/// What really happened to the positions, leases and sessions of a group, and what was handed out
/// under each lease.
struct GroupRecord {
    /// The subscription that groups share.
    static let subscription = SubscriptionID("group").unsafelyUnwrapped
    /// The client that knows nothing of groups.
    static let plainClient = "plain"

    /// One partition of one incarnation of the subscription.
    struct Lane: Hashable {
        let subscription: SubscriptionIncarnation
        let partition: Partition
    }

    /// The time of one lease within one seek epoch.
    struct Span: Hashable {
        let lane: Lane
        let epoch: Int64
        /// Its number; nil: the reads of clients that know nothing of groups.
        let lease: Int64?
    }

    /// One lease of one partition.
    struct LeaseID: Hashable {
        let lane: Lane
        let lease: Int64
    }

    /// The session of a member, by its last renewal.
    struct Session {
        let row: MemberRow
        /// The earliest true time at which the renewal may have been decided.
        let granted: Duration
        /// The true time since which it was never seen as gone.
        let joined: Duration
    }

    /// False where clocks leap: sessions may end early then.
    var judgesSessions = true
    private(set) var subscriptions: [SubscriptionIncarnation: SubscriptionRow] = [:]
    /// By seek epoch: the positions where it began.
    private var beginnings: [SubscriptionIncarnation: [Int64: [Position]]] = [:]
    var rows: [Lane: PositionRow] = [:]
    var holders: [LeaseID: MemberName] = [:]
    /// The true time at which the release of a lease began, or somewhat before.
    var releases: [LeaseID: Duration] = [:]
    var sessions: [TableKey: Session] = [:]
    private var handed: [Span: Set<Int64>] = [:]

    /// Takes a subscription's row as it was just stored.
    mutating func note(_ item: Item) {
        guard let row = try? SubscriptionRow(item), row.id == Self.subscription else { return }
        subscriptions[row.incarnation] = row
        beginnings[row.incarnation, default: [:]][row.epoch] = row.positions
    }

    /// The position of a partition in a seek epoch; nil before that began, and after the next did.
    func position(of lane: Lane, in epoch: Int64) -> Position? {
        if let row = rows[lane], row.epoch >= epoch {
            return row.epoch == epoch ? row.position : nil
        }
        guard let beginning = beginnings[lane.subscription]?[epoch],
            lane.partition.index < beginning.count
        else { return nil }
        return beginning[lane.partition.index]
    }

    /// A cursor of the group, read as the ledger reads it; nil: it is none.
    func groupCursor(_ text: String) -> GroupCursor? {
        let cursor = GroupCursor.decode(text)
        return subscriptions.values.lazy.compactMap { cursor?.verified(secret: $0.secret) }.first
    }

    /// A cursor of a client that knows nothing of groups; nil: it is none.
    func plainCursor(_ text: String) -> Cursor? {
        let cursor = Cursor.decode(text)
        return subscriptions.values.lazy.compactMap { cursor?.verified(secret: $0.secret) }.first
    }

    /// Notes that a client got these events.
    mutating func hand(_ offsets: [Int64], in span: Span) {
        handed[span, default: []].formUnion(offsets)
    }

    /// The first event from `start` on, before `end`, that nobody got in the span.
    func firstMissing(from start: Int64, to end: Int64, in span: Span) -> Int64? {
        let known = handed[span] ?? []
        return (start..<max(start, end)).first { !known.contains($0) }
    }
}
