import LedgerBytes
import LedgerCore
import LedgerVerification
import LedgerTesting
import SQLiteTable
import Testing

/// One way to damage ``StoredLedger/sample()``, and the finding that a check must have.
struct Damage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var stream: String? = "s"
    let offset: Int64?
    let problem: String
    let inflict: @Sendable (StoredLedger) async throws -> Void

    init(
        _ name: String,
        at offset: Int64?,
        finding problem: String,
        stream: String? = "s",
        inflict: @escaping @Sendable (StoredLedger) async throws -> Void
    ) {
        testDescription = name
        self.stream = stream
        self.offset = offset
        self.problem = problem
        self.inflict = inflict
    }

    static let all = log + state + references

    static let flipped = Damage(
        "a bit of a chunk is flipped",
        at: 6,
        finding: "record batch is damaged"
    ) {
        try await $0.change(try await $0.chunkKey(6)) { item in
            var batch = try #require(item.bytes(.batch))
            batch[40] ^= 4
            item[.batch] = .bytes(batch)
        }
    }

    private static let log = [
        flipped,
        Damage("a chunk is rewritten with good checksums", at: 6, finding: "hash chain breaks") {
            try await $0.change(try await $0.chunkKey(6)) { item in
                item[.batch] = .bytes(try forged(item))
            }
        },
        Damage("a chunk and its hash are rewritten", at: 8, finding: "hash chain breaks") {
            try await $0.change(try await $0.chunkKey(6)) { item in
                let batch = try forged(item)
                let previous = SHA256.digest([7])
                item[.batch] = .bytes(batch)
                item[.hash] = .bytes(HashChain.next(previous: previous, batch: batch).bytes)
            }
        },
        Damage("a chunk is missing", at: 6, finding: "up to 8 are missing") {
            try await $0.delete(try await $0.chunkKey(6))
        },
        Damage("the first chunk is missing", at: 0, finding: "up to 2 are missing") {
            try await $0.delete(try await $0.chunkKey(0))
        },
        Damage("the last folded chunks are missing", at: 12, finding: "up to 16 are missing") {
            for offset in [12, 14, 16, 18] as [Int64] {
                try await $0.delete(try await $0.chunkKey(offset))
            }
        },
        Damage("the whole log is missing", at: 0, finding: "up to 16 are missing") {
            for offset in stride(from: Int64(0), to: 20, by: 2) {
                try await $0.delete(try await $0.chunkKey(offset))
            }
        },
        Damage("the ttl goes back", at: 6, finding: "ttl goes back") {
            try await $0.change(try await $0.chunkKey(6)) { $0[.ttl] = .number(5) }
        },
        Damage("the ttl before is another", at: 6, finding: "the ttl of the chunk before") {
            try await $0.change(try await $0.chunkKey(6)) { $0[.previousTTL] = .number(5) }
        },
        Damage(
            "the timestamp is another",
            at: 6,
            finding: "timestamp is not that of the last event"
        ) {
            try await $0.change(try await $0.chunkKey(6)) { $0[.timestamp] = .number(5) }
        },
        Damage("the count is another", at: 6, finding: "2 events are stored, not 3") {
            try await $0.change(try await $0.chunkKey(6)) { $0[.count] = .number(3) }
        },
        Damage("a row of the log is no row", at: 6, finding: "cannot be decoded") {
            try $0.execute("UPDATE items SET v=x'00' WHERE pk LIKE 'LOG%' AND hex(sk) LIKE '%3036'")
        },
        Damage("an active stream is sealed", at: 20, finding: "sealed") {
            let stream = try await $0.stream()
            let end = try #require(Offset(20))
            let seal = LogEntry.sealItem(
                stream: stream.incarnation,
                partition: stream.partitions[0],
                at: end
            )
            _ = try await $0.table.write(.put(seal))
        },
        Damage("the watermark remembers another hash", at: 16, finding: "remembers another end") {
            try await $0.change(try await progress($0)) {
                $0[.hash] = .bytes([UInt8](repeating: 1, count: 32))
            }
        },
        Damage("the watermark is inside a chunk", at: 15, finding: "inside a chunk") {
            try await $0.change(try await progress($0)) { $0[.watermark] = .number(15) }
        },
    ]

    private static let state = [
        Damage("a latest event is missing", at: 10 + 2, finding: "not in the compacted state") {
            try await $0.delete(try await latest("k2", in: $0))
        },
        Damage("a latest event is stale", at: 4, finding: "is stale") {
            try await $0.change(try await latest("k2", in: $0)) { $0[.offset] = .number(4) }
        },
        Damage("a latest event has other content", at: 12, finding: "not the one in the log") {
            let other = Record.encode(
                timestamp: Timestamp(milliseconds: 5),
                type: Array("t".utf8),
                data: Array("9".utf8)
            )
            try await $0.change(try await latest("k2", in: $0)) { $0[.record] = .bytes(other) }
        },
        Damage("a latest event is damaged", at: 12, finding: "compacted event is damaged") {
            try await $0.change(try await latest("k2", in: $0)) { item in
                item[.record] = .bytes(try #require(item.bytes(.record)).reversed())
            }
        },
        Damage("a latest event is invented", at: 12, finding: "is not in the log") { stored in
            let stream = try await stored.stream()
            let copied = try #require(
                try await stored.table.get(try await latest("k2", in: stored))
            )
            let key = try #require(EventKey(utf8: Array("invented".utf8)))
            var item = Item(.latest(stream.incarnation, stream.partitions[0], key))
            for (name, value) in copied.attributes { item[name] = value }
            _ = try await stored.table.write(.put(item))
        },
    ]

    private static let references = [
        Damage("a position lies beyond the end", at: 99, finding: "beyond the end of the log") {
            stored in
            let stream = try await stored.stream()
            let row = PositionRow(
                stream: stream.incarnation,
                subscription: try await stored.subscription(),
                partition: stream.partitions[0],
                epoch: 0,
                position: .log(try #require(Offset(99)))
            )
            _ = try await stored.table.write(.put(row.item))
        },
        Damage("the row of a delivery is damaged", at: nil, finding: "attribute u is missing") {
            try await $0.putDelivery { $0[.open] = .bytes([9]) }
        },
        Damage("a delivery has looked beyond the end", at: 99, finding: "beyond the end of the log")
        { try await $0.putDelivery { $0[.offset] = .number(99) } },
        Damage("a parked event is damaged", at: 6, finding: "a parked event") {
            try await $0.putParked(at: 6) { item in
                item[.record] = .bytes(try #require(item.bytes(.record)).reversed())
            }
        },
        Damage("a parked event's history is damaged", at: 6, finding: "attribute why is missing") {
            try await $0.putParked(at: 6) { $0[.history] = .bytes([1, 0]) }
        },
        Damage("an idempotency row leads nowhere", at: 99, finding: "leads beyond the end") {
            stored in
            let stream = try await stored.stream()
            let rows = Query(.idempotency(stream.incarnation), limit: 1)
            let item = try #require(try await stored.table.query(rows).items.first)
            try await stored.change(item.key) { $0[.offset] = .number(99) }
        },
        Damage("a webhook's subscription is gone", at: nil, finding: "left of a subscription") {
            stored in
            try await stored.putWebhook(of: SubscriptionIncarnation(high: 1, low: 1))
        },
        Damage("a webhook's state is damaged", at: nil, finding: "damaged", stream: nil) { stored in
            let key = try await stored.putWebhook(of: try await stored.subscription())
            try await stored.change(key) { $0[.version] = .number(0) }
        },
        Damage("there are rows of no kind", at: nil, finding: "no known kind", stream: nil) {
            try $0.execute("INSERT INTO items(pk, sk, v) VALUES('WHAT', x'00', x'00')")
        },
        Damage("there is a partition too many", at: nil, finding: "does not have") { stored in
            let stream = try await stored.stream()
            let partition = try #require(Partition(1))
            let seal = LogEntry.sealItem(
                stream: stream.incarnation,
                partition: partition,
                at: .zero
            )
            _ = try await stored.table.write(.put(seal))
        },
    ]

    // MARK: Tools

    /// A batch as good as the chunk's, of other events.
    private static func forged(_ item: Item) throws -> [UInt8] {
        guard case .chunk(let chunk) = try LogEntry(item) else { return [] }
        var records = Records()
        for number in 0..<chunk.count {
            records.append(
                key: Array("k3".utf8),
                type: Array("forged".utf8),
                data: Array("\(number)".utf8)
            )
        }
        return RecordBatch.encode(records, baseOffset: chunk.first, timestamp: chunk.timestamp)
    }

    /// Another first chunk, and every hash after it made to fit; the compacted state as well.
    static func rewriteAll(_ stored: StoredLedger) async throws {
        let stream = try await stored.stream()
        let log = Query(.log(stream.incarnation, stream.partitions[0]), limit: 1000)
        var hash = HashChain.start
        for item in try await stored.table.query(log).items {
            try await stored.change(item.key) { item in
                if item.key.sortKey.allSatisfy({ $0 == UInt8(ascii: "0") }) {
                    item[.batch] = .bytes(try forged(item))
                }
                hash = HashChain.next(previous: hash, batch: try #require(item.bytes(.batch)))
                item[.hash] = .bytes(hash.bytes)
            }
            let offset = Int64(String(decoding: item.key.sortKey, as: UTF8.self)) ?? 0
            guard offset == 14 else { continue }
            let atWatermark = hash
            try await stored.change(try await progress(stored)) {
                $0[.hash] = .bytes(atWatermark.bytes)
            }
        }
    }

    private static func progress(_ stored: StoredLedger) async throws -> TableKey {
        let stream = try await stored.stream()
        return .progress(stream.incarnation, stream.partitions[0])
    }

    private static func latest(_ key: String, in stored: StoredLedger) async throws -> TableKey {
        let stream = try await stored.stream()
        let key = try #require(EventKey(utf8: Array(key.utf8)))
        return .latest(stream.incarnation, stream.partitions[0], key)
    }
}
