import LedgerTesting

@testable import LedgerCore

/// The simplest table that a plan can be run on: nothing is concurrent, and the test decides which
/// answers get lost.
struct PlanTable {
    private(set) var rows: [TableKey: Item] = [:]
    /// Tokens of the transactions that were applied.
    private var applied: Set<TransactionToken> = []

    /// Applies all writes or none; one write alone has no token.
    mutating func write(_ writes: [Write], token: TransactionToken? = nil) -> TransactionOutcome {
        if let token, writes.count > 1, applied.contains(token) { return .applied }
        var failed: [Int: Item?] = [:]
        for (index, write) in writes.enumerated() {
            let current = rows[write.key]
            if !(write.condition?.holds(for: current) ?? true) {
                failed.updateValue(current, forKey: index)
            }
        }
        guard failed.isEmpty else { return .conditionFailed(failed) }
        for write in writes {
            if case .put(let item) = write.operation { rows[write.key] = item }
        }
        if let token { applied.insert(token) }
        return .applied
    }

    mutating func put(_ item: Item) { rows[item.key] = item }

    mutating func remove(_ key: TableKey) { rows[key] = nil }

    func find(_ read: TableRead) -> TableFinding {
        switch read {
        case .get(let key): .item(rows[key])
        case .query(let query): .page(page(query))
        }
    }

    func page(_ query: Query) -> QueryPage {
        var found = items(of: query.group)
        if let bound = query.lowerBound {
            found.removeAll { $0.key.sortKey.lexicographicallyPrecedes(bound) }
        }
        if let bound = query.upperBound {
            found.removeAll { bound.lexicographicallyPrecedes($0.key.sortKey) }
        }
        if query.order == .descending { found.reverse() }
        if let after = query.after {
            found.removeAll { item in
                let key = item.key.sortKey
                return query.order == .ascending
                    ? !after.lexicographicallyPrecedes(key)
                    : !key.lexicographicallyPrecedes(after)
            }
        }
        let items = Array(found.prefix(query.limit))
        return QueryPage(
            items: items,
            next: items.count < found.count ? items.last?.key.sortKey : nil
        )
    }

    /// The rows of a group by their sort keys.
    func items(of group: RowGroup) -> [Item] {
        rows.values.filter { $0.key.group == group }
            .sorted { $0.key.sortKey.lexicographicallyPrecedes($1.key.sortKey) }
    }

    /// The chunks of a partition's log, in order.
    func log(_ stream: StreamIncarnation, _ partition: Partition) throws -> [ChunkRow] {
        try items(of: .log(stream, partition)).compactMap { item in
            if case .chunk(let chunk) = try LogEntry(item) { chunk } else { nil }
        }
    }
}

extension SeededGenerator {
    /// A number in a range.
    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
}

/// Chunks that continue each other, as a writer would have made them.
struct LogMaker {
    let stream: StreamIncarnation
    let partition: Partition
    private(set) var tail = Tail.empty
    private(set) var chunks: [ChunkRow] = []

    init(stream: StreamIncarnation = StreamIncarnation(high: 1, low: 1), partition: Partition) {
        self.stream = stream
        self.partition = partition
    }

    /// Appends one chunk of events with these keys; nil data is a tombstone.
    @discardableResult
    mutating func append(
        _ events: [(key: String, data: String?)],
        at milliseconds: Int64,
        ttl: TTL = .never
    ) -> ChunkRow {
        var records = Records()
        for event in events {
            records.append(
                key: Array(event.key.utf8),
                type: Array("t".utf8),
                data: Array((event.data ?? "").utf8)
            )
        }
        let chunk = ChunkRow(
            stream: stream,
            partition: partition,
            after: tail,
            records: CompressedRecords(records),
            append: AppendID(high: 3, low: UInt64(chunks.count)),
            timestamp: Timestamp(milliseconds: milliseconds),
            ttl: ttl
        )
        chunks.append(chunk)
        tail = chunk.tail
        return chunk
    }
}
