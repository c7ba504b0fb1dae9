import LedgerBytes
import LedgerTesting
import Testing

@testable import LedgerCore
@testable import LedgerService

@Suite("A partition's queue")
struct AppendQueueTests {
    private typealias Queue = AppendQueue<Int, String>

    private func instant(_ uptime: Int64) -> Instant {
        Instant(now: Timestamp(milliseconds: 1000), uptime: .milliseconds(uptime))
    }

    private func unit(
        _ count: Int = 1,
        key: String? = nil,
        expecting offset: Offset? = nil,
        at uptime: Int64 = 0
    ) -> AppendUnit {
        var records = Records()
        for index in 0..<count {
            records.append(key: Array("k\(index)".utf8), type: Array("t".utf8), data: [0x31])
        }
        return AppendUnit(
            records: records,
            idempotency: key.map { key in
                IdempotencyMark(
                    keyHash: SHA256.digest(Array(key.utf8)),
                    bodyHash: SHA256.digest([1])
                )
            },
            expectedOffset: offset,
            arrived: instant(uptime)
        )
    }

    /// Who waits for the units that come next; nil when it is something else.
    private func units(_ next: Queue.Next) -> [Int]? {
        if case .units(let units) = next { units.map(\.waiter) } else { nil }
    }

    /// Who waits for the units that come next, at each of so many looks.
    private func takes(_ count: Int, _ queue: inout Queue) -> [[Int]?] {
        (0..<count).map { _ in units(queue.next(at: instant(1)).next) }
    }

    @Test("What waits shares one append, but for a key twice and an offset that is expected")
    func merging() {
        var queue = Queue(patience: .milliseconds(100))
        let waiting = [
            unit(key: "a"), unit(), unit(key: "b"), unit(key: "a"), unit(expecting: .zero), unit(),
        ]
        for (index, unit) in waiting.enumerated() {
            let isTaken = queue.add(unit, for: index)
            #expect(isTaken)
        }
        #expect(takes(4, &queue) == [[0, 1, 2], [3], [4, 5], nil])
        #expect(queue.isEmpty)
    }

    @Test("An atomic publish comes in its turn, alone")
    func exclusive() {
        var queue = Queue(patience: .milliseconds(100))
        let taken = [
            queue.add(unit(), for: 0), queue.add("atomic", arrived: instant(0)),
            queue.add(unit(), for: 1),
        ]
        #expect(taken == [true, true, true])
        #expect(takes(1, &queue) == [[0]])
        let next = queue.next(at: instant(1)).next
        if case .exclusive("atomic") = next {} else { Issue.record("not its turn: \(next)") }
        #expect(takes(2, &queue) == [[1], nil])
    }

    @Test("What waited until its deadline is refused, wherever it stands")
    func overdue() {
        var queue = Queue(patience: .milliseconds(100))
        _ = queue.add(unit(at: 50), for: 0)
        _ = queue.add("early", arrived: instant(0))
        _ = queue.add(unit(at: 10), for: 1)
        _ = queue.add(unit(at: 60), for: 2)
        let (next, overdue) = queue.next(at: instant(110))
        #expect(overdue.units == [1] && overdue.turns == ["early"])
        #expect(units(next) == [0, 2])
    }

    @Test("By either clock, and also after a look that refused something, a deadline holds")
    func laterDeadlines() {
        var queue = Queue(patience: .milliseconds(100))
        _ = queue.add("first", arrived: instant(0))
        _ = queue.add("second", arrived: instant(50))
        // Its wall clock was behind when it came.
        let behind = Instant(now: Timestamp(milliseconds: 950), uptime: .milliseconds(90))
        _ = queue.add("third", arrived: behind)
        _ = queue.add("fourth", arrived: instant(120))
        _ = queue.add("fifth", arrived: instant(130))
        // Each look also gives the first that is in time.
        #expect(queue.next(at: instant(100)).overdue.turns == ["first"])
        let later = Instant(now: Timestamp(milliseconds: 1050), uptime: .milliseconds(140))
        #expect(queue.next(at: later).overdue.turns == ["third"])
        #expect(queue.next(at: instant(250)).overdue.turns == ["fifth"])
        #expect(queue.isEmpty)
    }

