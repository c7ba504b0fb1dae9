import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("The seal of a partition")
struct PartitionSealTests {
    private let stream = Sample.stream(state: .deleting)
    /// Long after whatever was appended: no ttl of the samples holds any more.
    private let now = Sample.created.advanced(by: .hours(1_000))

    private func start() -> PartitionSeal { PartitionSeal(Sample.partition, of: stream) }

    private func offset(_ action: PartitionSeal.Action) -> Int64? {
        guard case .write(let write) = action, case .put(let item) = write.operation,
            write.condition == .notExists, item.number(.seal) == 1,
            case .chunk(Sample.incarnation, Sample.partition, let offset) = item.key
        else { return nil }
        return offset.rawValue
    }

    private func isFinish(_ action: PartitionSeal.Action) -> Bool {
        if case .finish = action { true } else { false }
    }

    @Test("A seal is put at the tail, whether that is the log's or the watermark's")
    func tails() {
        let chunk = Sample.chunk(after: .empty, ttl: .after(second: 1))
        let tail = Tail(next: Offset(unchecked: 9), timestamp: now, ttl: .past, hash: chunk.hash)
        let table: [(LogEntry?, ProgressRow?, Int64)] = [
            (nil, nil, 0),
            (.chunk(chunk), nil, 2),
            (nil, Sample.progress(watermark: tail), 9),
            (.chunk(chunk), Sample.progress(watermark: tail), 9),
        ]
        for (newest, progress, expected) in table {
            var seal = start()
            guard case .readTail = seal.start() else {
                Issue.record("the tail is read first")
                return
            }
            let reading = TailReading(newest: newest, progress: progress)
            #expect(offset(seal.receive(reading, now: now)) == expected)
        }
        var sealed = start()
        _ = sealed.start()
        let reading = TailReading(newest: .seal(at: .zero), progress: nil)
        #expect(isFinish(sealed.receive(reading, now: now)))
    }

    @Test("A seal that was written, or is there already, ends it; a chunk there moves it on")
    func outcomes() throws {
        let chunk = Sample.chunk(after: .empty, count: 5)
        let other = LogEntry.sealItem(
            stream: Sample.incarnation,
            partition: Sample.partition,
            at: .zero
        )
        for outcome in [.applied, .conditionFailed(current: other)] as [WriteOutcome] {
            var seal = start()
            _ = seal.start()
            _ = seal.receive(TailReading(newest: nil, progress: nil), now: now)
            #expect(isFinish(try seal.receive(outcome)))
        }
        var seal = start()
        _ = seal.start()
        _ = seal.receive(TailReading(newest: nil, progress: nil), now: now)
        #expect(offset(try seal.receive(.conditionFailed(current: chunk.item))) == 5)
        #expect(isFinish(try seal.receive(.applied)))
    }

    @Test("A seal is not taken for written when nobody says what is in its way")
    func unnamedRow() throws {
        let chunk = Sample.chunk(after: .empty, count: 5)
        for (newest, expected) in [(.chunk(chunk), 5), (.seal(at: .zero), nil), (nil, 0)]
            as [(LogEntry?, Int64?)]
        {
            var seal = start()
            _ = seal.start()
            _ = seal.receive(TailReading(newest: nil, progress: nil), now: now)
            guard case .readTail = try seal.receive(.conditionFailed(current: nil)) else {
                Issue.record("the tail is read again")
                return
            }
            let action = seal.receive(TailReading(newest: newest, progress: nil), now: now)
            #expect(offset(action) == expected && isFinish(action) == (expected == nil))
        }
    }

    @Test("Whoever appends meanwhile, no append succeeds behind a seal", arguments: seeds)
    func walk(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var table = StoredRows()
        var tail = Tail.empty
        /// An append with what its writer takes for the tail; it adopts a chunk in its way.
        func append(_ table: inout StoredRows) -> Bool {
            let chunk = Sample.chunk(after: tail, count: 1 + random.index(below: 3))
            guard case .applied = table.write(.put(chunk.item, if: .notExists)) else {
                return false
            }
            tail = chunk.tail
            return true
        }
        for _ in 0..<random.index(below: 4) { _ = append(&table) }
        // One process deletes, or two do so at the same time.
        for _ in 0...random.index(below: 2) {
            var seal = start()
            var action = seal.start()
            loop: while true {
                switch action {
                case .readTail:
                    let log = RowGroup.log(Sample.incarnation, Sample.partition)
                    let last = table.query(Query(log, order: .descending, limit: 1)).items.first
                    let newest = try last.map { item in try LogEntry(item) }
                    // What was appended since is behind the tail that was read.
                    for _ in 0..<random.index(below: 4) { _ = append(&table) }
                    action = seal.receive(TailReading(newest: newest, progress: nil), now: now)
                case .write(let write):
                    var outcome = table.write(write)
                    if case .conditionFailed = outcome, random.happens(0.2) {
                        outcome = .conditionFailed(current: nil)
                    }
                    for _ in 0..<random.index(below: 2) { _ = append(&table) }
                    action = try seal.receive(outcome)
                case .finish: break loop
                }
            }
            #expect(!append(&table), "a writer got past the seal; \(replay)")
        }
        let seals = table.rows.values.filter { $0.number(.seal) != nil }
        #expect(
            seals.count == 1
                && seals[0].key == .chunk(Sample.incarnation, Sample.partition, tail.next),
            "\(replay)"
        )
    }

    private static let seeds = RandomSeed.cases(200)
    private let replay = RandomSeed.replay("PartitionSealTests")
}
