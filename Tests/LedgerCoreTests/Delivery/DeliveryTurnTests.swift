import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("A turn at a partition of a delivery")
struct DeliveryTurnTests {
    /// The pauses after first failures are over, the leases are not.
    @Sendable private static func isPauseOver(_ timer: Timer) -> Bool {
        timer.length < .seconds(20)
    }

    /// The events of a page with their data, so that none is handed out without.
    private func data(_ delivered: Delivered) -> [String] {
        delivered.events.map { event in
            switch event.event.source {
            case .log(let batch, let record):
                let batch = delivered.page.batches[batch]
                #expect(batch.offset(at: record) == event.event.offset)
                return String(decoding: batch.copy(batch.records[record].key), as: UTF8.self)
            case .snapshot(let index): return delivered.page.snapshots[index].key.text
            }
        }
    }

    // MARK: Handing out and taking back

    @Test("Events are handed out in order, held, and gone when they are done")
    func usual() throws {
        var rows = DeliveryRows("abcab")
        let page = try rows.receive(1, limit: 3)
        #expect(page.offsets == [0, 1, 2] && data(page) == ["a", "b", "c"])
        #expect(page.events.map(\.deliveries) == [1, 1, 1] && page.blocks.isEmpty)
        #expect(!page.isDrained && page.remaining > 0 && !page.isIdle)
        #expect(try rows.words() == "3 | 0a held 1 x1, 1b held 1 x1, 2c held 1 x1 | ")
        // Keys that are held wait; their first events are noted.
        let second = try rows.receive(2)
        #expect(second.offsets.isEmpty && second.isDrained && second.isIdle)
        #expect(
            try rows.words()
                == "5 | 0a held 1 x1, 1b held 1 x1, 2c held 1 x1, 3a ready x0, 4b ready x0 | "
        )
        let done = try rows.settle(1, acksOthers: true)
        #expect(done.acknowledged == 3 && done.notHeld.isEmpty && done.events.isEmpty)
        #expect(try rows.words() == "5 | 3a ready x0, 4b ready x0 | ")
        let last = try rows.receive(3)
        #expect(last.offsets == [3, 4] && last.isDrained && last.remaining == 0)
        try rows.settle(3, [3: .ack, 4: .ack])
        #expect(try rows.words() == "5 |  | " && rows.row()?.version == 5)
    }

    @Test("Where nothing changes nothing is written")
    func unchanged() throws {
        var rows = DeliveryRows("a")
        let none: DeliveryRows.Writing = { _, writes in
            Issue.record("\(writes.count) writes")
            return .failure(PlanRows.table)
        }
        rows.logs = [[]]
        #expect(try rows.receive(1, writing: none).isDrained)
        rows.append("a")
        _ = try rows.receive(1)
        #expect(try rows.receive(2, writing: none).isDrained)
        #expect(try rows.settle(2, [0: .ack], writing: none).missed == ["0 lease_over"])
        #expect(try rows.settle(1, [7: .ack], writing: none).missed == ["7 lease_over"])
        // A repeated attempt gets what it has.
        let again = try rows.receive(1, writing: none)
        #expect(again.offsets == [0] && again.events.map(\.deliveries) == [1])
    }

    @Test(
        "An attempt that comes again when its events are done gets others, which none acknowledges"
    )
    func lateAttempts() throws {
        var rows = DeliveryRows("abc")
        _ = try rows.receive(1, limit: 2)
        let former = DeliveryRows.verdicts(1, acksOthers: true)
        _ = try rows.turn(DeliveryTask(verdicts: former))
        // The first call was repeated, and is carried out again when nobody waits for it any more.
        rows.now = rows.now.advanced(by: .seconds(8))
        #expect(try rows.receive(1).offsets == [2])
        // So is the acknowledgement.
        #expect(try rows.turn(DeliveryTask(verdicts: former)).acknowledged == 0)
        #expect(try rows.words() == "3 | 2c held 1 x1 | ")
    }

    @Test("An acknowledgement that is sent along is taken first, by the same write")
    func sentAlong() throws {
        var rows = DeliveryRows("aab")
        _ = try rows.receive(1, limit: 1)
        var count = 0
        let writing: DeliveryRows.Writing = {
            count += 1
            return .success(try $0.apply($1))
        }
        let verdicts = DeliveryRows.verdicts(1, [0: .ack])
        let page = try rows.receive(2, with: verdicts, writing: writing)
        #expect(count == 1 && page.acknowledged == 1 && page.offsets == [1, 2])
    }

    @Test("A failed event comes again after its pause, and counts its deliveries")
    func failures() throws {
        var rows = DeliveryRows("ab", policy: DeliveryPolicy(maxDeliveries: 3))
        _ = try rows.receive(1)
        let nack = try rows.settle(1, [0: .failed, 1: .ack])
        #expect(nack.failures == 1 && nack.acknowledged == 1)
        #expect(try rows.receive(2).isIdle)
        let second = try rows.receive(2, isOver: { _ in true })
        #expect(second.offsets == [0] && second.events.map(\.deliveries) == [2])
        // Its lease is over: that is a failure, and the next delivery is at once.
        let third = try rows.receive(3, isOver: { _ in true })
        #expect(third.events.map(\.deliveries) == [3] && third.failures == 1)
        // That was the last one.
        let fourth = try rows.receive(4, isOver: { _ in true })
        #expect(fourth.events.isEmpty && fourth.parkings == 1 && fourth.isDrained)
        #expect(try rows.words() == "2 |  | " && rows.parkedOffsets() == [0])
        let row = try #require(try rows.parked(0))
        #expect(row.content?.key.text == "a" && row.state == .parked)
        #expect(row.history.entries.map(\.cause) == [.maxDeliveries])
        #expect(row.history.entries.map(\.deliveries) == [3] && row.history.times == 1)
        #expect(try rows.row()?.parked == 1)
    }

    @Test("Without a limit nothing is ever parked")
    func unlimited() throws {
        var rows = DeliveryRows("a", policy: DeliveryPolicy(maxDeliveries: nil))
        for number in 1...50 as ClosedRange<UInt64> {
            let page = try rows.receive(number, isOver: { _ in true })
            #expect(page.events.map(\.deliveries) == [Int(number)])
        }
        #expect(try rows.parkedOffsets().isEmpty)
    }

    @Test("An event on its last permitted delivery is alone in its page")
    func lastAlone() throws {
        var rows = DeliveryRows("abcd", policy: DeliveryPolicy(maxDeliveries: 2))
        _ = try rows.receive(1, limit: 3)
        try rows.settle(1, [0: .ack, 1: .failed, 2: .release])
        #expect(try rows.receive(2, isOver: { _ in true }).offsets == [1])
        #expect(try rows.receive(3).offsets == [2, 3])
        // Where others come before it, it is left for the next page.
        var later = DeliveryRows("abcd", policy: DeliveryPolicy(maxDeliveries: 2))
        _ = try later.receive(1, limit: 3)
        try later.settle(1, [0: .ack, 1: .release, 2: .failed])
        #expect(try later.receive(2, isOver: Self.isPauseOver).offsets == [1, 3])
        #expect(try later.receive(3, isOver: Self.isPauseOver).offsets == [2])
        var first = DeliveryRows("ab", policy: DeliveryPolicy(maxDeliveries: 1))
        #expect(try first.receive(1).offsets == [0] && first.receive(2).offsets == [1])
    }

    @Test("An event on its last delivery keeps no open one behind it waiting, but for its own key")
    func lastBehind() throws {
        var rows = DeliveryRows("abcb", policy: DeliveryPolicy(maxDeliveries: 2))
        _ = try rows.receive(1)
        try rows.settle(1, [0: .release, 1: .failed, 2: .release, 3: .release])
        #expect(try rows.receive(2, isOver: Self.isPauseOver).offsets == [0, 2])
        #expect(try rows.receive(3, isOver: Self.isPauseOver).offsets == [1])
    }

    @Test("Where keys are held, what comes behind one that expired is taken back with it")
    func expiredAndHeld() throws {
        var rows = DeliveryRows("aab", policy: DeliveryPolicy(exhaustion: .hold))
        _ = try rows.receive(1)
        rows.earliest = [1]
        #expect(try rows.receive(1).offsets == [2])
        #expect(try rows.words() == "3 | 0a parked x0, 1a ready x0, 2b held 1 x1 | ")
    }

    @Test("Expired in the log, an event is parked without its data, and its key goes on")
    func expired() throws {
        var rows = DeliveryRows("aba")
        _ = try rows.receive(1)
        try rows.settle(1, [0: .failed, 1: .release])
        rows.earliest = [2]
        let page = try rows.receive(2, isOver: { _ in true })
        #expect(page.offsets == [2] && page.parkings == 2)
        for value in [0, 1] as [Int64] {
            let row = try #require(try rows.parked(value))
            #expect(row.content == nil && row.history.entries.map(\.cause) == [.expired])
        }
    }

    @Test("A timer that ends while data is read hands nothing out without it")
    func endingTimers() throws {
        for looks in 0...8 {
            var rows = DeliveryRows("ab")
            _ = try rows.receive(1)
            try rows.settle(1, [0: .failed, 1: .failed])
            var left = looks
            let page = try rows.receive(
                2,
                isOver: { _ in
                    left -= 1
                    return left < 0
                }
            )
            #expect(
                page.offsets.count == page.row.open.lease(LeaseID(rawValue: 2))
                    .map { lease in page.row.open.events.filter { $0.lease == lease.id }.count }
                    ?? 0
            )
        }
    }

    @Test("More lost events than one transaction can park are parked one call after another")
    func manyExpired() throws {
        let keys = (0..<120).map { "\($0)" }
        var rows = DeliveryRows(logs: [keys + ["last"]], policy: DeliveryPolicy())
        _ = try rows.receive(1, limit: 120)
        let all = (0..<120).map { (Int64($0), Verdict.release) }
        try rows.settle(1, Dictionary(uniqueKeysWithValues: all))
        rows.earliest = [120]
        let first = try rows.receive(2, limit: 200)
        #expect(first.parkings == 90 && !first.isDrained && !first.isIdle)
        #expect(first.offsets == [120])
        let second = try rows.receive(3, limit: 200)
        #expect(second.parkings == 30 && second.isDrained && second.offsets.isEmpty)
        #expect(try rows.parkedOffsets().count == 120)
        #expect(try rows.words() == "121 | 120last held 2 x1 | ")
    }

    @Test("New events that the log has lost are an error that only a seek passes by")
    func expiredBeyond() throws {
        var rows = DeliveryRows("abc")
        rows.earliest = [2]
        let expected = Refusal.offsetExpired(partition(0), earliest: offset(2))
        #expect(throws: expected) { try rows.receive(1) }
        #expect(try rows.words() == "nothing")
        // What is sent along is taken all the same, and what is open is handed out.
        rows.earliest = [0]
        _ = try rows.receive(1, limit: 1)
        rows.earliest = [2]
        #expect(try rows.receive(2, with: DeliveryRows.verdicts(1, [0: .ack])).acknowledged == 1)
        #expect(throws: expected) { try rows.receive(2) }
    }

    @Test("A position beyond the log's end is never passed over")
    func beyondTail() throws {
        var rows = DeliveryRows("abc")
        _ = try rows.receive(1)
        try rows.settle(1, [0: .ack, 1: .release, 2: .ack])
        rows.logs = [["a"]]
        let open = Refusal.positionBeyondTail(partition(0), position: offset(1), tail: offset(1))
        #expect(throws: open) { try rows.receive(2) }
        rows.logs = [["a", "b"]]
        let scan = Refusal.positionBeyondTail(partition(0), position: offset(3), tail: offset(2))
        #expect(throws: scan) { try rows.receive(2) }
    }

    // MARK: Parking, replaying, discarding

    @Test("An event is parked by hand whoever has it, unless it is not open")
    func byHand() throws {
        var rows = DeliveryRows("abab")
        _ = try rows.receive(1, limit: 2)
        let task = DeliveryTask(removal: DeliveryTask.Removal(of: .zero, because: "broken"))
        _ = try rows.turn(task)
        #expect(try rows.words() == "2 | 1b held 1 x1 | ")
        let row = try #require(try rows.parked(0))
        #expect(row.content?.key.text == "a" && row.history.entries[0].reason == "broken")
        #expect(row.history.entries[0].cause == .byHand && row.history.entries[0].deliveries == 1)
        for value in [0, 2] as [Int64] {
            let other = DeliveryTask(removal: DeliveryTask.Removal(of: offset(value), because: ""))
            let refusal = Refusal.eventNotOpen(partition(0), offset(value))
            #expect(throws: refusal) { try rows.turn(other) }
        }
    }

    @Test("A lease ends with its last event, however that leaves it, or its row could not be read")
    func lastOfLease() throws {
        var rows = DeliveryRows("ab")
        _ = try rows.receive(1, limit: 1)
        _ = try rows.turn(DeliveryTask(removal: DeliveryTask.Removal(of: .zero, because: "")))
        #expect(try rows.words() == "1 |  | " && rows.row()?.open.leases.isEmpty == true)
        // An attempt is repeated whose events the log has lost meanwhile.
        _ = try rows.receive(2)
        rows.earliest = [2]
        let page = try rows.receive(2)
        #expect(page.offsets.isEmpty && page.parkings == 1)
        #expect(try rows.words() == "2 |  | " && rows.row()?.open.leases.isEmpty == true)
    }

    @Test("A parked event that is asked for again comes once, from its own row, and blocks its key")
    func replays() throws {
        var rows = DeliveryRows("aba")
        _ = try rows.receive(1)
        try rows.settle(1, [0: .refused, 1: .ack, 2: .release])
        rows.earliest = [2]
        let asked = try rows.replay([0, 0, 1])
        #expect(asked.replayed == 1 && asked.notParked == [offset(1)] && asked.replaysLeft.isEmpty)
        #expect(try rows.parked(0)?.state == .replaying(epoch: 0) && rows.row()?.parked == 1)
        #expect(try rows.parked(0)?.history.entries[0].asked?.by == "op")
        #expect(try rows.replay([0]).notParked == [.zero])
        let page = try rows.receive(2, limit: 1)
        #expect(page.offsets == [0] && data(page) == ["a"] && page.events[0].isReplay)
        #expect(page.events[0].deliveries == 1)
        #expect(try rows.receive(3).isIdle)
        #expect(try rows.settle(2, [0: .ack]).acknowledged == 1)
        #expect(try rows.parkedOffsets().isEmpty && rows.row()?.parked == 0)
        #expect(try rows.parked(0)?.state == .gone(.after(second: rows.now.seconds + 3_600)))
        #expect(try rows.receive(4).offsets == [2])
    }

    @Test("A replayed event that fails again is parked again, with the history of both times")
    func parkedTwice() throws {
        var rows = DeliveryRows("a")
        for number in 1...7 as ClosedRange<UInt64> {
            _ = try rows.receive(number)
            let reason = "time \(number)"
            try rows.settle(number, [0: .reject(reason: reason)])
            let row = try #require(try rows.parked(0))
            #expect(row.history.times == Int(number) && row.state == .parked)
            let kept = max(5, number) - 4...number
            #expect(row.history.entries.map(\.reason) == kept.map { "time \($0)" })
            #expect(row.content?.key.text == "a")
            #expect(try rows.row()?.parked == 1 && rows.replay([0]).replayed == 1)
        }
    }

    @Test("A discarded event is gone, unless it is not parked or on its way again")
    func discards() throws {
        var rows = DeliveryRows("aa", policy: DeliveryPolicy(exhaustion: .hold))
        _ = try rows.receive(1)
        try rows.settle(1, [0: .refused])
        #expect(try rows.words() == "2 | 0a parked x0, 1a ready x0 | ")
        let held = try rows.receive(2)
        #expect(held.blocks == [.key] && held.isIdle)
        _ = try rows.turn(DeliveryTask(discard: .zero))
        #expect(try rows.words() == "2 | 1a ready x0 | " && rows.row()?.parked == 0)
        let missing = Refusal.parkedNotFound(partition(0), .zero)
        #expect(throws: missing) { try rows.turn(DeliveryTask(discard: .zero)) }
        _ = try rows.receive(3)
        try rows.settle(3, [1: .refused])
        try rows.replay([1])
        let replaying = Refusal.replaying(partition(0), offset(1))
        #expect(throws: replaying) { try rows.turn(DeliveryTask(discard: offset(1))) }
    }

    @Test("A key is held until its parked event was done again, and every other key goes on")
    func hold() throws {
        var rows = DeliveryRows("abab", policy: DeliveryPolicy(exhaustion: .hold))
        _ = try rows.receive(1, limit: 2)
        try rows.settle(1, [0: .refused, 1: .ack])
        let page = try rows.receive(2)
        #expect(page.offsets == [3] && page.blocks == [.key])
        #expect(try rows.words() == "4 | 0a parked x0, 2a ready x0, 3b held 2 x1 | ")
        try rows.replay([0])
        #expect(try rows.receive(3, limit: 1).offsets == [0])
        try rows.settle(3, acksOthers: true)
        #expect(try rows.receive(4).offsets == [2])
    }

    @Test("Requests for parked events that find no room are left for the next")
    func replayRoom() throws {
        var rows = DeliveryRows(
            logs: [(0..<24).map { "\($0)" }],
            policy: DeliveryPolicy(maxOpen: 10)
        )
        var all: [Int64] = []
        for number in 0..<3 as Range<UInt64> {
            let page = try rows.receive(number, limit: 8)
            all += page.offsets
            let verdicts = page.offsets.map { ($0, Verdict.refused) }
            try rows.settle(number, Dictionary(uniqueKeysWithValues: verdicts))
        }
        let asked = try rows.replay(all)
        #expect(asked.replayed == 10 && asked.replaysLeft.count == 14)
        #expect(try rows.row()?.open.events.count == 10)
    }

    // MARK: Seeks and modes

    @Test("A seek voids what is open, and keeps the version and what is parked")
    func seeks() throws {
        var rows = DeliveryRows("abcd")
        _ = try rows.receive(1, limit: 3)
        try rows.settle(1, [0: .refused, 1: .release])
        let former = try #require(try rows.row())
        let stale = rows
        rows.subscription = rows.subscription.moved(to: [.log(offset(3))])
        let page = try rows.receive(2)
        #expect(page.offsets == [3])
        let row = try #require(try rows.row())
        #expect(row.epoch == 1 && row.version == former.version + 1 && row.parked == 1)
        #expect(try rows.words() == "4 | 3d held 2 x1 | ")
        // Whoever has not seen the seek comes too late, with the old row or with the new one.
        var late = stale
        late.table = rows.table
        #expect(throws: Refusal.cursorSuperseded) { try late.settle(1, [2: .ack]) }
        let task = DeliveryTask(verdicts: DeliveryRows.verdicts(1, [2: .ack]))
        #expect(throws: Refusal.cursorSuperseded) { try late.turn(task, from: former) }
        #expect(try late.row() == row)
    }

    @Test("A request from before a seek counts as parked after it")
    func replaysBeforeSeek() throws {
        var rows = DeliveryRows("ab")
        _ = try rows.receive(1)
        try rows.settle(1, [0: .refused, 1: .ack])
        try rows.replay([0])
        rows.subscription = rows.subscription.moved(to: [.log(offset(2))])
        #expect(try rows.replay([0]).replayed == 1)
        #expect(try rows.parked(0)?.state == .replaying(epoch: 1))
        #expect(try rows.receive(2).offsets == [0])
        try rows.settle(2, acksOthers: true)
        #expect(try rows.row()?.parked == 0)
    }

    @Test("What was parked before a seek and comes again from the log is not asked for besides")
    func replaysOfOpenEvents() throws {
        var rows = DeliveryRows("ab")
        _ = try rows.receive(1)
        try rows.settle(1, [0: .refused, 1: .refused])
        rows.subscription = rows.subscription.moved(to: [.log(.zero)])
        #expect(try rows.receive(2, limit: 1).offsets == [0])
        let asked = try rows.replay([0, 1])
        #expect(asked.notParked == [.zero] && asked.replayed == 1)
        #expect(try rows.words() == "1 | 0a held 2 x1, 1b ready x0 again | ")
        // The log passes by what is asked for, whoever has it.
        #expect(try rows.receive(3).events.map(\.isReplay) == [true])
        #expect(try rows.words() == "2 | 0a held 2 x1, 1b held 3 x1 again | ")
        try rows.settle(2, acksOthers: true)
        try rows.settle(3, acksOthers: true)
        #expect(try rows.words() == "2 |  | " && rows.parkedOffsets() == [0])
    }

    @Test("An event that waits in its own row is neither noted nor handed out from the log")
    func scanOverReplays() throws {
        var rows = DeliveryRows("aaa")
        _ = try rows.receive(1)
        try rows.settle(1, [0: .ack, 1: .refused, 2: .ack])
        rows.subscription = rows.subscription.moved(to: [.log(.zero)])
        try rows.replay([1])
        #expect(try rows.receive(2, limit: 1).events.map(\.isReplay) == [true])
        // Its key is blocked, so the others are noted, and it stays what it is.
        #expect(try rows.receive(3).isIdle)
        #expect(try rows.words() == "3 | 0a ready x0, 1a held 2 x1 again, 2a ready x0 | ")
    }

    @Test("An event that is parked again after a seek counts once")
    func parkedAcrossSeeks() throws {
        var rows = DeliveryRows("ab")
        for epoch in 1...3 as ClosedRange<UInt64> {
            _ = try rows.receive(epoch)
            try rows.settle(epoch, [0: .refused, 1: .ack])
            #expect(try rows.row()?.parked == 1 && rows.parked(0)?.history.times == Int(epoch))
            rows.subscription = rows.subscription.moved(to: [.log(.zero)])
        }
        #expect(try rows.replay([0]).replayed == 1)
        _ = try rows.receive(9, limit: 1)
        try rows.settle(9, acksOthers: true)
        #expect(try rows.row()?.parked == 0)
    }

    @Test("The position that a cursor left is replaced, unless it is of this epoch or a later one")
    func leftoverPosition() throws {
        for (epoch, lease, isReplaced) in [
            (0, nil, true), (0, 3, true), (1, nil, false), (2, 3, false),
        ] as [(Int64, Int64?, Bool)] {
            var rows = DeliveryRows("abc")
            rows.subscription = rows.subscription.moved(to: [.log(offset(1))])
            let left = PositionRow(
                stream: rows.subscription.stream,
                subscription: rows.subscription.incarnation,
                partition: partition(0),
                epoch: epoch,
                position: .log(offset(2)),
                lease: lease.map { Lease(epoch: $0, owner: nil) }
            )
            rows.table.put(left.item)
            guard isReplaced else {
                #expect(throws: Refusal.contention) { try rows.receive(1) }
                #expect(rows.table.rows[left.item.key] == left.item)
                continue
            }
            #expect(try rows.receive(1).offsets == [1, 2])
            #expect(try rows.row()?.version == 1)
        }
    }
}
