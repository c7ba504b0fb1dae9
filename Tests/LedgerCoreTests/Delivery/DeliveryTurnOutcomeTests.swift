import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("The outcomes of a delivery's turn")
struct DeliveryTurnOutcomeTests {
    @Test("Another's change is seen, and the decision made anew, five times")
    func conflicts() throws {
        for rivals in 0...5 {
            var left = rivals
            var rows = DeliveryRows("abcdefg")
            let writing: DeliveryRows.Writing = { rows, writes in
                left -= 1
                if left >= 0 { _ = try rows.receive(UInt64(100 + left), limit: 1) }
                return .success(try rows.apply(writes))
            }
            guard rivals < Limits.deliveryTries else {
                #expect(throws: Refusal.contention) { try rows.receive(1, writing: writing) }
                continue
            }
            let page = try rows.receive(1, writing: writing)
            #expect(page.offsets == Array(Int64(rivals)..<7), "\(rivals)")
        }
    }

    @Test("The pauses before further tries get longer")
    func pausesBetweenTries() throws {
        let rows = DeliveryRows("a")
        var turn = DeliveryTurn(
            of: rows.subscription,
            in: partition(0),
            doing: DeliveryTask(
                request: DeliveryTask.Request(
                    under: LeaseID(rawValue: 1),
                    for: "",
                    limit: 1,
                    bytes: 1
                )
            ),
            rules: .all,
            now: rows.now,
            chance: 1,
            isOver: { _ in false }
        )
        var pauses: [Duration] = []
        var action = turn.start(with: nil)
        while true {
            switch action {
            case .readLog(let start, let limit, let isFiltered):
                let page = try rows.page(of: 0, from: start, limit: limit, isFiltered: isFiltered)
                action = turn.receive(log: page)
            case .write: action = turn.receive(written: .success(.conditionFailed([0: nil])))
            case .readRow(_, let pause):
                pauses.append(pause)
                action = turn.receive(row: .success(nil), now: rows.now, isOver: { _ in false })
            case .readParked, .finish:
                Issue.record("\(action)")
                return
            case .fail(let refusal):
                #expect(refusal == .contention)
                #expect(pauses.map(\.wholeMilliseconds) == [20, 40, 80, 160])
                return
            }
        }
    }

    @Test(
        "Events are answered only once their lease is seen to be stored",
        arguments: [true, false]
    )
    func openOutcome(_ isApplied: Bool) throws {
        var rows = DeliveryRows("ab")
        var tries = 0
        let writing: DeliveryRows.Writing = { rows, writes in
            tries += 1
            guard tries == 1 else { return .success(try rows.apply(writes)) }
            if isApplied { _ = try rows.apply(writes) }
            return .failure(DeliveryRows.lost)
        }
        let page = try rows.receive(1, writing: writing)
        #expect(page.offsets == [0, 1] && tries == (isApplied ? 1 : 2))
        #expect(try rows.row()?.version == 1)
    }