    @Test("A full queue takes no more, by requests or by bytes, until there is room")
    func bounds() {
        var queue = Queue(patience: .milliseconds(100))
        var count = 0
        while queue.add(unit(key: "\(count)"), for: count) { count += 1 }
        let isTurnTaken = queue.add("atomic", arrived: instant(0))
        #expect(count == Limits.queuedUnits && !isTurnTaken)
        #expect(takes(1, &queue)[0]?.count == Limits.mergedMarks)
        while queue.add(unit(), for: count) { count += 1 }
        #expect(count == Limits.queuedUnits + Limits.mergedMarks)

        var heavy = Queue(patience: .milliseconds(100))
        let large = AppendUnit(records: Records.filled(bytes: 4 << 20), arrived: instant(0))
        var taken = 0
        while heavy.add(large, for: taken) { taken += 1 }
        #expect(taken == Limits.queuedBytes / large.records.payload.count)
        #expect(takes(1, &heavy) == [[0]])
        let fits = heavy.add(large, for: taken)
        #expect(fits)
    }

    // MARK: Random walk

    /// What waits, as a list.
    private struct Oracle {
        var waiting: [(unit: AppendUnit?, name: String, arrived: Int64)] = []

        mutating func removeOverdue(at now: Int64) -> [String] {
            let overdue = waiting.filter { now - $0.arrived >= 100 }
            waiting.removeAll { now - $0.arrived >= 100 }
            return overdue.map(\.name)
        }

        /// The longest beginning that fits into one append.
        mutating func next() -> [String] {
            var taken: [String] = []
            var marks: [Digest] = []
            for entry in waiting {
                guard let unit = entry.unit else {
                    if taken.isEmpty { taken = [entry.name] }
                    break
                }
                let mark = unit.idempotency?.keyHash
                if !taken.isEmpty, unit.expectedOffset != nil { break }
                if let mark, marks.contains(mark) { break }
                if let mark { marks.append(mark) }
                taken.append(entry.name)
            }
            waiting.removeFirst(taken.count)
            return taken
        }
    }

    @Test(
        "Everything comes once, in its order, or is overdue",
        arguments: RandomSeed.cases(100)
    )
    func randomWalk(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var queue = AppendQueue<String, String>(patience: .milliseconds(100))
        var oracle = Oracle()
        var now: Int64 = 0
        for step in 0..<200 {
            now += Int64.random(in: 0...20, using: &random)
            let name = "\(step)"
            switch Int.random(in: 0...3, using: &random) {
            case 0:
                let isTaken = queue.add(name, arrived: instant(now))
                oracle.waiting.append((nil, name, now))
                #expect(isTaken)
            case 1, 2:
                let key = random.happens(0.3) ? "\(Int.random(in: 0...1, using: &random))" : nil
                let offset = random.happens(0.2) ? Offset.zero : nil
                let unit = unit(key: key, expecting: offset, at: now)
                let isTaken = queue.add(unit, for: name)
                oracle.waiting.append((unit, name, now))
                #expect(isTaken)
            default:
                let (next, overdue) = queue.next(at: instant(now))
                let late = oracle.removeOverdue(at: now)
                #expect((overdue.units + overdue.turns).sorted() == late.sorted(), "seed \(seed)")
                let expected = oracle.next()
                switch next {
                case .units(let units): #expect(units.map(\.waiter) == expected, "seed \(seed)")
                case .exclusive(let turn): #expect([turn] == expected, "seed \(seed)")
                case .nothing: #expect(expected.isEmpty, "seed \(seed)")
                }
            }
            #expect(queue.isEmpty == oracle.waiting.isEmpty, "seed \(seed)")
        }
    }
}

extension Records {
    /// One event of about so many bytes.
    fileprivate static func filled(bytes: Int) -> Records {
        var records = Records()
        let data = [UInt8](repeating: UInt8(ascii: "1"), count: bytes)
        data.withUnsafeBytes { data in
            let none = UnsafeRawBufferPointer(start: nil, count: 0)
            records.append(key: none, type: none, headers: nil, data: data)
        }
        return records
    }
}
