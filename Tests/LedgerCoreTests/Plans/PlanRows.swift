import LedgerBytes
@testable import LedgerCore

/// Rows for a plan to read, with no table and no time between.
struct PlanRows {
    static let stream = StreamIncarnation(high: 1, low: 1)
    static let name = StreamID(trusted: "s")
    static let table = TableError(.definite, reason: .unavailable, message: "test")
    /// The wall clock and the believed one, unless a test says otherwise.
    static let now = Timestamp(milliseconds: 1_000_000_000_000)

    private(set) var rows: [TableKey: Item] = [:]

    subscript(key: TableKey) -> Item? {
        get { rows[key] }
        set { rows[key] = newValue }
    }

    mutating func put(_ item: Item) { rows[item.key] = item }

    /// Applies a write if its condition holds, as every engine does.
    mutating func apply(_ write: Write) -> WriteOutcome {
        let current = rows[write.key]
        guard write.condition?.holds(for: current) ?? true else {
            return .conditionFailed(current: current)
        }
        switch write.operation {
        case .put(let item): rows[item.key] = item
        case .delete(let key): rows[key] = nil
        case .check: break
        }
        return .applied
    }

    /// A query's page; in tests a page ends at its limit only.
    func page(_ query: Query) -> QueryPage {
        var found = rows.values.filter { $0.key.group == query.group }
            .sorted { $0.key.sortKey.lexicographicallyPrecedes($1.key.sortKey) }
        if query.order == .descending { found.reverse() }
        found = found.filter { item in
            let key = item.key.sortKey
            if let bound = query.lowerBound, key.lexicographicallyPrecedes(bound) { return false }
            if let bound = query.upperBound, bound.lexicographicallyPrecedes(key) { return false }
            guard let after = query.after else { return true }
            return query.order == .ascending
                ? after.lexicographicallyPrecedes(key) : key.lexicographicallyPrecedes(after)
        }
        let items = Array(found.prefix(query.limit))
        return QueryPage(
            items: items,
            next: found.count > query.limit ? items.last?.key.sortKey : nil
        )
    }

    func find(_ read: TableRead) -> Result<TableFinding, TableError> {
        switch read {
        case .get(let key): .success(.item(rows[key]))
        case .query(let query): .success(.page(page(query)))
        }
    }

    /// Appends chunks to a partition, each with so many events at one time.
    mutating func append(
        _ chunks: [(events: Int, time: Timestamp)],
        to partition: Partition,
        after tail: Tail = .empty,
        retentionHours: Int? = nil
    ) -> [ChunkRow] {
        var tail = tail
        return chunks.map { events, time in
            let chunk = ChunkRow(
                stream: Self.stream,
                partition: partition,
                after: tail,
                records: records(events).chunks()[0],
                append: AppendID(high: 2, low: 2),
                timestamp: time,
                ttl: TTL.ofChunk(writtenAt: time, retentionHours: retentionHours, after: tail.ttl)
            )
            put(chunk.item)
            tail = chunk.tail
            return chunk
        }
    }
}

extension IdempotencyMark {
    /// The mark of a publish whose body is one byte.
    static func test(_ key: String, body: UInt8 = 1) -> IdempotencyMark {
        IdempotencyMark(keyHash: SHA256.digest(Array(key.utf8)), bodyHash: SHA256.digest([body]))
    }
}

extension StreamRow {
    /// An active stream that never expires its events unless told to.
    static func test(
        partitions: Int = 1,
        retentionHours: Int? = nil,
        compaction: Bool = true,
        incarnation: StreamIncarnation = PlanRows.stream,
        name: StreamID = PlanRows.name
    ) -> StreamRow {
        StreamRow(
            id: name,
            incarnation: incarnation,
            partitionCount: partitions,
            retentionHours: retentionHours,
            compaction: compaction,
            created: Timestamp(milliseconds: 0)
        )
    }
}

extension SubscriptionRow {
    /// The subscription `c` of the stream `s`.
    static func test(
        incarnation: SubscriptionIncarnation = SubscriptionIncarnation(high: 3, low: 3),
        name: String = "c",
        webhook: WebhookSettings? = nil,
        at positions: [Position] = [.log(.zero)]
    ) -> SubscriptionRow {
        SubscriptionRow(
            stream: PlanRows.stream,
            id: SubscriptionID(trusted: name),
            incarnation: incarnation,
            secret: SubscriptionSecret(trusted: [UInt8](repeating: 7, count: 32)),
            startFrom: Array("\"latest\"".utf8),
            webhook: webhook,
            created: Timestamp(milliseconds: 0),
            positions: positions
        )
    }

    /// The same subscription after a seek.
    func sought(to positions: [Position]) throws -> SubscriptionRow {
        guard case .put(let item) = seek(to: positions).operation else { return self }
        return try SubscriptionRow(item)
    }
}

extension TailTrust {
    /// The trust of an engine that leaves the log to the sweep: every end is what it seems.
    static let always = TailTrust(created: Timestamp(milliseconds: 0), onlySweepDeletes: true)
    /// The trust of one that removes rows by itself, in a stream that is old: only the log's own
    /// last chunk can vouch for it.
    static let never = TailTrust(created: Timestamp(milliseconds: 0), onlySweepDeletes: false)
}

extension Instant {
    /// A moment by both clocks.
    static func at(_ milliseconds: Int64) -> Instant {
        Instant(now: Timestamp(milliseconds: milliseconds), uptime: .milliseconds(milliseconds))
    }
}

/// The partition of this number.
func partition(_ index: Int) -> Partition { Partition(unchecked: index) }
