import LedgerTesting
import Testing

@testable import LedgerCore

/// A reader alone on one partition's log, without a page around it.
///
/// Its single steps are in `LogReaderTests+Steps.swift`.
@Suite("A log's reader")
struct LogReaderTests {
    static let created = Timestamp(milliseconds: 0)
    static let hour: Int64 = 3_600_000
    let stream = StreamRow(
        id: StreamID(trusted: "s"),
        incarnation: StreamIncarnation(high: 1, low: 1),
        partitionCount: 1,
        retentionHours: 1,
        compaction: true,
        created: Self.created
    )
    let partition = Partition(unchecked: 0)

    /// The end of a run: what was read, and how it ended.
    struct Outcome: Equatable {
        var offsets: [Int64] = []
        var end = ""
    }

    func reader(
        from origin: Int64,
        at now: Timestamp,
        eventsPerChunk: Int = 1,
        chunkStart: Int64? = nil,
        onlySweepDeletes: Bool = true
    ) -> LogReader {
        LogReader(
            stream: stream.incarnation,
            partition: partition,
            from: Offset(unchecked: origin),
            expiration: Expiration(of: stream, at: now),
            trust: TailTrust(created: stream.created, onlySweepDeletes: onlySweepDeletes),
            eventsPerChunk: eventsPerChunk,
            chunkStart: chunkStart.map(Offset.init(unchecked:)),
            decode: { chunk throws(ReadFailure) in try chunk.decoded() }
        )
    }

    /// Reads from an offset as far as it goes, at a time, on a table that hides nothing.
    func run(
        _ table: PlanTable,
        from origin: Int64,
        at now: Timestamp,
        chunkStart: Int64? = nil,
        onlySweepDeletes: Bool = true,
        limit: Int = 3
    ) throws -> Outcome {
        var reader = reader(
            from: origin,
            at: now,
            chunkStart: chunkStart,
            onlySweepDeletes: onlySweepDeletes
        )
        var result = Outcome()
        var steps = 0
        do throws(ReadFailure) {
            while !reader.isFinished, steps < 1_000 {
                steps += 1
                if reader.needsPause { reader.resume() }
                guard let read = reader.read(wanting: limit) else { break }
                try reader.receive(.success(table.find(read)), now: now)
                while reader.waitingBytes != nil {
                    guard let batch = try reader.takeBatch() else { break }
                    for index in batch.start..<batch.decoded.records.count {
                        result.offsets.append(batch.decoded.offset(at: index).rawValue)
                    }
                }
            }
            result.end = reader.isAtEnd ? "end" : "blocked"
        } catch {
            result.end = describe(error)
        }
        #expect(steps < 1_000, "it never ends")
        return result
    }

    private func describe(_ failure: ReadFailure) -> String {
        switch failure {
        case .expired(_, let earliest): "expired \(earliest.map { "\($0.rawValue)" } ?? "?")"
        case .outOfRange(_, _, let next): "outOfRange \(next.rawValue)"
        case .unverified: "unverified"
        case .corrupt(_, let offset, _): "corrupt \(offset.rawValue)"
        case .table(let error): "table \(error.reason)"
        }
    }

    /// Six chunks of two events each, a second apart.
    func log(ttl: TTL = .never) -> LogMaker {
        var maker = LogMaker(partition: partition)
        for number in 0..<6 {
            maker.append([("a", "1"), ("b", "2")], at: Int64(number) * 1_000, ttl: ttl)
        }
        return maker
    }

    func table(
        _ chunks: some Sequence<ChunkRow>,
        watermark: Int64? = nil,
        trim: Int64 = 0,
        sweptAt: Timestamp? = nil
    ) -> PlanTable {
        var table = PlanTable()
        for chunk in chunks { table.put(chunk.item) }
        guard let watermark else { return table }
        var progress = ProgressRow(stream: stream.incarnation, partition: partition)
        progress.foldedTail = Tail(
            next: Offset(unchecked: watermark),
            timestamp: Self.created,
            ttl: .past,
            hash: HashChain.start
        )
        progress.trimmedBelow = Offset(unchecked: trim)
        progress.tailVerifiedAt = sweptAt
        table.put(progress.item)
        return table
    }

