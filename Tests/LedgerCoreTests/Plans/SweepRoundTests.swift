import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("The round of the sweep")
struct SweepRoundTests {
    private let now = Timestamp(milliseconds: 1_000_000_000)

    private func stream(_ number: Int) -> Item {
        let name = "s" + String(1_000 + number)
        return Item(.stream(StreamID(name).unsafelyUnwrapped))
    }

    private func row() -> SweepRow {
        var row = SweepRow()
        row.begin(at: now)
        _ = row.write()
        return row
    }

    private func word(_ action: SweepRound.Action) -> String {
        switch action {
        case .list(let query):
            return
                "list \(query.limit) \(query.after.map { String(decoding: $0, as: UTF8.self) } ?? "-")"
        case .look(let items): return "look \(items.count)"
        case .store(let write):
            guard case .put(let item) = write.operation else { return "no put" }
            let cursor = item.bytes(.cursor).map { String(decoding: $0, as: UTF8.self) } ?? "-"
            return
                "store \(item.number(.looked) ?? -1) \(cursor) \(item.string(.state) ?? "resting")"
        case .finish: return "finish"
        }
    }

    @Test("A page that was looked at in part is gone on with where the look ended")
    func pages() {
        let items = (0..<3).map { stream($0) }
        let table: [(next: [UInt8]?, count: Int, String)] = [
            (nil, 3, "store 3 - resting"),
            (nil, 2, "store 2 s1001 running"),
            (nil, 0, "store 0 - running"),
            (Array("s1002".utf8), 3, "store 3 s1002 running"),
            (Array("s1002".utf8), 1, "store 1 s1000 running"),
        ]
        for (next, count, expected) in table {
            var round = SweepRound(from: row(), isPaced: false)
            #expect(word(round.start(isOver: false)) == "list 1000 -")
            #expect(word(round.receive(QueryPage(items: items, next: next))) == "look 3")
            #expect(word(round.looked(at: count, isOver: false)) == expected)
            #expect(round.row.looked == 0, "it is not stored yet")
            let after = word(round.stored(.applied, isOver: false))
            #expect(after.hasPrefix("list") == (next != nil || count < 3))
            #expect(round.row.looked == count)
        }
    }

    @Test("It ends when it is over, resting, paced out, or someone took over")
    func ends() {
        var over = SweepRound(from: row(), isPaced: true)
        #expect(word(over.start(isOver: true)) == "finish")
        var resting = row()
        resting.finish(after: 0)
        var round = SweepRound(from: resting, isPaced: true)
        #expect(word(round.start(isOver: false)) == "finish")
        round = SweepRound(from: row(), isPaced: true)
        _ = round.start(isOver: false)
        let page = QueryPage(items: (0..<1_000).map { stream($0) }, next: [1])
        _ = round.receive(page)
        _ = round.looked(at: 1_000, isOver: false)
        #expect(word(round.stored(.applied, isOver: false)) == "finish")
        round = SweepRound(from: row(), isPaced: false)
        _ = round.start(isOver: false)
        _ = round.receive(page)
        _ = round.looked(at: 1_000, isOver: false)
        #expect(word(round.stored(.conditionFailed(current: nil), isOver: false)) == "finish")
        #expect(round.row.looked == 0)
        round = SweepRound(wholeAt: now)
        _ = round.start(isOver: false)
        _ = round.receive(page)
        #expect(word(round.looked(at: 1_000, isOver: false)).hasPrefix("list 1000"))
        _ = round.receive(page)
        #expect(word(round.looked(at: 1_000, isOver: true)) == "finish")
    }

    @Test("Over any number of runs each stream is looked at, and none twice", arguments: seeds)
    func walk(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var table = StoredRows()
        table.pageRows = 1 + random.index(below: 7)
        let count = random.index(below: 60)
        for number in 0..<count { _ = table.write(.put(stream(number))) }
        var stored = row()
        _ = table.write(.put(stored.item))
        var looked: [TableKey] = []
        var runs = 0
        while case .running = stored.round {
            runs += 1
            try #require(runs < 10_000, "no end; \(replay)")
            var round = SweepRound(from: stored, isPaced: random.happens(0.5))
            var action = round.start(isOver: false)
            var pending: [TableKey] = []
            loop: while true {
                switch action {
                case .list(let query): action = round.receive(table.query(query))
                case .look(let items):
                    let part =
                        random.happens(0.7) ? items.count : random.index(below: items.count + 1)
                    pending = items.prefix(part).map(\.key)
                    action = round.looked(at: part, isOver: part < items.count)
                case .store(let write):
                    // A write whose fate is unknown, or the end of the process, ends the run.
                    if random.happens(0.1) { break loop }
                    action = round.stored(table.write(write), isOver: random.happens(0.2))
                    looked += pending
                case .finish: break loop
                }
            }
            stored = round.row
            #expect(table.rows[.sweep] == stored.item, "\(replay)")
        }
        #expect(looked == (0..<count).map { stream($0).key }, "\(replay)")
        #expect(stored.size == count, "\(replay)")
    }

