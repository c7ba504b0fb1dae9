/// Every row of the table: what it is, where it stands, who may change it.
///
/// | PK | SK | row | mutability |
/// |---|---|---|---|
/// | `STREAMS` | stream id | ``StreamRow`` | admin, compare-and-set |
/// | `LOG#sid#p` | first offset, 20 digits | ``Chunk`` or the seal | append only |
/// | `PART#sid` | partition, 5 digits | ``Progress`` | compactor, compare-and-set |
/// | `STATE#sid#p` | event key | ``Latest`` | compactor, offset only grows |
/// | `SUBS#sid` | subscription id | ``SubscriptionRow`` | admin; a seek by compare-and-set |
/// | `POS#sid#sub` | partition, 5 digits | ``PositionRow`` | poll, forward only within an epoch |
/// | `IDEM#sid` | SHA-256 of the key, `#`, partition | ``IdempotencyRow`` | written once, TTL 24 h |
/// | `KEYS` | API key id | ``APIKeyRow`` | admin, put and deleted only |
/// | `CLOCK` | `highest` | ``ClockRow`` | compare-and-set |
/// | `GC` | sid, or sid `#` sub | ``DeletionJob`` | admin, compactor |
/// | `NAME#sid` | `NAME` | ``StreamName`` | written once, with the stream |
/// | `RINGS` | sid, `#`, partition | ``KeptRing`` | compactor, put and deleted only |
/// | `SWEEP` | `SWEEP` | ``SweepRow`` | compactor, compare-and-set |
///
/// `sid` and `sub` are the random incarnations of stream and subscription, 32 hex digits.
public enum TableKey: Hashable, Sendable {
    /// A stream's description.
    case stream(StreamID)
    /// A chunk of the log, or its seal, by its first offset.
    case chunk(Incarnation, Partition, Offset)
    /// A partition's progress.
    case progress(Incarnation, Partition)
    /// The latest event of one key.
    case latest(Incarnation, Partition, EventKey)
    /// A subscription's description.
    case subscription(Incarnation, SubscriptionID)
    /// Where a subscription stands in one partition.
    case position(stream: Incarnation, subscription: Incarnation, Partition)
    /// Where the events of an idempotent publish are; the key as its SHA-256, 64 hex digits.
    case idempotency(Incarnation, keyHash: String, Partition)
    /// An API key by its id.
    case apiKey(APIKeyID)
    /// The deletion job of a stream, or of one subscription of it.
    case deletion(stream: Incarnation, subscription: Incarnation?)
    /// The highest wall time seen.
    case clock
    /// What a stream is called.
    case streamName(Incarnation)
    /// A ring for a partition that is to be looked at again.
    case ring(Incarnation, Partition)
    /// How far the sweep is.
    case sweep

    /// The rows that share this row's partition key.
    public var group: RowGroup {
        switch self {
        case .stream: .streams
        case .chunk(let sid, let partition, _): .log(sid, partition)
        case .progress(let sid, _): .progress(sid)
        case .latest(let sid, let partition, _): .latest(sid, partition)
        case .subscription(let sid, _): .subscriptions(sid)
        case .position(let sid, let subscription, _): .positions(sid, subscription: subscription)
        case .idempotency(let sid, _, _): .idempotency(sid)
        case .apiKey: .apiKeys
        case .deletion: .deletions
        case .clock: .clock
        case .streamName(let sid): .streamName(sid)
        case .ring: .rings
        case .sweep: .sweep
        }
    }

    /// The sort key: UTF-8, ordered byte by byte.
    public var sortKey: [UInt8] {
        switch self {
        case .stream(let id): Array(id.name.utf8)
        case .chunk(_, _, let offset): SortKey.offset(offset)
        case .progress(_, let partition), .position(_, _, let partition):
            SortKey.partition(partition)
        case .latest(_, _, let key): key.utf8
        case .subscription(_, let id): Array(id.name.utf8)
        case .idempotency(_, let hash, let partition):
            Array(hash.utf8) + [UInt8(ascii: "#")] + SortKey.partition(partition)
        case .apiKey(let id): Array(id.description.utf8)
        case .deletion(let stream, let subscription):
            Array((stream.hex + (subscription.map { "#" + $0.hex } ?? "")).utf8)
        case .clock: SortKey.clock
        case .streamName: SortKey.streamName
        case .ring(let sid, let partition):
            Array(sid.hex.utf8) + [UInt8(ascii: "#")] + SortKey.partition(partition)
        case .sweep: SortKey.sweep
        }
    }
}

