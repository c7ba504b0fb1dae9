import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("A page of a delivery while it is made")
struct DeliveryDraftTests {
    @Test("What was passed over opens no more events than may be open either")
    func restsWithinMaxOpen() throws {
        var rows = DeliveryRows("a", policy: DeliveryPolicy(maxOpen: 10))
        _ = try rows.receive(1)
        rows.append(String(repeating: "a", count: 30))
        _ = try rows.receive(2)
        try rows.settle(1, acksOthers: true)
        #expect(try rows.words().hasSuffix("| a>5 x26"))
        let page = try rows.receive(3, limit: 100)
        #expect(page.offsets == Array(1...10) && page.blocks == [.maxOpen] && !page.isDrained)
        #expect(try rows.words().hasSuffix("| a>11 x20"))
        #expect(try rows.row()?.open.events.count == 10)
        try rows.settle(3, acksOthers: true)
        #expect(try rows.receive(4, limit: 100).offsets == Array(11...20))
    }

    @Test("What a key rested with and the log has lost is parked as one, and the key goes on")
    func lostRests() throws {
        var rows = DeliveryRows("a")
        _ = try rows.receive(1)
        rows.append("aaaaaaaaaaaaaaa")
        _ = try rows.receive(2)
        #expect(try rows.words().hasSuffix("| a>8 x8"))
        try rows.settle(1, acksOthers: true)
        _ = try rows.receive(3, limit: 8)
        try rows.settle(3, acksOthers: true)
        rows.earliest = [13]
        let page = try rows.receive(4)
        #expect(page.offsets == [13, 14, 15] && page.parkings == 1 && page.isDrained)
        let row = try #require(try rows.parked(9))
        let entry = try #require(row.history.entries.first)
        #expect(row.content == nil && entry.cause == .expired && entry.events == 7)
        #expect(entry.reason == "offsets 9 to 13 left the log")
        #expect(try rows.row()?.parked == 1 && rows.replay([9]).notParked == [offset(9)])
    }

    @Test("Where keys are held, one that has lost events waits until that is discarded")
    func lostRestsHeld() throws {
        var rows = DeliveryRows("a", policy: DeliveryPolicy(exhaustion: .hold))
        _ = try rows.receive(1)
        rows.append("aaaaaaaaaaab")
        _ = try rows.receive(2, limit: 1)
        try rows.settle(1, acksOthers: true)
        try rows.settle(2, acksOthers: true)
        _ = try rows.receive(3, limit: 8)
        try rows.settle(3, acksOthers: true)
        rows.earliest = [11]
        let page = try rows.receive(4)
        #expect(page.offsets.isEmpty && page.blocks == [.key] && page.isDrained)
        #expect(try rows.words() == "13 | 9a parked x0 | a>11 x3")
        _ = try rows.turn(DeliveryTask(discard: offset(9)))
        #expect(try rows.receive(5).offsets == [11] && rows.row()?.parked == 0)
    }

    @Test("A rest that begins at another key's event is not parked in its place")
    func lostRestsAtOthers() throws {
        for exhaustion in [.park, .hold] as [DeliveryPolicy.Exhaustion] {
            var rows = DeliveryRows("", policy: DeliveryPolicy(exhaustion: exhaustion))
            rows.append("abcde")
            _ = try rows.receive(1)
            var row = try #require(try rows.row()).next(by: 1)
            // Both keys rest from 2 on, where c has an event that has failed.
            row.open.leases = []
            row.open.events = [OpenEvent(offset(2), key: DeliveryRows.hash("c"), state: .ready)]
            row.open.rests = ["a", "b"].map {
                Rest(DeliveryRows.hash($0), from: offset(2), count: 1)
            }
            .sorted { $0.key < $1.key }
            rows.table.put(row.item)
            rows.earliest = [5]
            let page = try rows.receive(2)
            #expect(page.parkings == 3 && page.isDrained)
            #expect(try rows.parkedOffsets() == [2, 3, 4])
            #expect(try rows.parked(2)?.history.times == 1)
            // What was lost before shares its place: the event itself may have been another key's.
            rows.table.put(row.next(by: 2).next(by: 3).item)
            rows.earliest = [4]
            rows.logs = [["a", "b", "c", "d", "e"]]
            #expect(try rows.receive(3).parkings == 2)
            #expect(try rows.parked(2)?.history.times == 2)
            #expect(try rows.parked(3)?.history.times == 2)
        }
    }

