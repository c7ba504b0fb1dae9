import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("The mark of a verified tail")
struct SweptMarkTests {
    private let now = Timestamp(milliseconds: 100 * Sample.hour)
    private let decided = Instant(now: Timestamp(milliseconds: 1), uptime: .milliseconds(1))
    private let asked = Instant(now: Timestamp(milliseconds: 2), uptime: .milliseconds(2))

    private func progress(
        watermark: Int64 = 5,
        swept: Timestamp? = nil,
        version: Int64 = 3
    ) -> ProgressRow {
        let tail = Tail(
            next: Offset(unchecked: watermark),
            timestamp: Sample.created,
            ttl: .past,
            hash: HashChain.start
        )
        var progress = Sample.progress(watermark: tail, version: version)
        progress.tailVerifiedAt = swept
        return progress
    }

    private func mark(_ basis: SweptMark.Basis, tail: Int64 = 5) -> SweptMark {
        SweptMark(
            of: FoldRequest(Sample.partition, of: Sample.stream()),
            tail: Offset(unchecked: tail),
            verifiedAt: now,
            basis: basis
        )
    }

    private func word(_ action: SweptMark.Action) -> String {
        switch action {
        case .readProgress: return "read"
        case .write(let write, let decided):
            guard case .put(let item) = write.operation else { return "no put" }
            let isMarked = item.number(.swept) == now.milliseconds
            return
                "write \(isMarked) \(item.number(.version) ?? 0) \(decided.uptime.wholeMilliseconds)"
        case .finish: return "finish"
        case .giveUp: return "giveUp"
        }
    }

    @Test("A sweep marks what is old enough and folded; an operator's word, what is folded")
    func due() throws {
        let age = Limits.sweptMarkAge.wholeMilliseconds
        let table: [(swept: Int64?, watermark: Int64, sweep: String, word: String)] = [
            (nil, 5, "write true 4 1", "write true 4 2"),
            (nil, 6, "write true 4 1", "write true 4 2"),
            (nil, 4, "finish", "finish"),
            (age, 5, "write true 4 1", "write true 4 2"),
            (age - 1, 5, "finish", "write true 4 2"),
            (-1, 5, "finish", "write true 4 2"),
            (age, 4, "finish", "finish"),
        ]
        for row in table {
            let swept = row.swept.map { now.advanced(by: .milliseconds(-$0)) }
            let progress = progress(watermark: row.watermark, swept: swept)
            var sweep = mark(.sweep(progress, decided: decided))
            #expect(word(sweep.start()) == row.sweep, "\(row)")
            var operatorsMark = mark(.operatorsWord)
            #expect(word(operatorsMark.start()) == "read")
            let action = try operatorsMark.receive(progress: progress.item, asked: asked)
            #expect(word(action) == row.word, "\(row)")
        }
        var absent = mark(.operatorsWord, tail: 0)
        _ = absent.start()
        #expect(word(try absent.receive(progress: nil, asked: asked)) == "write true 1 2")
    }

    @Test("A mark that was refused is decided anew, and a sweep's decision gets no younger")
    func outcomes() throws {
        var mark = mark(.sweep(progress(), decided: decided))
        _ = mark.start()
        #expect(word(mark.receive(.applied)) == "finish")
        mark = self.mark(.sweep(progress(), decided: decided))
        _ = mark.start()
        #expect(word(mark.receive(.conditionFailed(current: nil))) == "read")
        let changed = progress(version: 8)
        #expect(word(try mark.receive(progress: changed.item, asked: asked)) == "write true 9 1")
        #expect(word(mark.receive(.conditionFailed(current: nil))) == "read")
        let other = progress(swept: now, version: 9)
        #expect(word(try mark.receive(progress: other.item, asked: asked)) == "finish")
    }

    @Test("It gives up after ten tries, and not before")
    func contention() throws {
        var mark = mark(.sweep(progress(), decided: decided))
        var action = mark.start()
        var writes = 0
        loop: while true {
            switch action {
            case .readProgress:
                let item = progress(version: Int64(writes)).item
                action = try mark.receive(progress: item, asked: asked)
            case .write:
                writes += 1
                action = mark.receive(.conditionFailed(current: nil))
            case .finish, .giveUp: break loop
            }
        }
        #expect(writes == Limits.casTries && word(action) == "giveUp")
    }

    @Test("A mark never outruns the watermark, and takes no other change back", arguments: seeds)
    func walk(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var table = StoredRows()
        let key = TableKey.progress(Sample.incarnation, Sample.partition)
        let tail = random.number(in: 0...8)
        var found = progress(watermark: random.number(in: 0...8), version: 1)
        _ = table.write(.put(found.item))
        let isForced = random.happens(0.3)
        var mark = mark(isForced ? .operatorsWord : .sweep(found, decided: decided), tail: tail)
        var action = mark.start()
        while true {
            switch action {
            case .readProgress(let key):
                action = try mark.receive(progress: table.rows[key], asked: asked)
            case .write(let write, _):
                if random.happens(0.5) {
                    // A fold, a trim or another sweep comes in between.
                    found = try ProgressRow(try #require(table.rows[key]))
                    let next = found.foldedTail.next.rawValue + random.number(in: 0...2)
                    var changed = progress(watermark: next, version: found.version + 1)
                    changed.trimmedBelow = found.trimmedBelow.advanced(by: 1)
                    changed.tailVerifiedAt = random.happens(0.1) ? now : found.tailVerifiedAt
                    _ = table.write(.put(changed.item))
                }
                let before = try ProgressRow(try #require(table.rows[key]))
                let outcome = table.write(write)
                if outcome == .applied {
                    var expected = before
                    expected.tailVerifiedAt = now
                    expected.version += 1
                    #expect(table.rows[key] == expected.item, "\(replay)")
                    #expect(before.foldedTail.next.rawValue >= tail, "\(replay)")
                    #expect(isForced || before.tailVerifiedAt == nil, "\(replay)")
                }
                action = mark.receive(outcome)
            case .finish:
                let last = try ProgressRow(try #require(table.rows[key]))
                let isBehind = last.foldedTail.next.rawValue < tail
                #expect(
                    last.tailVerifiedAt == now || isBehind && last.tailVerifiedAt == nil,
                    "\(replay)"
                )
                return
            case .giveUp: return
            }
        }
    }

    private static let seeds = RandomSeed.cases(300)
    private let replay = RandomSeed.replay("SweptMarkTests")
}
