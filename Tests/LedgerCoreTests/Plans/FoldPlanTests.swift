import Testing

@testable import LedgerCore

@Suite("The steps of a fold")
struct FoldPlanTests {
    private let stream = StreamIncarnation(high: 1, low: 1)
    private let partition = Partition(unchecked: 0)
    private let now = Timestamp(milliseconds: 1_000)

    /// A log of chunks, each of so many events with so many bytes of data that compress well.
    private func log(chunks: Int, events: Int, data: Int, keys: Int) -> [Item] {
        var tail = Tail.empty
        return (0..<chunks).map { number in
            var records = Records()
            for event in 0..<events {
                let key = "k\((number * events + event) % keys)"
                records.append(
                    key: Array(key.utf8),
                    type: [0x74],
                    data: [UInt8](repeating: 0x31, count: data)
                )
            }
            let chunk = ChunkRow(
                stream: stream,
                partition: partition,
                after: tail,
                records: CompressedRecords(records),
                append: AppendID(high: 1, low: 1),
                timestamp: now,
                ttl: .never
            )
            tail = chunk.tail
            return chunk.item
        }
    }

    /// Folds all of a log that one read returns; by step: how many rows, and the offset after it.
    private func steps(_ log: [Item]) throws -> [(rows: Int, end: Int64)] {
        var plan = FoldPlan(stream: stream, partition: partition, compacts: true, budget: 10_000)
        var action = plan.start()
        var steps: [(rows: Int, end: Int64)] = []
        var rows = 0
        var unread = log
        while true {
            switch action {
            case .read(.get): action = plan.receive(.success(.item(nil)), now: now)
            case .read(.query):
                let page = QueryPage(items: unread, next: nil)
                unread = []
                action = plan.receive(.success(.page(page)), now: now)
            case .store(let writes):
                rows = writes.count
                #expect(Set(writes.map(\.key)).count == rows)
                action = plan.stored(nil)
            case .advance(let write):
                guard case .put(let item) = write.operation else { return steps }
                steps.append((rows, try #require(item.number(.watermark))))
                action = plan.advanced(.success(.applied), now: now)
            case .finish(let report):
                #expect(report.isAtEnd)
                return steps
            case .fail(let failure):
                Issue.record(failure)
                return steps
            }
        }
    }

    @Test("A step ends with its thousandth key, and the next one goes on in the same page")
    func keys() throws {
        let steps = try steps(log(chunks: 100, events: 100, data: 5, keys: 10_000))
        #expect(steps.map(\.rows) == Array(repeating: Limits.foldStepKeys, count: 10))
        #expect(steps.map(\.end) == (1...10).map { Int64($0) * 1_000 })
    }

    @Test("Events of few keys are collapsed over many chunks")
    func collapse() throws {
        let steps = try steps(log(chunks: 900, events: 10, data: 5, keys: 7))
        #expect(steps.map(\.rows) == [7])
    }

    @Test("A step ends with the megabyte that it stores")
    func rows() throws {
        // Too short to be compressed.
        let steps = try steps(log(chunks: 100, events: 100, data: 480, keys: 900))
        #expect(steps.map(\.rows) == [900])
        let large = try FoldPlanTests().steps(incompressible(chunks: 40))
        #expect(large.count == 5 && large.allSatisfy { $0.rows <= 9 })
    }

    /// Chunks of one event of 128 KB that does not compress.
    private func incompressible(chunks: Int) -> [Item] {
        var random = CodecRandom(seed: 1)
        var tail = Tail.empty
        return (0..<chunks).map { number in
            var records = Records()
            records.append(
                key: Array("k\(number)".utf8),
                type: [0x74],
                data: random.bytes(Limits.chunkBytes)
            )
            let chunk = ChunkRow(
                stream: stream,
                partition: partition,
                after: tail,
                records: CompressedRecords(records),
                append: AppendID(high: 1, low: 1),
                timestamp: now,
                ttl: .never
            )
            tail = chunk.tail
            return chunk.item
        }
    }

    @Test("A step ends with the sixteenth megabyte that it expands, however small it was")
    func decoded() throws {
        let log = log(chunks: 200, events: 2, data: Limits.eventBytes, keys: 1)
        #expect(log.reduce(0) { $0 + $1.storedBytes } < Limits.queryPageBytes / 4)
        let steps = try steps(log)
        let most = Int64(2 * (Limits.foldStepDecodedBytes / (2 * Limits.eventBytes) + 1))
        var start: Int64 = 0
        for step in steps {
            #expect(step.rows == 1 && step.end - start <= most)
            start = step.end
        }
        #expect(start == 400)
    }
}