    @Test("Rests are lost one transaction after another, and nothing is handed out twice")
    func manyLostRests() throws {
        let keys = (0..<120).map { "\($0)" }
        var rows = DeliveryRows(logs: [keys], policy: DeliveryPolicy())
        _ = try rows.receive(1, limit: 120)
        var row = try #require(try rows.row()).next(by: 1)
        row.open.leases = []
        row.open.events = []
        row.open.rests = keys.enumerated().map { index, key in
            Rest(DeliveryRows.hash(key), from: offset(Int64(index)), count: 1)
        }
        row.open.rests.sort { $0.key < $1.key }
        rows.table.put(row.item)
        rows.append("x")
        rows.earliest = [120]
        let first = try rows.receive(2)
        #expect(first.parkings == 90 && first.offsets.isEmpty && !first.isDrained)
        let second = try rows.receive(3)
        #expect(second.parkings == 30 && second.offsets == [120] && second.isDrained)
        #expect(try rows.row()?.open.rests.isEmpty == true && rows.row()?.parked == 120)
    }

    @Test("A log that loses what is being scanned has nothing of it parked that was handed out")
    func lostWhileScanned() throws {
        var rows = DeliveryRows("a")
        _ = try rows.receive(1)
        rows.append("aaaaaaaaaaaaaaa")
        _ = try rows.receive(2)
        try rows.settle(1, acksOthers: true)
        _ = try rows.receive(3, limit: 8)
        try rows.settle(3, acksOthers: true)
        rows.readEntries = 2
        // The first read finds two events of the rest, the second that the next two are gone.
        rows.onRead = { rows in if rows.reads > 1 { rows.earliest = [13] } }
        rows.reads = 0
        let page = try rows.receive(4)
        #expect(page.offsets == [9, 10, 13, 14, 15] && page.parkings == 1)
        #expect(try rows.parkedOffsets() == [11])
    }

    @Test("A page behind a key that waits takes a few reads of the log, not one for each event")
    func readsBehindKeys() throws {
        var rows = DeliveryRows("a")
        _ = try rows.receive(1)
        rows.append(String(repeating: "a", count: 3_000) + "b")
        rows.reads = 0
        #expect(try rows.receive(2, limit: 1).offsets == [3_001])
        #expect(rows.reads <= 16)
    }

    @Test("A log that has gone back is an error behind a rest, too")
    func shorterLog() throws {
        var rows = DeliveryRows("a")
        _ = try rows.receive(1)
        rows.append("aaaaaaaaaaaa")
        _ = try rows.receive(2)
        try rows.settle(1, acksOthers: true)
        _ = try rows.receive(3, limit: 8)
        try rows.settle(3, acksOthers: true)
        rows.logs[0].removeLast()
        let expected = Refusal.positionBeyondTail(
            partition(0),
            position: offset(13),
            tail: offset(12)
        )
        #expect(throws: expected) { try rows.receive(4) }
    }

    @Test("New events stop where as many are open or parked as may be; what was open goes on")
    func bounds() throws {
        var rows = DeliveryRows("abcdefghijklmn", policy: DeliveryPolicy(maxOpen: 10))
        let full = try rows.receive(1, limit: 100)
        #expect(full.offsets == Array(0..<10) && full.blocks == [.maxOpen] && !full.isDrained)
        let none = try rows.receive(2)
        #expect(none.blocks == [.maxOpen] && none.isIdle)
        try rows.settle(1, [3: .ack, 4: .release])
        #expect(try rows.receive(3).offsets == [4, 10])
        var parked = DeliveryRows("abcccccccccccd", policy: DeliveryPolicy(maxParked: 2))
        _ = try parked.receive(1, limit: 3)
        _ = try parked.receive(2, limit: 1)
        parked.append("e")
        try parked.settle(1, [0: .refused, 1: .refused, 2: .ack])
        let rest = try parked.receive(3, limit: 20)
        #expect(rest.offsets == Array(3...12) && rest.blocks == [.maxParked])
        _ = try parked.turn(DeliveryTask(discard: .zero))
        #expect(try parked.receive(4).offsets == [14])
    }

