import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("The mark of a deletion")
struct DeletionMarkTests {
    /// An action in a word.
    private func word(_ action: DeletionMark.Action) -> String {
        switch action {
        case .write(let write):
            guard case .put(let item) = write.operation else { return "no put" }
            return "write \(item.string(.state) ?? "") \(item.number(.version) ?? 0)"
        case .finish(let stream): return "finish \(stream.state) \(stream.version)"
        case .fail(let failure): return "fail \(failure)"
        }
    }

    @Test("A stream that is not there fails, one that is marked needs no write")
    func start() throws {
        var absent = DeletionMark()
        #expect(word(try absent.start(nil)) == "fail noSuchStream")
        var marked = DeletionMark()
        let row = Sample.stream(state: .deleting)
        #expect(word(try marked.start(row.item)) == "finish deleting 1")
        var active = DeletionMark()
        #expect(word(try active.start(Sample.stream().item)) == "write deleting 2")
    }

    @Test("The row that refuses the first write says if the stream is gone, marked or changed")
    func outcomes() throws {
        var changed = Sample.stream()
        changed.version = 7
        var begun = changed
        begun.state = .deleting
        let other = Sample.stream(StreamIncarnation(high: 5, low: 5))
        let table: [(WriteOutcome, String)] = [
            (.applied, "finish deleting 2"),
            (.conditionFailed(current: nil), "fail noSuchStream"),
            (.conditionFailed(current: other.item), "fail noSuchStream"),
            (.conditionFailed(current: begun.item), "finish deleting 7"),
            (.conditionFailed(current: changed.item), "write deleting 8"),
        ]
        for (outcome, expected) in table {
            var mark = DeletionMark()
            _ = try mark.start(Sample.stream().item)
            #expect(word(try mark.receive(outcome)) == expected)
        }
        var mark = DeletionMark()
        _ = try mark.start(Sample.stream().item)
        var caught = false
        // A machine that is not copied can't be captured by what #expect(throws:) makes of it.
        do { _ = try mark.receive(.conditionFailed(current: Item(.stream(changed.id)))) } catch {
            caught = error.reason == .corrupt
        }
        #expect(caught, "a damaged row is no stream")
    }

    @Test("It gives up after ten tries, and not before")
    func contention() throws {
        var mark = DeletionMark()
        var row = Sample.stream()
        var action = try mark.start(row.item)
        var writes = 0
        while case .write = action {
            writes += 1
            row.version += 1
            action = try mark.receive(.conditionFailed(current: row.item))
        }
        #expect(writes == Limits.casTries && word(action) == "fail contention")
    }

    @Test("Among others who change the stream it is marked or not, as it says", arguments: seeds)
    func walk(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var table = StoredRows()
        var row = Sample.stream()
        _ = table.write(.put(row.item))
        var mark = DeletionMark()
        var action = try mark.start(row.item)
        while true {
            // Who comes in between: nobody, a change of the retention, a deletion, a new stream.
            switch random.index(below: 8) {
            case 0..<4:
                row.version += 1
                row.retentionHours = 1 + random.index(below: 100)
                if table.keys.contains(.stream(row.id)) { _ = table.write(.put(row.item)) }
            case 4: table.remove([.stream(row.id)])
            case 5 where random.happens(0.3):
                row = Sample.stream(StreamIncarnation(high: seed, low: 9))
                _ = table.write(.put(row.item))
            default: break
            }
            guard case .write(let write) = action else { break }
            let before = table.rows[.stream(row.id)]
            let outcome = table.write(write)
            action = try mark.receive(outcome)
            if outcome == .applied {
                // Only what nobody had changed was replaced, and only its state.
                var expected = try StreamRow(try #require(before))
                #expect(expected.incarnation == Sample.incarnation, "\(replay)")
                expected.state = .deleting
                expected.version += 1
                guard case .finish(let marked) = action else {
                    Issue.record("applied, but \(word(action)); \(replay)")
                    return
                }
                #expect(marked == expected, "\(replay)")
                #expect(table.rows[.stream(row.id)] == expected.item, "\(replay)")
                return
            }
        }
        if case .finish = action { Issue.record("it was never applied; \(replay)") }
    }

    private static let seeds = RandomSeed.cases(200)
    private let replay = RandomSeed.replay("DeletionMarkTests")
}