/// The rows that share one partition key and can be queried in sort-key order.
public enum RowGroup: Hashable, Sendable {
    /// All streams.
    case streams
    /// The log of one partition.
    case log(Incarnation, Partition)
    /// The progress of all partitions of one stream.
    case progress(Incarnation)
    /// The compacted state of one partition.
    case latest(Incarnation, Partition)
    /// The subscriptions of one stream.
    case subscriptions(Incarnation)
    /// The positions of one subscription.
    case positions(Incarnation, subscription: Incarnation)
    /// The idempotency rows of one stream.
    case idempotency(Incarnation)
    /// All API keys.
    case apiKeys
    /// All deletion jobs.
    case deletions
    /// The one row of the clock.
    case clock
    /// What one stream is called.
    case streamName(Incarnation)
    /// All rings that are kept.
    case rings
    /// How far the sweep is.
    case sweep

    /// The partition key; ASCII.
    public var partitionKey: String {
        switch self {
        case .streams: "STREAMS"
        case .log(let sid, let partition): "LOG#\(sid.hex)#\(partition.index)"
        case .progress(let sid): "PART#\(sid.hex)"
        case .latest(let sid, let partition): "STATE#\(sid.hex)#\(partition.index)"
        case .subscriptions(let sid): "SUBS#\(sid.hex)"
        case .positions(let sid, let subscription): "POS#\(sid.hex)#\(subscription.hex)"
        case .idempotency(let sid): "IDEM#\(sid.hex)"
        case .apiKeys: "KEYS"
        case .deletions: "GC"
        case .clock: "CLOCK"
        case .streamName(let sid): "NAME#\(sid.hex)"
        case .rings: "RINGS"
        case .sweep: "SWEEP"
        }
    }

    /// The log with this partition key; nil when it is another group's.
    public init?(logPartitionKey text: String) {
        let parts = text.split(separator: "#", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "LOG", let stream = Incarnation(hex: parts[1]),
            let partition = Int(parts[2]).flatMap({ Partition($0) })
        else { return nil }
        self = .log(stream, partition)
        guard partitionKey == text else { return nil }
    }

    /// The row of this group with the given sort key; nil when no row can have it.
    public func key(sortKey: [UInt8]) -> TableKey? {
        switch self {
        case .streams: StreamID(SortKey.text(sortKey)).map(TableKey.stream)
        case .log(let sid, let partition):
            SortKey.offset(sortKey).map { .chunk(sid, partition, $0) }
        case .progress(let sid): SortKey.partition(sortKey).map { .progress(sid, $0) }
        case .latest(let sid, let partition):
            EventKey(utf8: sortKey).map { .latest(sid, partition, $0) }
        case .subscriptions(let sid):
            SubscriptionID(SortKey.text(sortKey)).map { .subscription(sid, $0) }
        case .positions(let sid, let subscription):
            SortKey.partition(sortKey).map {
                .position(stream: sid, subscription: subscription, $0)
            }
        case .idempotency(let sid): SortKey.idempotency(sid, sortKey)
        case .apiKeys: APIKeyID(SortKey.text(sortKey)).map(TableKey.apiKey)
        case .deletions: SortKey.deletion(sortKey)
        case .clock: sortKey == SortKey.clock ? .clock : nil
        case .streamName(let sid): sortKey == SortKey.streamName ? .streamName(sid) : nil
        case .rings: SortKey.ring(sortKey)
        case .sweep: sortKey == SortKey.sweep ? .sweep : nil
        }
    }

    /// Whether the engine may remove rows of this group on its own once their `ttl` has passed.
    ///
    /// DynamoDB removes any row whose `ttl` has passed. An engine that can choose leaves the log
    /// to the sweep, which never removes what is not yet folded.
    public var expiresWithoutSweep: Bool {
        if case .log = self { false } else { true }
    }
}
