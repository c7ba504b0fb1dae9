import APISuite
import CSQLite
import LedgerCore
import LedgerTesting
import Testing

/// A stream of two partitions, one of which has three chunks of one event; the middle one is for
/// damaging.
struct DamagedLog {
    /// A key of the partition with the three chunks, and one of the other.
    let key: String
    let otherKey: String
    /// The middle chunk of the three, which a test damages.
    var damaged: TableKey { chunk(1) }
    private let node: TestLedger
    private let stream: StreamIncarnation
    private let partition: Partition

    init(_ table: any Table) async throws {
        node = TestLedger(onFaulty: table, seed: 1, clock: ManualClock())
        var answers: [Answer] = []
        answers.append(
            await node.call("POST", at: "/streams", sending: JSONBody.stream("s", partitions: 2))
        )
        var places: [Int: [String]] = [:]
        for key in ["a", "b", "c", "d"] {
            let answer = await node.call(
                "POST",
                at: "/streams/s/events",
                sending: JSONBody.event(key: key, data: "0")
            )
            places[answer.events[0]["partition"] as? Int ?? -1, default: []].append(key)
        }
        // Begun anew, now that it is known which key goes where.
        answers.append(await node.call("DELETE", at: "/streams/s"))
        answers.append(
            await node.call("POST", at: "/streams", sending: JSONBody.stream("s", partitions: 2))
        )
        (key, otherKey) = (places[0]?.first ?? "", places[1]?.first ?? "")
        for key in [key, otherKey, key, key] {
            let body = JSONBody.event(key: key, data: "\"\(key)\"")
            answers.append(await node.call("POST", at: "/streams/s/events", sending: body))
        }
        precondition(answers.allSatisfy { $0.status < 300 }, "the log is written: \(answers)")
        guard let id = StreamID("s"), let row = try await table.get(.stream(id)) else {
            preconditionFailure("a stream that was just made has a row")
        }
        stream = try StreamRow(row).incarnation
        partition = try StreamRow(row).partitions[0]
    }

    /// A chunk of the partition by its offset.
    func chunk(_ offset: Int64) -> TableKey {
        .chunk(stream, partition, Offset.zero.advanced(by: Int(offset)))
    }

    /// A page of the partition.
    func page(from offset: Int) async -> Answer {
        await node.call("GET", at: "/streams/s/events?partition=0&from=\(offset)")
    }

    /// The first answer that is wrong about a damaged middle chunk; nil when all are right.
    func complaint(aboutAll: Bool) async -> String? {
        let answer = await page(from: 1)
        guard answer.status == 500, answer.error == "corrupt_chunk",
            answer.details["stream_id"] as? String == "s",
            answer.details["partition"] as? Int == 0, answer.details["offset"] as? Int == 1
        else { return "at the damage: \(answer)" }
        return aboutAll ? await complaintAboutTheRest() : nil
    }

    private func complaintAboutTheRest() async -> String? {
        let before = await page(from: 0)
        if before.offsets != [0] || before.caughtUp { return "before it: \(before)" }
        let after = await page(from: 2)
        if after.offsets != [2] || !after.caughtUp { return "after it: \(after)" }
        let other = await node.call("GET", at: "/streams/s/events?partition=1&from=0")
        if other.offsets != [0] { return "beside it: \(other)" }
        return nil
    }
}

/// The rows of a table's file, past the table.
final class RawRows {
    private let database: OpaquePointer

    init(_ path: String) throws {
        var database: OpaquePointer?
        try #require(sqlite3_open(path, &database) == SQLITE_OK)
        self.database = try #require(database)
        sqlite3_busy_timeout(database, 5000)
    }

    deinit {
        sqlite3_close_v2(database)
    }

    /// The bytes that are stored under a key.
    func value(of key: TableKey) throws -> [UInt8] {
        try statement("SELECT v FROM items WHERE pk=?2 AND sk=?3", value: [], key: key) {
            statement in
            try #require(sqlite3_step(statement) == SQLITE_ROW)
            let count = Int(sqlite3_column_bytes(statement, 0))
            return Array(
                UnsafeRawBufferPointer(start: sqlite3_column_blob(statement, 0), count: count)
            )
        }
    }

    /// Stores something else there.
    func replace(_ key: TableKey, by value: [UInt8]) throws {
        try statement("UPDATE items SET v=?1 WHERE pk=?2 AND sk=?3", value: value, key: key) {
            statement in
            try #require(sqlite3_step(statement) == SQLITE_DONE)
            try #require(sqlite3_changes(database) == 1)
        }
    }

    private func statement<Answer>(
        _ sql: String,
        value: [UInt8],
        key: TableKey,
        body: (OpaquePointer) throws -> Answer
    ) throws -> Answer {
        var statement: OpaquePointer?
        try #require(sqlite3_prepare_v2(database, sql, -1, &statement, nil) == SQLITE_OK)
        defer { sqlite3_finalize(statement) }
        // SQLITE_TRANSIENT: SQLite makes a copy.
        let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        let group = key.group.partitionKey
        let sort = key.sortKey
        if !value.isEmpty {
            sqlite3_bind_blob64(statement, 1, value, UInt64(value.count), copies)
        }
        sqlite3_bind_text(statement, 2, group, Int32(group.utf8.count), copies)
        sqlite3_bind_blob64(statement, 3, sort, UInt64(sort.count), copies)
        return try body(try #require(statement))
    }
}
