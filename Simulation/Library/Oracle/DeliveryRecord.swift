import LedgerCore

/// What really happened to the events of a delivery: who had them, who processed them, and how they
/// ended.
struct DeliveryRecord {
    /// The subscription whose events are acknowledged one by one.
    static let subscription = SubscriptionID("work").unsafelyUnwrapped

    typealias Lane = GroupRecord.Lane

    /// One partition in one seek epoch.
    struct Span: Hashable {
        let lane: Lane
        let epoch: Int64
    }

    /// A lease as its receiver holds it.
    struct Lease {
        let subscription: SubscriptionRow
        let token: LeaseToken

        func span(of partition: Partition) -> Span {
            let lane = Lane(subscription: token.subscription, partition: partition)
            return Span(lane: lane, epoch: token.epoch)
        }
    }

    /// What is known of the events of one span.
    struct Track {
        /// The offset where the epoch began.
        let start: Offset
        /// The row as it is stored; nil: there is none of this epoch.
        var row: DeliveryRow?
        /// Events that were looked at and are not finished.
        var unfinished: Set<Offset> = []
        /// Events that somebody has processed.
        var done: Set<Offset> = []
        /// Events that somebody may have acknowledged without having processed them.
        var claimed: Set<Offset> = []
        /// Events that need not be done before later ones of their key: parked, dropped or lost.
        var given: Set<Offset> = []
        /// By event: how often a receiver began to process it.
        var tries: [Offset: Int] = [:]
        /// By lease: all the events that it ever held.
        var held: [LeaseID: Set<Offset>] = [:]
        /// By lease: the true time at which its present timer began, or somewhat before.
        var granted: [LeaseID: Duration] = [:]
        /// By parked event: the numbers of parkings after which it was asked for.
        var asked: [Offset: Set<Int>] = [:]
    }

    /// False where clocks leap: leases may end early then.
    private(set) var judgesTimes = true
    /// The only thing that ever goes wrong in the history; nil: no delivery can be accounted for.
    private(set) var onlyIllness: DeliveryScenario.Illness?
    /// No event that is younger than this has expired.
    private(set) var leastAge: Duration = .zero
    private var subscriptions: [SubscriptionIncarnation: [Int64: SubscriptionRow]] = [:]
    private var byStream: [StreamIncarnation: SubscriptionIncarnation] = [:]
    private var hashes: [SubscriptionIncarnation: [[UInt8]: KeyHash]] = [:]
    private var tracks: [Span: Track] = [:]
    /// The rows of events that were ever parked, as they were last stored.
    private(set) var parked: [Lane: [Offset: ParkedRow]] = [:]
    /// By event, as far as somebody tried it: the thing that happens to whoever processes it.
    var illnesses: [String: DeliveryScenario.Illness?] = [:]

    init() {}

    init(of scenario: Scenario) {
        judgesTimes = !scenario.leaps
        onlyIllness = scenario.delivery?.onlyIllness
        // The shortest retention that any scenario sets is one hour.
        leastAge = .hours(1) - scenario.skew * 4 - .seconds(60)
    }

    // MARK: Rows

    /// Takes a subscription's row as it was just stored.
    mutating func note(_ row: SubscriptionRow) {
        subscriptions[row.incarnation, default: [:]][row.epoch] = row
        byStream[row.stream] = row.incarnation
    }

    mutating func note(_ row: ParkedRow) {
        let lane = Lane(subscription: row.subscription, partition: row.partition)
        parked[lane, default: [:]][row.offset] = row
    }

    /// The subscription in an epoch; nil: it is none of a delivery's, or had no such epoch.
    func subscription(
        _ id: SubscriptionIncarnation,
        in epoch: Int64
    ) -> SubscriptionRow? {
        subscriptions[id]?[epoch]
    }

    /// The subscription of a stream in its last epoch.
    func subscription(of stream: StreamIncarnation) -> SubscriptionRow? {
        let epochs = byStream[stream].flatMap { subscriptions[$0] }
        return epochs?.max { $0.key < $1.key }?.value
    }

    /// The streams that have had a delivery.
    var streams: [StreamIncarnation] { byStream.keys.sorted { $0.hex < $1.hex } }

    /// What is known of a span; an empty one when nothing has happened in it yet.
    func track(_ span: Span) -> Track {
        if let track = tracks[span] { return track }
        let row = subscription(span.lane.subscription, in: span.epoch)
        let position = row?.positions[span.lane.partition.index]
        guard case .log(let start)? = position else { return Track(start: .zero) }
        return Track(start: start)
    }

    mutating func keep(_ track: Track, of span: Span) { tracks[span] = track }

    /// Changes what is known of a span.
    mutating func update(_ span: Span, _ change: (inout Track) -> Void) {
        var track = track(span)
        change(&track)
        tracks[span] = track
    }

    /// The rows of a partition's events that are parked or asked for again.
    func kept(in lane: Lane) -> [ParkedRow] {
        (parked[lane] ?? [:]).values.filter(\.isKept).sorted { $0.offset < $1.offset }
    }

    /// The hash of a key in a subscription's rows.
    mutating func hash(of key: [UInt8], in subscription: SubscriptionRow) -> KeyHash? {
        let id = subscription.incarnation
        if let hash = hashes[id]?[key] { return hash }
        let hash = subscription.delivery.map { delivery in
            key.withUnsafeBytes { KeyHash(of: $0, salt: delivery.salt) }
        }
        hashes[id, default: [:]][key] = hash
        return hash
    }

    // MARK: Leases

    /// A lease's text, read as the ledger reads it; nil: it is none.
    func lease(_ text: String) -> Lease? {
        for row in subscriptions.values.flatMap(\.values) {
            if let token = try? LeaseToken.read(text, of: row, rules: .all) {
                return Lease(subscription: row, token: token)
            }
        }
        return nil
    }
}
