import DynamoDBJSON
import LedgerCore
import RawJSON
import SQLiteTable
import Testing

/// Every kind of row of 0.1.0 means the same, and is written to the byte as it was.
struct StoredDataTests {
    @Test("Each row of 0.1.0 is read, and written again as it was")
    func rows() async throws {
        let old = try OldLedger()
        var kinds: Set<String> = []
        for line in try Recording.rows() {
            let (item, group) = try Self.parse(line)
            let stored = try #require(try await old.table.get(item.key), "\(line)")
            #expect(stored == item, "in SQLite's file as in DynamoDB's JSON")
            #expect(try Self.rewritten(item) == item, "\(line)")
            #expect(Self.text(try Self.rewritten(item)) == line)
            kinds.insert(String(group.partitionKey.prefix { $0 != "#" }))
        }
        #expect(
            kinds == [
                "STREAMS", "LOG", "PART", "STATE", "SUBS", "POS", "IDEM", "KEYS", "GC",
            ]
        )
    }

    @Test("A batch of 0.1.0 is the same when its records are encoded again")
    func batches() throws {
        var chunks = 0
        for line in try Recording.rows() {
            guard case .chunk(let chunk) = try? LogEntry(try Self.parse(line).item) else {
                continue
            }
            let batch = try RecordBatch.decode(chunk.batch, expecting: chunk.first)
            var records = Records()
            for view in batch.records {
                records.append(
                    key: batch.copy(view.key),
                    type: batch.copy(view.type),
                    headers: Self.headers(of: view, in: batch),
                    data: batch.copy(view.data),
                    timestampDelta: view.timestampDelta
                )
            }
            let again = RecordBatch.encode(
                records,
                baseOffset: chunk.first,
                timestamp: batch.baseTimestamp
            )
            // Only zstd may come to another length in another version.
            let isCompressed = chunk.batch[3] != 0
            #expect(isCompressed || again == chunk.batch)
            let decoded = try RecordBatch.decode(again, expecting: chunk.first)
            #expect(Self.texts(decoded) == Self.texts(batch))
            chunks += 1
        }
        #expect(chunks > 5)
    }

    private static func texts(_ batch: DecodedBatch) -> [[[UInt8]]] {
        batch.records.map { view in
            [view.key, view.type, view.headers, view.data].map(batch.copy)
        }
    }

    private static func headers(of view: RecordView, in batch: DecodedBatch) -> RecordHeaders? {
        var headers = RecordHeaders()
        batch.forEachHeader(of: view) { name, value in
            headers.append(name: Array(name), value: Array(value))
        }
        return headers.count == 0 ? nil : headers
    }

    private static func parse(_ line: String) throws -> (item: Item, group: RowGroup) {
        let image = try Array(line.utf8).withUnsafeBytes { bytes in
            var reader = try JSONReader(bytes, maximumDepth: 2)
            return try RowImage(&reader)
        }
        let group = try #require(RowGroup(partitionKey: image.partitionKey))
        let key = try #require(group.key(sortKey: image.sortKey))
        return (image.item(key), group)
    }

    private static func text(_ item: Item) -> String {
        var writer = JSONWriter(capacity: 256)
        writer.row(item)
        return String(decoding: writer.finish(), as: UTF8.self)
    }

    /// The row after it was decoded into its type.
    private static func rewritten(_ item: Item) throws -> Item {
        switch item.key {
        case .stream: try StreamRow(item).item
        case .chunk(let stream, let partition, let first):
            switch try LogEntry(item) {
            case .chunk(let chunk): chunk.item
            case .seal: LogEntry.sealItem(stream: stream, partition: partition, at: first)
            }
        case .progress: try ProgressRow(item).item
        case .latest: try LatestRow(item).item
        case .subscription: try SubscriptionRow(item).item
        case .position where DeliveryRow.isMeant(by: item): try DeliveryRow(item).item
        case .position: try PositionRow(item).item
        case .member: try MemberRow(item).item
        case .parked: try ParkedRow(item).item
        case .push: try WebhookRow(item).item
        case .idempotency: try IdempotencyRow(item).item
        case .apiKey: try APIKeyRow(item).item
        case .deletion: try DeletionJob(item).item
        case .clock: try ClockRow(item).item
        case .streamName: try StreamNameRow(item).item
        case .ring: try KeptRingRow(item).item
        case .sweep: try SweepRow(item).item
        }
    }
}
