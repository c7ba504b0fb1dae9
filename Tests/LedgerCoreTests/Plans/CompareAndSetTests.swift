import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("A compare-and-set")
struct CompareAndSetTests {
    private enum Event: Hashable {
        case attempt
        case finish(Int)
        case contention
    }

    private func event(_ action: CompareAndSet<Int>.Action) -> Event {
        switch action {
        case .attempt: .attempt
        case .finish(let value): .finish(value)
        case .fail: .contention
        }
    }

    @Test("The attempt that is applied ends it, and its value is the result")
    func applied() {
        var plan = CompareAndSet<Int>()
        var events = [event(plan.start())]
        events.append(event(plan.receive(isApplied: false, 1)))
        events.append(event(plan.receive(isApplied: true, 2)))
        #expect(events == [.attempt, .attempt, .finish(2)])
    }

    @Test("A change that others always precede is given up")
    func contention() {
        var plan = CompareAndSet<Int>()
        var attempts = 0
        var action = event(plan.start())
        while action == .attempt {
            attempts += 1
            action = event(plan.receive(isApplied: false, attempts))
        }
        #expect(action == .contention && attempts == Limits.casTries)
    }

    @Test("Only what is durable counts as applied")
    func outcomes() {
        #expect(WriteOutcome.applied.isApplied && TransactionOutcome.applied.isApplied)
        #expect(!WriteOutcome.conditionFailed(current: nil).isApplied)
        #expect(!TransactionOutcome.conditionFailed([:]).isApplied)
    }

    @Test("A changed retention is a write of the next version, on the one that was read")
    func retention() {
        let stream = StreamRow.test(retentionHours: 5)
        let (changed, write) = stream.retaining(hours: nil)
        #expect(changed.retentionHours == nil && changed.version == stream.version + 1)
        #expect(write == .put(changed.item, if: stream.unchanged))
    }

    @Test(
        "Among random rivals no increment is lost, and none is made twice",
        arguments: RandomSeed.cases(50)
    )
    func counter(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var rows = PlanRows()
        rows.put(StreamRow.test().item)
        var increments: Int64 = 0
        for _ in 0..<20 {
            var plan = CompareAndSet<Int64>()
            var action = plan.start()
            run: while true {
                switch action {
                case .attempt:
                    guard let item = rows[.stream(PlanRows.name)], let row = try? StreamRow(item)
                    else { return }
                    // A rival between the read and the write.
                    if random.happens(0.6), rows.apply(row.retaining(hours: 1).write).isApplied {
                        increments += 1
                    }
                    let (changed, write) = row.retaining(hours: 2)
                    action = plan.receive(isApplied: rows.apply(write).isApplied, changed.version)
                case .finish(let version):
                    increments += 1
                    #expect(version == increments + 1)
                    break run
                case .fail(let refusal):
                    #expect(refusal == .contention)
                    break run
                }
            }
        }
        let last = rows[.stream(PlanRows.name)].flatMap { try? StreamRow($0) }
        #expect(last?.version == increments + 1)
    }
}