    let now = Timestamp(milliseconds: 10_000)

    // MARK: States and events

    @Test(
        "A read that begins with a chunk goes chunk by chunk to the end",
        arguments: [0, 2, 10] as [Int64]
    )
    func scan(_ origin: Int64) throws {
        let found = try run(table(log().chunks), from: origin, at: now)
        #expect(found == Outcome(offsets: Array(origin..<12), end: "end"))
    }

    @Test(
        "A read from within a chunk finds it, with a hint, a wrong hint and none",
        arguments: [nil, 4, 2, 0] as [Int64?]
    )
    func locate(_ hint: Int64?) throws {
        let found = try run(table(log().chunks), from: 5, at: now, chunkStart: hint)
        #expect(found == Outcome(offsets: Array(5..<12), end: "end"))
    }

    @Test("A read at the end of a log finds the end, also of an empty or sealed one")
    func ends() throws {
        #expect(try run(table(log().chunks), from: 12, at: now) == Outcome(end: "end"))
        #expect(try run(PlanTable(), from: 0, at: now) == Outcome(end: "end"))
        var sealed = table(log().chunks)
        sealed.put(
            LogEntry.sealItem(
                stream: stream.incarnation,
                partition: partition,
                at: Offset(unchecked: 12)
            )
        )
        #expect(try run(sealed, from: 10, at: now) == Outcome(offsets: [10, 11], end: "end"))
        #expect(try run(sealed, from: 12, at: now) == Outcome(end: "end"))
    }

    @Test("A read beyond the end is out of range")
    func outOfRange() throws {
        #expect(try run(table(log().chunks), from: 13, at: now) == Outcome(end: "outOfRange 12"))
        #expect(try run(PlanTable(), from: 1, at: now) == Outcome(end: "outOfRange 0"))
    }

