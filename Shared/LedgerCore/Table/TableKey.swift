public import LedgerBytes

/// Every row of the table: what it is, where it stands, who may change it.
///
/// | PK | SK | row | mutability |
/// |---|---|---|---|
/// | `STREAMS` | stream id | `StreamRow` | admin, compare-and-set |
/// | `LOG#sid#p` | first offset, 20 digits | `ChunkRow` or the seal | append only |
/// | `PART#sid` | partition, 5 digits | `ProgressRow` | compactor, compare-and-set |
/// | `STATE#sid#p` | event key | `LatestRow` | compactor, offset only grows |
/// | `SUBS#sid` | subscription id | `SubscriptionRow` | admin; a seek by compare-and-set |
/// | `POS#sid#sub` | partition, 5 digits | `PositionRow` | poll, forward only within an epoch |
/// | `POS#sid#sub` | partition, 5 digits | `DeliveryRow`, in its place | poll, compare-and-set |
/// | `POS#sid#sub` | `m#` and the member's name | `MemberRow` | poll, TTL 24 h |
/// | `PARK#sid#sub` | partition, `#`, offset, 20 digits | `ParkedRow` | poll, as its delivery's row |
/// | `PUSH` | sid `#` sub | `WebhookRow` | push, admin; compare-and-set |
/// | `IDEM#sid` | SHA-256 of the key, `#`, partition | `IdempotencyRow` | written once, TTL 24 h |
/// | `KEYS` | API key id | `APIKeyRow` | admin, put and deleted only |
/// | `CLOCK` | `highest` | `ClockRow` | compare-and-set |
/// | `GC` | sid, or sid `#` sub | `DeletionJob` | admin, compactor |
/// | `NAME#sid` | `NAME` | `StreamNameRow` | written once, with the stream |
/// | `RINGS` | sid, `#`, partition | `KeptRingRow` | compactor, put and deleted only |
/// | `SWEEP` | `SWEEP` | `SweepRow` | compactor, compare-and-set |
///
/// `sid` and `sub` are the random incarnations of stream and subscription, 32 hex digits.
public enum TableKey: Hashable, Sendable {
    /// A stream's description, `StreamRow`.
    case stream(StreamID)
    /// A chunk of the log, or its seal, by its first offset.
    case chunk(StreamIncarnation, Partition, Offset)
    /// The background work of one partition, `ProgressRow`.
    case progress(StreamIncarnation, Partition)
    /// The latest event of one event key.
    case latest(StreamIncarnation, Partition, EventKey)
    /// A subscription's description, `SubscriptionRow`.
    case subscription(StreamIncarnation, SubscriptionID)
    /// The position that a subscription committed in one partition.
    case position(stream: StreamIncarnation, subscription: SubscriptionIncarnation, Partition)
    /// A member of a subscription's group.
    case member(stream: StreamIncarnation, subscription: SubscriptionIncarnation, MemberName)
    /// An event that was taken out of a subscription's delivery.
    case parked(
        stream: StreamIncarnation,
        subscription: SubscriptionIncarnation,
        Partition,
        Offset
    )
    /// The health of the endpoint of a subscription's webhook.
    case push(stream: StreamIncarnation, subscription: SubscriptionIncarnation)
    /// The place of an idempotent publish's events; `keyHash` is the key's SHA-256.
    case idempotency(StreamIncarnation, keyHash: Digest, Partition)
    /// An API key by its id.
    case apiKey(APIKeyID)
    /// The deletion job of a stream, or of one subscription of it.
    case deletion(stream: StreamIncarnation, subscription: SubscriptionIncarnation?)
    /// The highest wall time seen, the only row of its group.
    case clock
    /// The name of the stream with this incarnation.
    case streamName(StreamIncarnation)
    /// A partition that a sweep must visit soon.
    case ring(StreamIncarnation, Partition)
    /// The sweep's place and lease, the only row of its group.
    case sweep

