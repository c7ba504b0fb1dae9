import Testing

@testable import LedgerCore

/// The single steps of a reader: what it asks for and in which order, and rows that are not as they
/// should be.
extension LogReaderTests {
    /// A reader's reads and pauses until it is finished, fails, or has taken 20 of them.
    private func steps(
        _ table: PlanTable,
        from origin: Int64,
        changing: (_ step: String, inout PlanTable) -> Void = { _, _ in }
    ) -> (steps: [String], reader: LogReader) {
        var table = table
        var reader = reader(from: origin, at: now)
        var steps: [String] = []
        while !reader.isFinished, steps.count < 20 {
            if reader.needsPause {
                #expect(reader.read(wanting: 1) == nil)
                reader.resume()
                steps.append("pause")
            } else if let read = reader.read(wanting: 100) {
                steps.append(name(of: read))
                do throws(ReadFailure) {
                    try reader.receive(.success(table.find(read)), now: now)
                } catch {
                    steps.append("failure")
                    return (steps, reader)
                }
            }
            changing(steps.last ?? "", &table)
        }
        return (steps, reader)
    }

    private func name(of read: TableRead) -> String {
        switch read {
        case .query(let query): query.order == .ascending ? "scan" : "locate"
        case .get: "progress"
        }
    }

    private func without(_ number: Int, of chunks: [ChunkRow]) -> [ChunkRow] {
        chunks.enumerated().filter { $0.offset != number }.map(\.element)
    }

    // MARK: Reads