    @Test("A page ends at its limit and its size; the first event fits unless it must not")
    func pageEnds() throws {
        // Key, type and count of headers take three bytes more.
        for (limit, bytes, fitsFirst, count) in [
            (2, 9_999, true, 2), (9, 206, true, 2), (9, 205, true, 1), (9, 1, true, 1),
            (9, 1, false, 0), (9, 103, false, 1),
        ] {
            for isOpen in [true, false] {
                var rows = DeliveryRows("abcde")
                rows.dataBytes = { _ in 100 }
                if isOpen {
                    _ = try rows.receive(9)
                    let all = (0..<5).map { (Int64($0), Verdict.release) }
                    try rows.settle(9, Dictionary(uniqueKeysWithValues: all))
                }
                let request = DeliveryTask.Request(
                    under: LeaseID(rawValue: 1),
                    for: "c",
                    limit: limit,
                    bytes: bytes,
                    fitsFirst: fitsFirst
                )
                let page = try rows.turn(DeliveryTask(request: request))
                #expect(page.offsets == Array(0..<Int64(count)), "\(limit) \(bytes) \(isOpen)")
                #expect(!page.isDrained && page.remaining > 0 && !page.isIdle)
            }
        }
    }

    @Test("What a filter does not let through is passed over, and what is open comes all the same")
    func filters() throws {
        var rows = DeliveryRows("aabaab")
        rows.filter = ["b"]
        #expect(try rows.receive(1, limit: 1).offsets == [2])
        rows.filter = ["a"]
        // The first page ended right behind its event.
        #expect(
            try rows.receive(2).offsets == [3, 4]
                && rows.words() == """
                    6 | 2b held 1 x1, 3a held 2 x1, 4a held 2 x1 | 
                    """
        )
        try rows.settle(1, [2: .release])
        #expect(try rows.receive(3).offsets == [2])
        rows.filter = []
        rows.append("cc")
        let none = try rows.receive(4)
        #expect(none.isDrained && none.offsets.isEmpty && none.row.scanned == offset(8))
    }

    @Test("What was passed over comes before what is new, each once and in order")
    func restsFirst() throws {
        var rows = DeliveryRows("a")
        _ = try rows.receive(1)
        rows.append(String(repeating: "ab", count: 15))
        #expect(try rows.receive(2, limit: 100).offsets.count == 15)
        #expect(try rows.words().hasSuffix("| a>15 x8"))
        rows.append("ca")
        try rows.settle(1, acksOthers: true)
        try rows.settle(2, acksOthers: true)
        var seen: [Int64] = []
        for number in 3..<20 as Range<UInt64> {
            let page = try rows.receive(number, limit: 3)
            seen += page.offsets
            try rows.settle(number, acksOthers: true)
            if page.isDrained { break }
        }
        #expect(seen == stride(from: 1, through: 29, by: 2) + [31, 32])
        #expect(try rows.words() == "33 |  | ")
    }

    @Test("A rest whose key waits again stays where it is, while others move on")
    func twoRests() throws {
        var rows = DeliveryRows("ab")
        _ = try rows.receive(1)
        rows.append(String(repeating: "ab", count: 12))
        _ = try rows.receive(2)
        #expect(try rows.words().hasSuffix("| a>16 x5, b>17 x5"))
        try rows.settle(1, [0: .ack])
        #expect(try rows.receive(3, limit: 9).offsets == [2, 4, 6, 8, 10, 12, 14, 16, 18])
        #expect(try rows.words().hasSuffix("| b>17 x5, a>19 x3"))
        try rows.settle(1, [1: .ack])
        #expect(try rows.receive(4, limit: 8).offsets == [3, 5, 7, 9, 11, 13, 15, 17])
        try rows.settle(3, acksOthers: true)
        try rows.settle(4, acksOthers: true)
        #expect(try rows.receive(5).offsets == [19, 20, 21, 22, 23, 24, 25])
        #expect(try rows.row()?.open.rests.isEmpty == true)
    }

    @Test("Looking through the log for what was passed over is bounded, and goes on where it ended")
    func boundedScan() throws {
        var rows = DeliveryRows("a")
        _ = try rows.receive(1)
        rows.append("aaaaaaaa" + String(repeating: "b", count: 30) + "a")
        rows.dataBytes = { _ in 250_000 }
        rows.readEntries = 4
        while try rows.row()?.scanned != offset(40) {
            _ = try rows.receive(2, limit: 100, bytes: .max / 2)
            try rows.settle(2, acksOthers: true)
        }
        try rows.settle(1, acksOthers: true)
        #expect(try rows.words().hasSuffix("| a>8 x2"))
        var calls = 0
        var seen: [Int64] = []
        while !seen.contains(39), calls < 20 {
            calls += 1
            rows.reads = 0
            let page = try rows.receive(4, limit: 100, bytes: .max / 2)
            seen += page.offsets
            // Two megabytes are nine events, in pages of four, after the seven that were noted.
            #expect(rows.reads <= (calls == 1 ? 5 : 3))
            #expect(page.isDrained || page.offsets.isEmpty || calls == 1)
            try rows.settle(4, acksOthers: true)
        }
        #expect(seen == Array(1...8) + [39] && calls > 2)
    }

    @Test("One call reads only so much for what is open, and the next goes on behind it")
    func boundedOpen() throws {
        let keys = (0..<40).map { "\($0)" }
        var rows = DeliveryRows(logs: [keys], policy: DeliveryPolicy())
        rows.dataBytes = { _ in 600_000 }
        rows.readEntries = 1
        var row = DeliveryRow(of: rows.subscription, in: partition(0), after: nil).next(by: 1)
        for (value, key) in keys.enumerated() {
            let hash = DeliveryRows.hash(key)
            row.open.put(OpenEvent(offset(Int64(value)), key: hash, state: .ready))
        }
        row.scanned = offset(40)
        rows.table.put(row.item)
        let page = try rows.receive(1, limit: 100, bytes: .max / 2)
        // 28 events of 600 KB are more than 16 MB.
        #expect(page.offsets == Array(0..<28) && !page.isDrained && page.remaining > 0)
        #expect(try rows.receive(2, limit: 100, bytes: .max / 2).offsets == Array(28..<40))
    }

    @Test("Of parked events that come again one call reads only so many")
    func boundedReplays() throws {
        let keys = (0..<300).map { "\($0)" }
        var rows = DeliveryRows(logs: [keys], policy: DeliveryPolicy())
        var left = try rows.receive(1, limit: 300).offsets
        while !left.isEmpty {
            let some = left.prefix(90)
            try rows.settle(1, Dictionary(uniqueKeysWithValues: some.map { ($0, .refused) }))
            try rows.replay(Array(some))
            left.removeFirst(some.count)
        }
        let page = try rows.receive(2, limit: 1_000)
        #expect(page.offsets == Array(0..<250) && !page.isDrained)
        #expect(try rows.receive(3, limit: 1_000).offsets == Array(250..<300))
    }

    @Test("Without an order every event goes to whoever comes, and nothing is noted")
    func unordered() throws {
        var rows = DeliveryRows("aaaaaa", policy: DeliveryPolicy(order: .none))
        #expect(try rows.receive(1, limit: 2).offsets == [0, 1])
        #expect(try rows.receive(2, limit: 2).offsets == [2, 3])
        try rows.settle(1, [0: .failed, 1: .release])
        #expect(try rows.receive(3).offsets == [1, 4, 5])
        #expect(try rows.words().hasSuffix("| ") && rows.row()?.open.rests.isEmpty == true)
    }

    @Test(
        "However the log is cut into pages, the same is handed out",
        arguments: RandomSeed.cases(40)
    )
    func pieces(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let policy = DeliveryPolicy(maxOpen: 10 + random.index(below: 20))
        let log = (0..<80).map { _ in String("aaabcd".randomElement(using: &random) ?? "a") }
        var all = [1, 3, 1_000].map { entries in
            var rows = DeliveryRows(logs: [log], policy: policy)
            rows.readEntries = entries
            if seed % 3 == 0 { rows.filter = ["a", "c"] }
            return rows
        }
        for number in 1...60 as ClosedRange<UInt64> {
            let (limit, former) = (
                1 + random.index(below: 9), UInt64(1 + random.index(below: Int(number)))
            )
            let verdict: Verdict =
                [.ack, .ack, .failed, .release, .refused]
                .randomElement(using: &random) ?? .ack
            let isOver = random.happens(0.3)
            var found: [String] = []
            for index in all.indices {
                let held = try all[index].row()?.open.events.filter { $0.lease?.rawValue == former }
                let verdicts = (held ?? []).map { ($0.offset.rawValue, verdict) }
                try all[index].settle(former, Dictionary(uniqueKeysWithValues: verdicts))
                let page = try all[index].receive(number, limit: limit, isOver: { _ in isOver })
                found.append("\(page.offsets) \(page.isDrained) \(try all[index].words())")
            }
            #expect(Set(found).count == 1, "\(found)")
        }
    }
}