    @Test("A gap before a later chunk is damage, unless it was trimmed")
    func gap() throws {
        let chunks = log().chunks
        let hole = chunks.enumerated().filter { $0.offset != 3 }.map(\.element)
        // Whoever reads up to the gap gets what is before it; whoever begins there hears of it.
        #expect(
            try run(table(hole), from: 2, at: now) == Outcome(offsets: Array(2..<6), end: "blocked")
        )
        #expect(try run(table(hole), from: 6, at: now) == Outcome(end: "corrupt 6"))
        #expect(try run(table(hole), from: 7, at: now) == Outcome(end: "corrupt 7"))
        // Trimmed by the sweep up to the next chunk.
        let trimmed = table(hole, watermark: 12, trim: 8)
        #expect(try run(trimmed, from: 6, at: now) == Outcome(end: "expired 8"))
        #expect(try run(table(hole, watermark: 12, trim: 7), from: 6, at: now).end == "corrupt 6")
    }

    @Test("A gap whose ttl may have passed has expired")
    func expiredGap() throws {
        let mortal = log(ttl: .after(second: 4_000))
        let hole = mortal.chunks.enumerated().filter { $0.offset != 3 }.map(\.element)
        let later = Timestamp(milliseconds: 500_000)
        #expect(try run(table(hole), from: 6, at: later) == Outcome(end: "expired 8"))
    }

    @Test("A log without chunks has expired below its watermark, and ends there")
    func expiredEnd() throws {
        let gone = table([], watermark: 12)
        #expect(try run(gone, from: 5, at: now) == Outcome(end: "expired 12"))
        #expect(try run(gone, from: 12, at: now) == Outcome(end: "end"))
        #expect(try run(gone, from: 13, at: now) == Outcome(end: "outOfRange 12"))
    }

    @Test("Without a sweep an old end is not believed")
    func unverified() throws {
        let later = Timestamp(milliseconds: 48 * Self.hour)
        let old = table([], watermark: 12)
        #expect(
            try run(old, from: 12, at: later, onlySweepDeletes: false) == Outcome(end: "unverified")
        )
        let swept = table([], watermark: 12, sweptAt: Timestamp(milliseconds: 40 * Self.hour))
        #expect(try run(swept, from: 12, at: later, onlySweepDeletes: false) == Outcome(end: "end"))
    }

    @Test("A first chunk that has expired is an error, a later one is not read as such")
    func expiredChunk() throws {
        let later = Timestamp(milliseconds: Self.hour + 2_500)
        // The chunks of 0, 1 and 2 seconds are older than an hour.
        let found = try run(table(log().chunks), from: 0, at: later)
        #expect(found == Outcome(end: "expired ?"))
        #expect(try run(table(log().chunks), from: 6, at: later).offsets == Array(6..<12))
    }

    @Test("Damage is told to whoever begins there, after a whole page before it")
    func damage() throws {
        var rows = log().chunks.map(\.item)
        var batch = rows[3].bytes(.batch) ?? []
        batch[batch.count - 1] ^= 1
        rows[3][.batch] = .bytes(batch)
        var table = PlanTable()
        for row in rows { table.put(row) }
        #expect(try run(table, from: 2, at: now) == Outcome(offsets: Array(2..<6), end: "blocked"))
        #expect(try run(table, from: 6, at: now) == Outcome(end: "corrupt 6"))
    }

    @Test("A failed read is the reader's failure")
    func failure() {
        var reader = reader(from: 0, at: now)
        let error = TableError(.definite, reason: .throttled, message: "busy")
        #expect(throws: ReadFailure.table(error)) { try reader.receive(.failure(error), now: now) }
    }

    // MARK: Random walk

    @Test("It reads what is there, or says why nothing is", arguments: RandomSeed.cases(200))
    func randomWalk(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var maker = LogMaker(partition: partition)
        for number in 0..<random.number(0...8) {
            let events = (0..<random.number(1...4)).map { (key: "k\($0)", data: "1" as String?) }
            maker.append(events, at: Int64(number) * 1_000)
        }
        // The sweep has trimmed a beginning, and perhaps one more chunk is missing.
        let chunks = maker.chunks
        let trimmed = random.number(0...chunks.count)
        let missing = random.happens(0.3) ? random.number(0...chunks.count) : -1
        let left = chunks.indices.filter { $0 >= trimmed && $0 != missing }.map { chunks[$0] }
        let trim = trimmed < chunks.count ? chunks[trimmed].first : maker.tail.next
        let table = table(left, watermark: maker.tail.next.rawValue, trim: trim.rawValue)
        for origin in 0...(maker.tail.next.rawValue + 1) {
            let found = try run(
                table,
                from: origin,
                at: now,
                chunkStart: random.happens(0.3) ? Int64(random.number(0...Int(origin))) : nil,
                limit: random.number(1...5)
            )
            let expected = expected(left, from: origin, end: maker.tail.next.rawValue, trim: trim)
            #expect(found == expected, "from \(origin), seed \(seed)")
        }
    }

    /// The same said by looking at all chunks.
    private func expected(
        _ chunks: [ChunkRow],
        from origin: Int64,
        end: Int64,
        trim: Offset
    ) -> Outcome {
        var result = Outcome()
        var next = origin
        for chunk in chunks where chunk.end.rawValue > next {
            guard chunk.first.rawValue <= next else { break }
            result.offsets += next..<chunk.end.rawValue
            next = chunk.end.rawValue
        }
        let following = chunks.first { $0.first.rawValue > next }
        switch (following, next) {
        case (nil, end): result.end = "end"
        case (nil, (end + 1)...): result.end = "outOfRange \(end)"
        // A log whose last chunks are missing looks as if it ended there: to whoever has read up to
        // the gap, or begins right behind a chunk that has not expired.
        case (nil, _):
            let isBehindChunk = chunks.contains { $0.end.rawValue == next }
            result.end = next == origin && !isBehindChunk ? "expired \(end)" : "end"
        case (let following?, _):
            guard next == origin else {
                result.end = "blocked"
                break
            }
            result.end =
                following.first <= trim
                ? "expired \(following.first.rawValue)" : "corrupt \(origin)"
        }
        return result
    }
}