    private static let seeds = RandomSeed.cases(200)
    private let replay = RandomSeed.replay("SweepRoundTests")
}

@Suite("The sweep's visit to a stream")
struct StreamVisitTests {
    private let listed = Instant(now: Timestamp(milliseconds: 0), uptime: .zero)

    private func instant(_ age: Duration) -> Instant {
        Instant(now: Timestamp(milliseconds: 0), uptime: age)
    }

    private func word(_ action: StreamVisit.Action) -> String {
        switch action {
        case .reread: "reread"
        case .finishDeletion(let stream): "finish \(stream.version)"
        case .look(let stream):
            "look \(stream.value.version) \(stream.readAt.uptime.wholeMilliseconds)"
        case .pass: "pass"
        }
    }

    @Test("A stream that is due is looked at by the list, or read again when the list is too old")
    func start() throws {
        let active = Sample.stream()
        let deleting = Sample.stream(state: .deleting)
        let young = Limits.cacheAge - .milliseconds(1)
        let table: [(StreamRow, isDue: Bool, age: Duration, String)] = [
            (active, false, .zero, "pass"),
            (deleting, false, .zero, "pass"),
            (active, true, young, "look 1 0"),
            (deleting, true, young, "finish 1"),
            (active, true, Limits.cacheAge, "reread"),
            (deleting, true, Limits.cacheAge, "reread"),
            (active, false, Limits.cacheAge, "pass"),
        ]
        for (row, isDue, age, expected) in table {
            var visit = StreamVisit(to: Observed(row, readAt: listed))
            #expect(word(visit.start(isDue: isDue, now: instant(age))) == expected)
        }
    }

    @Test("A stream that was read again is looked at as it is now, or passed by if it is gone")
    func reread() throws {
        var changed = Sample.stream()
        changed.version = 4
        var deleting = changed
        deleting.state = .deleting
        let other = Sample.stream(StreamIncarnation(high: 5, low: 5))
        let table: [(Item?, String)] = [
            (nil, "pass"), (other.item, "pass"), (changed.item, "look 4 60000"),
            (deleting.item, "finish 4"),
        ]
        for (item, expected) in table {
            var visit = StreamVisit(to: Observed(Sample.stream(), readAt: listed))
            _ = visit.start(isDue: true, now: instant(.seconds(60)))
            #expect(word(try visit.receive(item)) == expected)
        }
    }

    @Test(
        "Whatever happened since the list was read, only the stream that was listed is looked at",
        arguments: seeds
    )
    func walk(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let mine = Sample.stream(state: random.happens(0.3) ? .deleting : .active)
            let age = random.duration(in: .zero...Limits.cacheAge * 2)
            let isDue = random.happens(0.8)
            var now: StreamRow? = mine
            switch random.index(below: 4) {
            case 0: now = nil
            case 1: now = Sample.stream(StreamIncarnation(high: 6, low: 6))
            case 2: now?.state = .deleting
            default: break
            }
            var visit = StreamVisit(to: Observed(mine, readAt: listed))
            var action = visit.start(isDue: isDue, now: instant(age))
            let isReread = isDue && age >= Limits.cacheAge
            if case .reread = action {
                #expect(isReread, "\(replay)")
                action = try visit.receive(now?.item)
            }
            let seen = isReread ? now : mine
            switch action {
            case .look(let found):
                let stream = found.value
                #expect(stream == seen && stream.state == .active && isDue, "\(replay)")
                #expect(stream.incarnation == mine.incarnation, "\(replay)")
                #expect(found.readAt == (isReread ? instant(age) : listed), "\(replay)")
            case .finishDeletion(let stream):
                #expect(stream == seen && stream.state == .deleting && isDue, "\(replay)")
                #expect(stream.incarnation == mine.incarnation, "\(replay)")
            case .pass:
                let isGone = isReread && now?.incarnation != mine.incarnation
                #expect(!isDue || isGone, "\(replay)")
            case .reread: Issue.record("reread twice; \(replay)")
            }
        }
    }

    @Test("A stream rests until the first of its partitions is due, and not at all after a failure")
    func rest() {
        let began = Timestamp(milliseconds: 1_000)
        var rest = StreamRest(from: began)
        let longest = began.advanced(by: .hours(48))
        #expect(rest.due == longest)
        rest.note(nil)
        rest.note(longest.advanced(by: .milliseconds(1)))
        #expect(rest.due == longest)
        rest.note(Timestamp(milliseconds: 5_000))
        rest.note(Timestamp(milliseconds: 7_000))
        #expect(rest.due.milliseconds == 5_000)
        rest.noteFailure()
        rest.note(Timestamp(milliseconds: 7_000))
        #expect(rest.due == began)
    }

    private static let seeds = RandomSeed.cases(50)
    private let replay = RandomSeed.replay("StreamVisitTests")
}
