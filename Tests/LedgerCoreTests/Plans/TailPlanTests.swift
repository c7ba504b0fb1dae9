import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("The reading of a partition's end")
struct TailPlanTests {
    private static let log = Query(
        .log(Sample.incarnation, Sample.partition),
        order: .descending,
        limit: 1
    )
    private static let progress = TableKey.progress(Sample.incarnation, Sample.partition)

    private func plan(alwaysWantsProgress: Bool) -> TailPlan {
        TailPlan(
            of: Sample.partition,
            in: Sample.incarnation,
            alwaysWantsProgress: alwaysWantsProgress,
            rules: .all
        )
    }

    @Test("The log is read first, and its progress behind it where the log alone says too little")
    func steps() throws {
        let chunk = Sample.chunk(after: .empty)
        let seal = LogEntry.sealItem(
            stream: Sample.incarnation,
            partition: Sample.partition,
            at: .zero
        )
        let young = chunk.timestamp.advanced(by: Limits.unremovedAge)
        let old = young.advanced(by: .milliseconds(1))
        let get = TailPlan.Action.get(Self.progress)
        let table: [(newest: Item?, now: Timestamp, always: Bool, next: TailPlan.Action)] = [
            (chunk.item, young, false, .finish(TailReading(newest: .chunk(chunk), progress: nil))),
            (chunk.item, old, false, get),
            (chunk.item, young, true, get),
            (nil, young, false, get),
            (seal, old, false, .finish(TailReading(newest: .seal(at: .zero), progress: nil))),
            (seal, old, true, get),
        ]
        for row in table {
            var plan = plan(alwaysWantsProgress: row.always)
            #expect(plan.start() == .query(Self.log))
            #expect(try plan.receive(newest: row.newest, now: row.now) == row.next)
        }
    }

    @Test("What is read behind the log is in the reading, or that there is nothing")
    func progressRead() throws {
        let chunk = Sample.chunk(after: .empty)
        let row = Sample.progress(watermark: chunk.tail, version: 3)
        for (item, found) in [(row.item, row), (nil, nil)] as [(Item?, ProgressRow?)] {
            var plan = plan(alwaysWantsProgress: true)
            _ = plan.start()
            _ = try plan.receive(newest: chunk.item, now: chunk.timestamp)
            let end = try plan.receive(progress: item)
            #expect(end == .finish(TailReading(newest: .chunk(chunk), progress: found)))
        }
    }

    @Test("A damaged row is told, whichever it is")
    func damage() throws {
        var first = plan(alwaysWantsProgress: true)
        _ = first.start()
        var refusals: [TableError.Reason] = []
        do throws(TableError) {
            _ = try first.receive(
                newest: Item(Sample.chunk(after: .empty).item.key),
                now: .init(milliseconds: 0)
            )
        } catch {
            refusals.append(error.reason)
        }
        var second = plan(alwaysWantsProgress: true)
        _ = second.start()
        _ = try second.receive(newest: nil, now: .init(milliseconds: 0))
        do throws(TableError) {
            _ = try second.receive(progress: Item(Sample.chunk(after: .empty).item.key))
        } catch {
            refusals.append(error.reason)
        }
        #expect(refusals == [.corrupt, .corrupt])
    }

    /// A log that others append to, fold and remove from while it is read.
    private struct Log {
        private(set) var chunks: [ChunkRow] = []
        private(set) var tail = Tail.empty
        private var folded = ProgressRow(stream: Sample.incarnation, partition: Sample.partition)

        var newest: Item? { chunks.last?.item }
        var progress: Item? { folded.foldedTail == .empty ? nil : folded.item }

        mutating func happen(_ random: inout SeededGenerator, at now: Timestamp) {
            switch random.number(in: 0...3) {
            case 0:
                let chunk = Sample.chunk(after: tail, timestamp: now)
                chunks.append(chunk)
                tail = chunk.tail
            case 1: if let last = chunks.last { folded.foldedTail = last.tail }
            case 2:
                // As the sweep does it: below the folded tail, and nothing that is young.
                let horizon = now.advanced(by: .zero - Limits.unremovedAge * 2)
                chunks.removeAll {
                    $0.end <= folded.foldedTail.next && $0.timestamp <= horizon
                }
            default: break
            }
        }
    }

    @Test("However long it stands still, no reading is behind what was the tail when it began")
    func standsStill() throws {
        for seed: UInt64 in 1...3_000 {
            var random = SeededGenerator(seed: seed)
            var log = Log()
            var now = Timestamp(milliseconds: 1_000_000_000)
            func pass() {
                for _ in 0..<random.number(in: 0...6) {
                    now = now.advanced(by: random.duration(in: .zero...Limits.unremovedAge))
                    log.happen(&random, at: now)
                }
            }
            pass()
            let before = log.tail.next
            var plan = plan(alwaysWantsProgress: random.happens(0.3))
            var action = plan.start()
            reading: while true {
                pass()
                switch action {
                case .query:
                    let newest = log.newest
                    action = try plan.receive(newest: newest, now: now)
                case .get: action = try plan.receive(progress: log.progress)
                case .finish(let reading):
                    let trust = TailTrust(created: now, onlySweepDeletes: true)
                    guard case .tail(let tail) = reading.verdict(at: now, trusting: trust) else {
                        Issue.record("seed \(seed): \(reading)")
                        break reading
                    }
                    #expect(tail.next >= before, "seed \(seed)")
                    break reading
                }
            }
        }
    }
}
