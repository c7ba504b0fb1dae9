import CSQLite
import Foundation
import LedgerCore
import LedgerVerification
import LedgerService
import LedgerTesting
import SQLiteTable
import Testing

/// A ledger in a file of its own, to be damaged behind its back and checked.
final class StoredLedger: Sendable {
    private let folder: TemporaryFolder
    let clock = ManualClock()
    let table: SQLiteTable
    let process: TestLedger

    init() throws {
        folder = try TemporaryFolder()
        table = try SQLiteTable.open(path: folder.file, clock: clock.instant)
        process = TestLedger(table, clock: clock)
    }

    var path: String { folder.file }

    /// Publishes events as one chunk; `id` is the Idempotency-Key.
    func publish(
        _ events: [(key: String, data: String)],
        to stream: String,
        id: String? = nil
    ) async throws {
        let body = JSONBody.batch(events.map { JSONBody.event(key: $0.key, data: $0.data) })
        let target = "/streams/\(stream)/events"
        try await process.done("POST", at: target, sending: body, idempotencyKey: id)
    }

    /// A stream of one partition: chunks of the offsets 0–1, 2–3, …, 18–19, folded up to 16;
    /// a subscription that has committed 4; an idempotency row for each chunk.
    static func sample() async throws -> StoredLedger {
        let stored = try StoredLedger()
        let process = stored.process
        try await process.done("POST", at: "/streams", sending: JSONBody.stream("s", partitions: 1))
        for chunk in 0..<10 {
            if chunk == 8 { try await process.done("POST", at: "/streams/s/compact") }
            // One tombstone, and one that the compacted state holds compressed.
            let text = String(repeating: "again ", count: chunk == 6 ? 200 : 0)
            let data = chunk == 5 ? "null" : "{\"n\":\(chunk),\"text\":\"\(text)\"}"
            try await stored.publish(
                [("k\(chunk % 4)", data), ("l", "\(chunk)")],
                to: "s",
                id: "i\(chunk)"
            )
            stored.clock.advance(by: .seconds(1))
        }
        let path = "/streams/s/subscriptions"
        try await process.done("POST", at: path, sending: JSONBody.subscription("u"))
        let page = try await process.done("GET", at: "\(path)/u/poll?limit=4").text
        let cursor = try #require(page.firstMatch(of: /"cursor":"([^"]*)"/)).1
        try await process.done(
            "POST",
            at: "\(path)/u/commit",
            sending: JSONBody.commit(String(cursor))
        )
        return stored
    }

    func verify(_ heads: KeptHeads = KeptHeads()) throws -> LedgerVerdict {
        LedgerVerifier.run(on: try SQLiteSnapshot.open(path: path), against: heads)
    }

    // MARK: Behind its back

    func stream(_ name: String = "s") async throws -> StreamRow {
        let id = try #require(StreamID(name))
        return try StreamRow(try #require(try await table.get(.stream(id))))
    }

    func chunkKey(_ offset: Int64) async throws -> TableKey {
        .chunk(
            try await stream().incarnation,
            try #require(Partition(0)),
            try #require(Offset(offset))
        )
    }

    func change(_ key: TableKey, body: (inout Item) throws -> Void) async throws {
        var item = try #require(try await table.get(key))
        try body(&item)
        _ = try await table.write(.put(item))
    }

    /// Puts the state of a webhook's endpoint; returns its key.
    @discardableResult
    func putWebhook(of subscription: SubscriptionIncarnation) async throws -> TableKey {
        let stream = try await stream().incarnation
        let key = TableKey.push(stream: stream, subscription: subscription)
        var item = Item(key)
        item[.state] = .number(0)
        item[.timestamp] = .number(0)
        item[.version] = .number(1)
        _ = try await table.write(.put(item))
        return key
    }

    /// The incarnation of the only subscription.
    func subscription() async throws -> SubscriptionIncarnation {
        let rows = Query(.subscriptions(try await stream().incarnation), limit: 1)
        return try SubscriptionRow(try #require(try await table.query(rows).items.first))
            .incarnation
    }

    /// Puts the row of a delivery of which nothing is open, in place of the position.
    func putDelivery(change: (inout Item) throws -> Void = { _ in }) async throws {
        let stream = try await stream()
        let rows = Query(.subscriptions(stream.incarnation), limit: 1)
        let subscription = try SubscriptionRow(
            try #require(try await table.query(rows).items.first)
        )
        let row = DeliveryRow(of: subscription, in: stream.partitions[0], after: nil)
        var item = row.next(by: 1).item
        try change(&item)
        _ = try await table.write(.put(item))
    }

    /// Puts a parked event.
    func putParked(
        at value: Int64,
        change: (inout Item) throws -> Void = { _ in }
    ) async throws {
        let stream = try await stream()
        let now = Timestamp(milliseconds: 5)
        let entry = ParkingHistory.Entry(
            .rejected,
            reason: "broken",
            deliveries: 1,
            firstDelivery: now,
            lastDelivery: now,
            parked: now,
            consumer: "c"
        )
        let content = ParkedRow.Content(
            key: try #require(EventKey(utf8: Array("k1".utf8))),
            record: Record.encode(timestamp: now, type: Array("t".utf8), data: Array("1".utf8)),
            timestamp: now
        )
        let row = ParkedRow(
            try #require(Offset(value)),
            in: stream.partitions[0],
            of: (stream.incarnation, try await subscription()),
            content: content,
            because: entry,
            after: nil
        )
        var item = row.item
        try change(&item)
        _ = try await table.write(.put(item))
    }

    func delete(_ key: TableKey) async throws {
        _ = try await table.write(.delete(key))
    }

    /// Runs SQL on the file, past the table and its rules.
    func execute(_ sql: String) throws {
        var database: OpaquePointer?
        defer { sqlite3_close_v2(database) }
        try #require(sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK)
        try #require(sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK)
    }
}
