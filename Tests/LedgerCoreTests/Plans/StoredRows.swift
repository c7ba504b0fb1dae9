import LedgerTesting

@testable import LedgerCore

/// A table as machines see it: rows, without faults, without time.
struct StoredRows {
    private(set) var rows: [TableKey: Item] = [:]
    /// The rows of a page at most, whatever a query asks for: for a walk over many pages.
    var pageRows = Int.max

    var keys: Set<TableKey> { Set(rows.keys) }

    func query(_ query: Query) -> QueryPage {
        var found = rows.values.filter { $0.key.group == query.group }
        found.sort { $0.key.sortKey.lexicographicallyPrecedes($1.key.sortKey) }
        if query.order == .descending { found.reverse() }
        if let after = query.after {
            found.removeAll { !after.lexicographicallyPrecedes($0.key.sortKey) }
        }
        if let from = query.lowerBound {
            found.removeAll { $0.key.sortKey.lexicographicallyPrecedes(from) }
        }
        let page = Array(found.prefix(min(query.limit, pageRows)))
        return QueryPage(
            items: page,
            next: page.count < found.count ? page.last?.key.sortKey : nil
        )
    }

    mutating func write(_ write: Write) -> WriteOutcome {
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

    mutating func remove(_ keys: [TableKey]) {
        for key in keys { rows[key] = nil }
    }
}

/// What the tests of machines are about.
enum Sample {
    static let incarnation = StreamIncarnation(high: 1, low: 1)
    static let partition = Partition(unchecked: 0)
    static let created = Timestamp(milliseconds: 1_000_000)
    static let hour: Int64 = 3_600_000

    static func stream(
        _ incarnation: StreamIncarnation = incarnation,
        partitions: Int = 1,
        retentionHours: Int? = 1,
        compaction: Bool = true,
        state: StreamRow.State = .active
    ) -> StreamRow {
        var row = StreamRow(
            id: StreamID("s").unsafelyUnwrapped,
            incarnation: incarnation,
            partitionCount: partitions,
            retentionHours: retentionHours,
            compaction: compaction,
            created: created
        )
        row.state = state
        return row
    }

    /// A chunk of `count` events behind `tail`, whose last event is of `timestamp`.
    static func chunk(
        after tail: Tail,
        count: Int = 2,
        timestamp: Timestamp = created,
        ttl: TTL = .never
    ) -> ChunkRow {
        ChunkRow(
            stream: incarnation,
            partition: partition,
            after: tail,
            records: records(count).chunks()[0],
            append: AppendID(high: 2, low: 2),
            timestamp: timestamp,
            ttl: ttl
        )
    }

    static func progress(watermark: Tail = .empty, version: Int64 = 0) -> ProgressRow {
        var progress = ProgressRow(stream: incarnation, partition: partition)
        progress.foldedTail = watermark
        progress.version = version
        return progress
    }
}

extension SeededGenerator {
    mutating func number(in range: ClosedRange<Int64>) -> Int64 {
        Int64.random(in: range, using: &self)
    }

    mutating func duration(in range: ClosedRange<Duration>) -> Duration {
        let bounds = range.lowerBound.wholeMilliseconds...range.upperBound.wholeMilliseconds
        return .milliseconds(number(in: bounds))
    }

    mutating func index(below count: Int) -> Int { Int.random(in: 0..<count, using: &self) }
}