    @Test("It reads no more than it needs to explain why there is nothing")
    func order() {
        let look = ["scan", "locate", "progress"]
        #expect(steps(table(log().chunks), from: 0).steps == ["scan"])
        // A young chunk right before the end vouches for it.
        #expect(steps(table(log().chunks), from: 12).steps == ["scan", "locate"])
        let gone = table([], watermark: 12)
        #expect(steps(gone, from: 12).steps == look)
        #expect(steps(gone, from: 5).steps == look + look + ["failure"])
        let hole = without(3, of: log().chunks)
        let trimmed = table(hole, watermark: 12, trim: 8)
        #expect(steps(trimmed, from: 6).steps == look + ["failure"])
        let pause = ["pause"]
        #expect(
            steps(table(hole), from: 6).steps == look + pause + look + pause + look + ["failure"]
        )
    }

    @Test("What becomes visible while it looks again is read")
    func secondLook() {
        let chunks = log().chunks
        let late = steps(table(without(3, of: chunks)), from: 6) { step, table in
            if step == "pause" { table.put(chunks[3].item) }
        }
        #expect(late.steps == ["scan", "locate", "progress", "pause", "scan"])
        #expect(late.reader.isAtEnd && late.reader.readUpTo.rawValue == 12)
        let appended = steps(table([], watermark: 12), from: 5) { step, table in
            if step == "progress" { for chunk in chunks { table.put(chunk.item) } }
        }
        #expect(appended.steps == ["scan", "locate", "progress", "scan", "locate", "scan"])
        #expect(appended.reader.isAtEnd && appended.reader.readUpTo.rawValue == 12)
    }

    @Test(
        "It asks for as many chunks as hold what is wanted, and one for what lies before",
        arguments: [
            (30, 16, 3), (16, 16, 2), (17, 16, 3), (1, 10, 1), (0, 10, 1), (5, 1, 5), (5, 0, 5),
            (10_000, 1, 1_000), (10_000, 10, 1_000), (9_000, 10, 901),
        ]
    )
    func chunks(_ wanted: Int, eventsPerChunk: Int, expected: Int) {
        let reader = reader(from: 0, at: now, eventsPerChunk: eventsPerChunk)
        guard case .query(let query)? = reader.read(wanting: wanted) else {
            Issue.record("no query")
            return
        }
        #expect(query.limit == expected)
    }

    @Test("The first scan begins at the hint, the next one where the first has ended")
    func hint() throws {
        var reader = reader(from: 5, at: now, eventsPerChunk: 16, chunkStart: 4)
        for (start, number) in [(4, 2), (6, 3)] as [(Int64, Int)] {
            guard case .query(let query)? = reader.read(wanting: 16) else {
                Issue.record("no query")
                return
            }
            let key = TableKey.chunk(stream.incarnation, partition, Offset(unchecked: start))
            #expect(query.lowerBound == key.sortKey)
            let page = QueryPage(items: [log().chunks[number].item], next: key.sortKey)
            try reader.receive(.success(.page(page)), now: now)
        }
        // 16, then half of it and of the two that a chunk has, twice.
        #expect(reader.eventsPerChunk == 6)
        #expect(reader.readUpTo.rawValue == 8)
    }

    @Test("An expired chunk that only the hint led to does not count")
    func expiredHint() throws {
        let later = Timestamp(milliseconds: Self.hour + 2_500)
        let found = try run(table(log().chunks), from: 6, at: later, chunkStart: 4)
        #expect(found == Outcome(offsets: Array(6..<12), end: "end"))
    }

    @Test("A log is proven once a chunk was read or its end is known")
    func proven() throws {
        var reader = reader(from: 0, at: now)
        #expect(!reader.isProven)
        let chunk = log().chunks[0]
        let page = QueryPage(items: [chunk.item], next: chunk.item.key.sortKey)
        try reader.receive(.success(.page(page)), now: now)
        #expect(reader.isProven && !reader.isAtEnd && reader.readUpTo == chunk.end)
        #expect(reader.waitingBytes == RecordBatch.claimedPayload(of: chunk.batch))
        let (_, ended) = steps(PlanTable(), from: 0)
        #expect(ended.isProven && ended.isAtEnd && ended.readUpTo == .zero)
    }

    // MARK: Ends

    @Test("A last chunk that has expired vouches for nothing: the progress row must")
    func expiredEndOfChunks() throws {
        let later = Timestamp(milliseconds: 48 * Self.hour)
        let old = table(log().chunks)
        #expect(
            try run(old, from: 12, at: later, onlySweepDeletes: false) == Outcome(end: "unverified")
        )
        #expect(try run(old, from: 12, at: later) == Outcome(end: "end"))
        let folded = table(log().chunks, watermark: 20)
        #expect(try run(folded, from: 12, at: later) == Outcome(end: "expired 20"))
    }

    @Test("Beyond an end that is not believed nothing is said about the offset")
    func beyondUnverified() throws {
        let later = Timestamp(milliseconds: 48 * Self.hour)
        let found = try run(table([], watermark: 12), from: 13, at: later, onlySweepDeletes: false)
        #expect(found == Outcome(end: "unverified"))
    }

    @Test("A seal ends the log where it stands, and hides no chunk that is missing before it")
    func seal() throws {
        let item = LogEntry.sealItem(
            stream: stream.incarnation,
            partition: partition,
            at: Offset(unchecked: 12)
        )
        var sealed = table(log().chunks)
        sealed.put(item)
        #expect(try run(sealed, from: 13, at: now) == Outcome(end: "end"))
        var hole = table(log().chunks.dropLast())
        hole.put(item)
        #expect(try run(hole, from: 2, at: now) == Outcome(offsets: Array(2..<10), end: "blocked"))
    }

    // MARK: Damage and failures

    @Test("A row that says something else than its events is damage of that chunk")
    func contradictions() throws {
        for (name, value) in [(.count, 3), (.timestamp, 5_001)] as [(Attribute, Int64)] {
            var row = log().chunks[5].item
            row[name] = .number(value)
            var table = table(log().chunks.dropLast())
            table.put(row)
            #expect(try run(table, from: 8, at: now) == Outcome(offsets: [8, 9], end: "blocked"))
            #expect(try run(table, from: 10, at: now) == Outcome(end: "corrupt 10"))
        }
    }

    @Test("A row that can't be read is damage of that chunk, and of the progress its own")
    func unreadable() throws {
        var row = log().chunks[3].item
        row[.batch] = nil
        var table = table(log().chunks)
        table.put(row)
        #expect(try run(table, from: 2, at: now) == Outcome(offsets: Array(2..<6), end: "blocked"))
        #expect(try run(table, from: 6, at: now) == Outcome(end: "corrupt 6"))
        var progress = ProgressRow(stream: stream.incarnation, partition: partition).item
        progress[.watermark] = nil
        var empty = PlanTable()
        empty.put(progress)
        #expect(try run(empty, from: 0, at: now) == Outcome(end: "table corrupt"))
    }

    /// A log whose chunk has one bit of its batch turned over.
    private func damaged(_ number: Int) -> PlanTable {
        var row = log().chunks[number].item
        var batch = log().chunks[number].batch
        batch[batch.count - 1] ^= 1
        row[.batch] = .bytes(batch)
        var table = table(log().chunks)
        table.put(row)
        return table
    }

    @Test("Damage comes first: what a damaged row says of its age is not believed")
    func damagedAndExpired() throws {
        let later = Timestamp(milliseconds: Self.hour + 2_500)
        #expect(try run(damaged(0), from: 0, at: later) == Outcome(end: "corrupt 0"))
        #expect(try run(damaged(3), from: 7, at: now) == Outcome(end: "corrupt 6"))
    }

    @Test("Nothing behind a damaged chunk is handed out, and nothing makes the reader go on")
    func blocked() throws {
        var reader = reader(from: 2, at: now)
        let read = try #require(reader.read(wanting: 100))
        try reader.receive(.success(damaged(3).find(read)), now: now)
        #expect(reader.isAtEnd)
        for _ in 0..<2 { #expect(try reader.takeBatch() != nil) }
        #expect(try reader.takeBatch() == nil)
        #expect(reader.waitingBytes == nil && reader.readUpTo.rawValue == 6)
        reader.resume()
        #expect(reader.isFinished && !reader.isAtEnd && !reader.needsPause)
        #expect(reader.read(wanting: 100) == nil)
    }

    @Test("After the first chunk a failed read is still a failure, and damage the end of the page")
    func laterFailures() throws {
        let chunk = log().chunks[0]
        let page = QueryPage(items: [chunk.item], next: chunk.item.key.sortKey)
        let failed = TableError(.definite, reason: .unavailable, message: "gone")
        let key = TableKey.chunk(stream.incarnation, partition, Offset(unchecked: 2))
        let damage = TableError(.definite, reason: .corrupt, message: "damaged", row: key)
        var started = reader(from: 0, at: now)
        try started.receive(.success(.page(page)), now: now)
        #expect(throws: ReadFailure.table(failed)) {
            try started.receive(.failure(failed), now: now)
        }
        #expect(!started.isFinished)
        try started.receive(.failure(damage), now: now)
        #expect(started.isFinished && !started.isAtEnd)

        var fresh = reader(from: 0, at: now)
        #expect(throws: ReadFailure.corrupt(partition, Offset(unchecked: 2), detail: "damaged")) {
            try fresh.receive(.failure(damage), now: now)
        }
        let nowhere = TableError(.definite, reason: .corrupt, message: "damaged")
        #expect(throws: ReadFailure.table(nowhere)) {
            try fresh.receive(.failure(nowhere), now: now)
        }
    }
}