    /// The rows that share this row's partition key.
    public var group: RowGroup {
        switch self {
        case .stream: .streams
        case .chunk(let sid, let partition, _): .log(sid, partition)
        case .progress(let sid, _): .progress(sid)
        case .latest(let sid, let partition, _): .latest(sid, partition)
        case .subscription(let sid, _): .subscriptions(sid)
        case .position(let sid, let subscription, _), .member(let sid, let subscription, _):
            .positions(sid, subscription: subscription)
        case .parked(let sid, let subscription, _, _): .parked(sid, subscription: subscription)
        case .push: .pushes
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
        case .member(_, _, let name): SortKey.member(name)
        case .parked(_, _, let partition, let offset): SortKey.parked(partition, offset)
        case .idempotency(_, let hash, let partition):
            SortKey.idempotency(hash, partition)
        case .apiKey(let id): Array(id.description.utf8)
        case .deletion(let stream, let subscription):
            Array((stream.hex + (subscription.map { "#" + $0.hex } ?? "")).utf8)
        case .push(let stream, let subscription): Array("\(stream.hex)#\(subscription.hex)".utf8)
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
    /// The descriptions of all streams.
    case streams
    /// The log of one partition.
    case log(StreamIncarnation, Partition)
    /// The progress of all partitions of one stream.
    case progress(StreamIncarnation)
    /// The compacted state of one partition.
    case latest(StreamIncarnation, Partition)
    /// The subscriptions of one stream.
    case subscriptions(StreamIncarnation)
    /// The positions of one subscription, then the members of its group.
    case positions(StreamIncarnation, subscription: SubscriptionIncarnation)
    /// The parked events of one subscription, by partition and offset.
    case parked(StreamIncarnation, subscription: SubscriptionIncarnation)
    /// The health of the endpoints of all webhooks.
    case pushes
    /// The idempotency rows of one stream.
    case idempotency(StreamIncarnation)
    /// All API keys, by id.
    case apiKeys
    /// The deletion jobs of all streams and subscriptions.
    case deletions
    /// The one row of the clock.
    case clock
    /// The one row with the name of a stream.
    case streamName(StreamIncarnation)
    /// The partitions of all streams that a sweep must visit soon.
    case rings
    /// The one row of the sweep.
    case sweep

    /// The partition key, always ASCII.
    public var partitionKey: String {
        switch self {
        case .streams: "STREAMS"
        case .log(let sid, let partition): "LOG#\(sid.hex)#\(partition.index)"
        case .progress(let sid): "PART#\(sid.hex)"
        case .latest(let sid, let partition): "STATE#\(sid.hex)#\(partition.index)"
        case .subscriptions(let sid): "SUBS#\(sid.hex)"
        case .positions(let sid, let subscription): "POS#\(sid.hex)#\(subscription.hex)"
        case .parked(let sid, let subscription): "PARK#\(sid.hex)#\(subscription.hex)"
        case .pushes: "PUSH"
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
        guard parts.count == 3, parts[0] == "LOG", let stream = StreamIncarnation(hex: parts[1]),
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
                ?? SortKey.member(sortKey).map {
                    .member(stream: sid, subscription: subscription, $0)
                }
        case .parked(let sid, let subscription):
            SortKey.parked(sortKey).map {
                .parked(stream: sid, subscription: subscription, $0, $1)
            }
        case .pushes: SortKey.push(sortKey)
        case .idempotency(let sid): SortKey.idempotency(sortKey, of: sid)
        case .apiKeys: APIKeyID(SortKey.text(sortKey)).map(TableKey.apiKey)
        case .deletions: SortKey.deletion(sortKey)
        case .clock: sortKey == SortKey.clock ? .clock : nil
        case .streamName(let sid): sortKey == SortKey.streamName ? .streamName(sid) : nil
        case .rings: SortKey.ring(sortKey)
        case .sweep: sortKey == SortKey.sweep ? .sweep : nil
        }
    }

    /// True when an engine that can choose deletes rows of this group once their `ttl` has passed.
    ///
    /// False for the log, which is left to the sweep: the sweep never deletes what is not folded
    /// yet. DynamoDB cannot choose and deletes every row whose `ttl` has passed.
    public var expiresWithoutSweep: Bool {
        if case .log = self { false } else { true }
    }
}

extension RowGroup {
    /// The group with this partition key; nil when no group has it.
    public init?(partitionKey text: String) {
        let parts = text.split(separator: "#", omittingEmptySubsequences: false)
        let group: RowGroup? =
            switch (parts[0], parts.count) {
            case ("STREAMS", 1): .streams
            case ("KEYS", 1): .apiKeys
            case ("GC", 1): .deletions
            case ("PUSH", 1): .pushes
            case ("CLOCK", 1): .clock
            case ("RINGS", 1): .rings
            case ("SWEEP", 1): .sweep
            case ("NAME", 2): StreamIncarnation(hex: parts[1]).map(RowGroup.streamName)
            case ("PART", 2): StreamIncarnation(hex: parts[1]).map(RowGroup.progress)
            case ("SUBS", 2): StreamIncarnation(hex: parts[1]).map(RowGroup.subscriptions)
            case ("IDEM", 2): StreamIncarnation(hex: parts[1]).map(RowGroup.idempotency)
            case ("LOG", 3), ("STATE", 3), ("POS", 3), ("PARK", 3): Self.ofThree(parts)
            default: nil
            }
        // Each group has one spelling: leading zeros in a partition's number are refused.
        guard let group, group.partitionKey == text else { return nil }
        self = group
    }

    private static func ofThree(_ parts: [Substring]) -> RowGroup? {
        guard let stream = StreamIncarnation(hex: parts[1]) else { return nil }
        if parts[0] == "POS" || parts[0] == "PARK" {
            return SubscriptionIncarnation(hex: parts[2]).map {
                parts[0] == "POS"
                    ? .positions(stream, subscription: $0) : .parked(stream, subscription: $0)
            }
        }
        guard let partition = Int(parts[2]).flatMap({ Partition($0) }) else { return nil }
        return parts[0] == "LOG" ? .log(stream, partition) : .latest(stream, partition)
    }

    /// The incarnation of the stream whose rows these are; nil for rows of no stream.
    public var stream: StreamIncarnation? {
        switch self {
        case .streams, .pushes, .apiKeys, .deletions, .clock, .rings, .sweep: nil
        case .log(let stream, _), .progress(let stream), .latest(let stream, _),
            .subscriptions(let stream), .positions(let stream, _), .parked(let stream, _),
            .idempotency(let stream), .streamName(let stream):
            stream
        }
    }
}

/// The text of sort keys: numbers have a fixed width, so that bytes sort as the numbers do.
enum SortKey {
    private static let offsetDigits = 20
    private static let partitionDigits = 5

    static func offset(_ offset: Offset) -> [UInt8] {
        digits(UInt64(offset.rawValue), width: offsetDigits)
    }

    static func offset(_ bytes: [UInt8]) -> Offset? {
        number(bytes, width: offsetDigits).flatMap(Int64.init(exactly:)).flatMap { Offset($0) }
    }

    static func partition(_ partition: Partition) -> [UInt8] {
        digits(UInt64(partition.index), width: partitionDigits)
    }

    static func partition(_ bytes: some Collection<UInt8>) -> Partition? {
        number(bytes, width: partitionDigits).flatMap { Partition(Int($0)) }
    }

    /// Behind all positions, whose sort keys are digits.
    private static let memberPrefix = Array("m#".utf8)

    static func member(_ name: MemberName) -> [UInt8] { memberPrefix + name.name.utf8 }

    static func member(_ bytes: [UInt8]) -> MemberName? {
        guard bytes.starts(with: memberPrefix) else { return nil }
        return MemberName(text(Array(bytes.dropFirst(memberPrefix.count))))
    }

    static func parked(_ partition: Partition, _ offset: Offset) -> [UInt8] {
        Self.partition(partition) + [UInt8(ascii: "#")] + Self.offset(offset)
    }

    static func parked(_ bytes: [UInt8]) -> (Partition, Offset)? {
        let parts = bytes.split(separator: UInt8(ascii: "#"), omittingEmptySubsequences: false)
        guard parts.count == 2, let partition = partition(parts[0]),
            let offset = offset(Array(parts[1]))
        else { return nil }
        return (partition, offset)
    }

    static func idempotency(_ hash: Digest, _ partition: Partition) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64 + 1 + partitionDigits)
        bytes += hash.hex.utf8
        bytes.append(UInt8(ascii: "#"))
        bytes += Self.partition(partition)
        return bytes
    }