    @Test("Others may have gone on since: the lease of an open write tells whether it was ours")
    func openOutcomeMovedOn() throws {
        var rows = DeliveryRows("abc")
        let applied: DeliveryRows.Writing = { rows, writes in
            _ = try rows.apply(writes)
            _ = try rows.receive(2)
            return .failure(DeliveryRows.lost)
        }
        let page = try rows.receive(1, limit: 2, writing: applied)
        #expect(page.offsets == [0, 1] && page.row.version == 2)
        // Another came first: nobody knows of this one.
        var late = DeliveryRows("abc")
        let dropped: DeliveryRows.Writing = { rows, _ in
            _ = try rows.receive(2)
            return .failure(DeliveryRows.lost)
        }
        #expect(throws: Refusal.afterChange(.contention)) {
            try late.receive(1, limit: 2, writing: dropped)
        }
    }

    @Test("An acknowledgement of open outcome is given again, and counts where it was applied")
    func openAcknowledgement() throws {
        for (isApplied, hasRival) in [(true, true), (true, false), (false, true), (false, false)] {
            var rows = DeliveryRows("ab")
            _ = try rows.receive(1)
            var tries = 0
            let done = try rows.settle(1, [0: .ack]) { rows, writes in
                tries += 1
                guard tries == 1 else { return .success(try rows.apply(writes)) }
                if isApplied { _ = try rows.apply(writes) }
                if hasRival { try rows.settle(1, [1: .ack]) }
                return .failure(DeliveryRows.lost)
            }
            #expect(done.acknowledged == 1 && done.notHeld.isEmpty)
            #expect(tries == (isApplied ? 1 : 2), "\(isApplied) \(hasRival)")
        }
    }

    @Test("After an open outcome no error says that nothing has happened")
    func openThenFailure() throws {
        let tasks = [
            DeliveryTask(verdicts: DeliveryRows.verdicts(1, [0: .failed])),
            DeliveryTask(request: .init(under: LeaseID(rawValue: 2), for: "", limit: 9, bytes: 9)),
            DeliveryTask(removal: DeliveryTask.Removal(of: .zero, because: "")),
        ]
        for task in tasks {
            var rows = DeliveryRows("abc")
            _ = try rows.receive(1, limit: 1)
            var tries = 0
            #expect(throws: Refusal.afterChange(.table(PlanRows.table))) {
                try rows.turn(
                    task,
                    writing: { _, _ in
                        tries += 1
                        return .failure(tries == 1 ? DeliveryRows.lost : PlanRows.table)
                    }
                )
            }
            // Nor does one that comes from reading the row again.
            rows = DeliveryRows("abc")
            _ = try rows.receive(1, limit: 1)
            var damaged = Item(rows.key())
            damaged[.phase] = .number(DeliveryRow.phase)
            let error = #expect(throws: Refusal.self) {
                try rows.turn(
                    task,
                    writing: { rows, _ in
                        rows.table.put(damaged)
                        return .failure(DeliveryRows.lost)
                    }
                )
            }
            if case .afterChange? = error {} else { Issue.record("\(error as Any)") }
        }
    }

    @Test("An operator's wish of open outcome is not decided anew once others have gone on")
    func openOperators() throws {
        let wishes: [(DeliveryTask, (DeliveryRows) throws -> Bool)] = [
            (
                DeliveryTask(removal: DeliveryTask.Removal(of: offset(1), because: "")),
                { try $0.parkedOffsets() == [0, 1] }
            ),
            (
                DeliveryTask(replay: DeliveryTask.Replay(of: [.zero], by: "op")),
                { try $0.parked(0)?.state == .replaying(epoch: 0) }
            ),
            (DeliveryTask(discard: .zero), { try $0.parkedOffsets().isEmpty }),
        ]
        for (task, isDone) in wishes {
            for isApplied in [true, false] {
                var rows = DeliveryRows("abc")
                _ = try rows.receive(1, limit: 2)
                try rows.settle(1, [0: .refused])
                #expect(throws: Refusal.afterChange(.contention)) {
                    try rows.turn(
                        task,
                        writing: { rows, writes in
                            if isApplied { _ = try rows.apply(writes) }
                            _ = try rows.receive(2, limit: 1)
                            return .failure(DeliveryRows.lost)
                        }
                    )
                }
                #expect(try isDone(rows) == isApplied)
            }
            // Without others it is seen to be done, or is done again.
            for isApplied in [true, false] {
                var rows = DeliveryRows("abc")
                _ = try rows.receive(1, limit: 2)
                try rows.settle(1, [0: .refused])
                var tries = 0
                _ = try rows.turn(
                    task,
                    writing: { rows, writes in
                        tries += 1
                        if isApplied || tries == 2 { _ = try rows.apply(writes) }
                        return tries == 1 ? .failure(DeliveryRows.lost) : .success(.applied)
                    }
                )
                #expect(try isDone(rows) && tries == (isApplied ? 1 : 2))
            }
        }
    }

    @Test("A rejection of open outcome that was applied is not told to have reached nothing")
    func openRejection() throws {
        var rows = DeliveryRows("ab")
        _ = try rows.receive(1)
        let done = try rows.settle(1, [0: .refused]) { rows, writes in
            _ = try rows.apply(writes)
            try rows.settle(1, [1: .ack])
            return .failure(DeliveryRows.lost)
        }
        #expect(done.notHeld.isEmpty && done.acknowledged == 0)
        #expect(try rows.parked(0)?.history.times == 1)
    }

    @Test("All of a lease that an open write has done counts, though it is not named")
    func openAcknowledgementOfAll() throws {
        for isApplied in [true, false] {
            var rows = DeliveryRows("abc")
            _ = try rows.receive(1, limit: 2)
            var tries = 0
            let done = try rows.settle(1, acksOthers: true) { rows, writes in
                tries += 1
                guard tries == 1 else { return .success(try rows.apply(writes)) }
                if isApplied { _ = try rows.apply(writes) }
                _ = try rows.receive(2)
                return .failure(DeliveryRows.lost)
            }
            #expect(done.acknowledged == 2 && done.notHeld.isEmpty)
            #expect(try rows.words() == "3 | 2c held 2 x1 | ")
        }
    }

    @Test("A definite failure ends it at once")
    func definiteFailure() throws {
        var rows = DeliveryRows("ab")
        #expect(throws: Refusal.table(PlanRows.table)) {
            try rows.receive(1, writing: { _, _ in .failure(PlanRows.table) })
        }
        #expect(throws: Refusal.afterChange(.table(DeliveryRows.lost))) {
            try rows.receive(1, writing: { _, _ in .failure(DeliveryRows.lost) })
        }
    }

    @Test("A damaged row of its own is an error, never overwritten")
    func damagedRow() throws {
        var rows = DeliveryRows("aa")
        _ = try rows.receive(1)
        try rows.settle(1, [0: .refused])
        let key = rows.parkedKey(0)
        rows.table.put(Item(key))
        #expect(throws: Refusal.self) { try rows.replay([0]) }
        #expect(rows.table.rows[key] == Item(key))
    }

    @Test("A damaged event of its own is told after what was done with it")
    func damagedEvent() throws {
        var rows = DeliveryRows("ab")
        _ = try rows.receive(1)
        try rows.settle(1, [0: .refused])
        try rows.replay([0])
        let key = rows.parkedKey(0)
        var item = try #require(rows.table.rows[key])
        item[.record] = .bytes([9])
        rows.table.put(item)
        let error = #expect(throws: Refusal.self) {
            try rows.receive(2, with: DeliveryRows.verdicts(1, [1: .ack]))
        }
        guard case .afterChange(.table(let damage))? = error else {
            Issue.record("\(error as Any)")
            return
        }
        #expect(damage.reason == .corrupt && damage.row == key)
        #expect(try rows.words() == "2 | 0a held 2 x1 again | ")
    }

    @Test("A log that says what is lost and nothing of what is left keeps nobody for ever")
    func lostWithoutEnd() throws {
        var rows = DeliveryRows("ab")
        _ = try rows.receive(1)
        try rows.settle(1, [0: .release, 1: .release])
        var turn = DeliveryTurn(
            of: rows.subscription,
            in: partition(0),
            doing: DeliveryTask(
                request: .init(under: LeaseID(rawValue: 2), for: "", limit: 9, bytes: 99)
            ),
            rules: .all,
            now: rows.now,
            chance: 1,
            isOver: { _ in false }
        )
        var action = turn.start(with: try rows.row())
        for value in 0..<2 as Range<Int64> {
            guard case .readLog(let start, _, false) = action else { break }
            #expect(start == offset(value))
            action = turn.receive(earliest: .zero)
        }
        guard case .readParked(let keys) = action else {
            Issue.record("\(action)")
            return
        }
        #expect(keys == [rows.parkedKey(0), rows.parkedKey(1)])
    }

    @Test("An attempt of which a twin has stored less is answered with what the twin got")
    func twins() throws {
        var rows = DeliveryRows("ab")
        var isFirst = true
        let writing: DeliveryRows.Writing = { rows, writes in
            guard isFirst else { return .success(try rows.apply(writes)) }
            isFirst = false
            #expect(try rows.receive(1, limit: 1).offsets == [0])
            return .failure(DeliveryRows.lost)
        }
        let page = try rows.receive(1, writing: writing)
        #expect(page.offsets == [0])
        #expect(try rows.words() == "1 | 0a held 1 x1 | ")
    }

    // MARK: Large transactions

    @Test("More than ninety are parked by several transactions, with one answer")
    func manyParkings() throws {
        let keys = (0..<200).map { "\($0)" }
        var rows = DeliveryRows(logs: [keys], policy: DeliveryPolicy())
        let page = try rows.receive(1, limit: 200)
        let all = Dictionary(uniqueKeysWithValues: page.offsets.map { ($0, Verdict.refused) })
        var (left, sizes): ([Int64: Verdict], [Int]) = (all, [])
        while !left.isEmpty {
            let delivered = try rows.settle(1, left) {
                sizes.append($1.count)
                return .success(try $0.apply($1))
            }
            left = Dictionary(
                uniqueKeysWithValues: delivered.left.map { ($0.key.rawValue, $0.value) }
            )
        }
        #expect(sizes == [91, 91, 21])
        #expect(try rows.parkedOffsets().count == 200 && rows.row()?.parked == 200)
    }

    @Test("A transaction that is too large is made with half of the parked events, and again")
    func largeParkings() throws {
        let keys = (0..<60).map { "\($0)" }
        var rows = DeliveryRows(logs: [keys], policy: DeliveryPolicy())
        rows.dataBytes = { _ in 100_000 }
        rows.isRandom = true
        var events: [Int64: Verdict] = [:]
        for index in 0..<60 as Range<Int64> { events[index] = .refused }
        #expect(try rows.receive(1, limit: 60, bytes: 60 * 200_000).offsets.count == 60)
        var (left, sizes): ([Int64: Verdict], [Int]) = (events, [])
        while !left.isEmpty {
            let delivered = try rows.settle(1, left) {
                sizes.append($1.count)
                return .success(try $0.apply($1))
            }
            left = Dictionary(
                uniqueKeysWithValues: delivered.left.map { ($0.key.rawValue, $0.value) }
            )
        }
        #expect(sizes == [31, 31])
    }
}