    static func idempotency(_ bytes: [UInt8], of sid: StreamIncarnation) -> TableKey? {
        let parts = bytes.split(separator: UInt8(ascii: "#"), omittingEmptySubsequences: false)
        guard parts.count == 2, let hash = Digest(hex: text(Array(parts[0]))),
            let partition = partition(parts[1])
        else { return nil }
        return .idempotency(sid, keyHash: hash, partition)
    }

    /// The sort key of the only row of group `CLOCK`.
    static let clock = Array("highest".utf8)

    static func deletion(_ bytes: [UInt8]) -> TableKey? {
        let parts = text(bytes).split(separator: "#", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let stream = StreamIncarnation(hex: parts[0])
        else { return nil }
        guard parts.count == 2 else { return .deletion(stream: stream, subscription: nil) }
        return SubscriptionIncarnation(hex: parts[1]).map {
            .deletion(stream: stream, subscription: $0)
        }
    }

    static func push(_ bytes: [UInt8]) -> TableKey? {
        guard case .deletion(let stream, let subscription?) = deletion(bytes) else { return nil }
        return .push(stream: stream, subscription: subscription)
    }

    static func ring(_ bytes: [UInt8]) -> TableKey? {
        let parts = bytes.split(separator: UInt8(ascii: "#"), omittingEmptySubsequences: false)
        guard parts.count == 2, let stream = StreamIncarnation(hex: text(Array(parts[0]))),
            let partition = partition(parts[1])
        else { return nil }
        return .ring(stream, partition)
    }

    /// The sort key of the only row of each group `NAME#sid`.
    static let streamName = Array("NAME".utf8)
    /// The sort key of the only row of group `SWEEP`.
    static let sweep = Array("SWEEP".utf8)

    static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    private static func digits(_ value: UInt64, width: Int) -> [UInt8] {
        var rest = value
        var bytes = [UInt8](repeating: 0x30, count: width)
        var index = width
        while rest > 0 {
            index -= 1
            bytes[index] = 0x30 + UInt8(rest % 10)
            rest /= 10
        }
        return bytes
    }

    private static func number(_ bytes: some Collection<UInt8>, width: Int) -> UInt64? {
        guard bytes.count == width else { return nil }
        var value: UInt64 = 0
        for byte in bytes {
            guard (0x30...0x39).contains(byte) else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            value = product + UInt64(byte - 0x30)
        }
        return value
    }
}
