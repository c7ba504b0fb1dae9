import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("The puts of a fold")
struct PutQueueTests {
    private func writes(_ count: Int) -> [Write] {
        (0..<count).map { index in
            LatestRow(
                stream: StreamIncarnation(high: 1, low: 1),
                partition: Partition(unchecked: 0),
                key: EventKey(trusted: Array("k\(index)".utf8)),
                offset: Offset(unchecked: Int64(index)),
                value: .tombstone(until: .past)
            ).write(rules: .all)
        }
    }

    private static let throttled = TableError(.definite, reason: .throttled, message: "test")

    /// Sends all that may be sent at once.
    private func burst(_ queue: inout PutQueue) -> [PutQueue.Sending] {
        var sent: [PutQueue.Sending] = []
        while let sending = queue.next() { sent.append(sending) }
        return sent
    }

    @Test("Each put is sent once when nothing goes wrong, so many at a time")
    func calm() {
        var queue = PutQueue(writes(1_000), pace: PutPace(), now: .zero)
        var keys: Set<TableKey> = []
        while case let sent = burst(&queue), !sent.isEmpty {
            #expect(sent.count <= Limits.foldPutsAtOnce)
            for sending in sent {
                #expect(keys.insert(sending.write.key).inserted && sending.pause == .zero ... .zero)
                queue.receive(.stored, of: sending, now: .zero)
            }
        }
        #expect(keys.count == 1_000 && queue.failure == nil)
    }

    @Test("A burst of throttles halves the pace once; the same puts come again, later and later")
    func throttles() {
        var queue = PutQueue(writes(400), pace: PutPace(), now: .zero)
        let first = burst(&queue)
        for sending in first {
            queue.receive(.refused(Self.throttled), of: sending, now: .milliseconds(1))
        }
        let second = burst(&queue)
        #expect(first.count == Limits.foldPutsAtOnce && second.count == first.count / 2)
        #expect(Set(second.map(\.write.key)).isSubset(of: first.map(\.write.key)))
        #expect(second.allSatisfy { $0.pause == .milliseconds(25) ... .milliseconds(50) })
        for sending in second {
            queue.receive(.refused(Self.throttled), of: sending, now: .milliseconds(2))
        }
        let third = burst(&queue)
        #expect(third.count == second.count / 2)
        #expect(third.allSatisfy { $0.pause == .milliseconds(50) ... .milliseconds(100) })
    }

    @Test("The pace grows again with what is taken, and the next step begins with it")
    func growth() {
        var queue = PutQueue(writes(5_000), pace: PutPace(), now: .zero)
        for _ in 0..<6 {
            for sending in burst(&queue) {
                queue.receive(.refused(Self.throttled), of: sending, now: .milliseconds(1))
            }
        }
        let low = queue.pace.together
        while case let sent = burst(&queue), !sent.isEmpty {
            for sending in sent { queue.receive(.stored, of: sending, now: .milliseconds(1)) }
        }
        #expect(low == Limits.foldPutsAtOnce >> 6)
        #expect(queue.pace.together > 16 * low)
        var next = PutQueue(writes(1_000), pace: queue.pace, now: .milliseconds(1))
        #expect(burst(&next).count == queue.pace.together)
    }

    @Test("A table that takes nothing at all is not asked for ever")
    func standstill() {
        var queue = PutQueue(writes(2), pace: PutPace(), now: .zero)
        let end = Limits.foldStandstill
        for (moment, isOver) in [(end - .milliseconds(1), false), (end, true)] {
            for sending in burst(&queue) {
                queue.receive(.refused(Self.throttled), of: sending, now: moment)
            }
            #expect((queue.failure != nil) == isOver)
        }
        #expect(queue.next() == nil)
    }

    @Test(
        "What can't pass is not repeated",
        arguments: [TableError.Reason.full, .corrupt, .invalid, .closed]
    )
    func hopeless(_ reason: TableError.Reason) throws {
        var queue = PutQueue(writes(9), pace: PutPace(), now: .zero)
        let next = queue.next()
        let sending = try #require(next)
        let error = TableError(.indefinite, reason: reason, message: "test")
        queue.receive(.refused(error), of: sending, now: .zero)
        #expect(queue.failure == error && queue.next() == nil)
    }

    @Test("A put that nobody answered comes again, and says nothing about the pace")
    func unavailable() throws {
        var queue = PutQueue(writes(1), pace: PutPace(), now: .zero)
        let sent = burst(&queue)
        let first = try #require(sent.first)
        let error = TableError(.indefinite, reason: .unavailable, message: "test")
        queue.receive(.refused(error), of: first, now: .milliseconds(1))
        #expect(queue.failure == nil && queue.pace == PutPace())
        let again = burst(&queue)
        #expect(
            again.map(\.write) == [first.write]
                && again.first?.pause == .milliseconds(25) ... .milliseconds(50)
        )
    }

    @Test("A put that is not to be sent again fails the step, by the first reason of several")
    func abandoned() {
        var queue = PutQueue(writes(3), pace: PutPace(), now: .zero)
        let sent = burst(&queue)
        queue.receive(.abandoned(Self.throttled), of: sent[0], now: .zero)
        #expect(queue.failure == Self.throttled && queue.pace == PutPace())
        let full = TableError(.definite, reason: .full, message: "test")
        queue.receive(.refused(full), of: sent[1], now: .zero)
        queue.receive(.stored, of: sent[2], now: .zero)
        #expect(queue.failure == Self.throttled && queue.next() == nil)
    }

    @Test("A standstill lasts since the last put that was stored, or since the beginning")
    func standstillBegins() {
        let begin = Duration.seconds(1_000)
        let moment = Duration.milliseconds(1)
        let stored = begin + Limits.foldStandstill - moment
        var queue = PutQueue(writes(2), pace: PutPace(), now: begin)
        let sent = burst(&queue)
        queue.receive(.refused(Self.throttled), of: sent[0], now: stored)
        #expect(queue.failure == nil)
        queue.receive(.stored, of: sent[1], now: stored)
        for (since, isOver) in [
            (Limits.foldStandstill - moment, false), (Limits.foldStandstill, true),
        ] {
            for sending in burst(&queue) {
                queue.receive(.refused(Self.throttled), of: sending, now: stored + since)
            }
            #expect((queue.failure != nil) == isOver)
        }
    }

    @Test("The pace rises by an eighth after as many stored puts as are sent at once")
    func raised() {
        var queue = PutQueue(writes(1_000), pace: PutPace(), now: .zero)
        var sent = burst(&queue)[...]
        func store(_ count: Int) {
            for sending in sent.prefix(count) { queue.receive(.stored, of: sending, now: .zero) }
            sent = sent.dropFirst(count)
        }
        func throttle() {
            if let sending = sent.popFirst() {
                queue.receive(.refused(Self.throttled), of: sending, now: .zero)
            }
        }
        throttle()
        #expect(queue.pace.together == 128)
        store(127)
        #expect(queue.pace.together == 128)
        store(1)
        #expect(queue.pace.together == 144)
        store(127)
        sent += burst(&queue)
        store(16)
        #expect(queue.pace.together == 144)
        store(1)
        #expect(queue.pace.together == 162)
        // What was stored before a throttle does not count after it.
        store(20)
        throttle()
        #expect(queue.pace.together == 81)
        store(80)
        #expect(queue.pace.together == 81)
        store(1)
        #expect(queue.pace.together == 91)
    }

    @Test("What is first sent after a throttle halves the pace again, down to one put at a time")
    func halvedAgain() {
        var queue = PutQueue(writes(Limits.foldPutsAtOnce + 1), pace: PutPace(), now: .zero)
        let sent = burst(&queue)
        queue.receive(.refused(Self.throttled), of: sent[0], now: .zero)
        for sending in sent.dropFirst() { queue.receive(.stored, of: sending, now: .zero) }
        let pace = queue.pace.together
        let rest = burst(&queue)
        #expect(rest.count == 2)
        for sending in rest {
            let isFresh = sending.pause == .zero ... .zero
            queue.receive(isFresh ? .refused(Self.throttled) : .stored, of: sending, now: .zero)
        }
        #expect(queue.pace.together == pace / 2)
        for _ in 0..<10 {
            for sending in burst(&queue) {
                queue.receive(.refused(Self.throttled), of: sending, now: .zero)
            }
        }
        #expect(queue.pace.together == 1)
    }

    @Test("A pause is twice the one before, up to the longest, however often it is refused")
    func backOff() {
        var backOff = BackOff()
        for longest in [50, 100, 200, 400, 800, 1_600] {
            let pause = backOff.refused()
            #expect(pause == .milliseconds(longest / 2) ... .milliseconds(longest))
        }
        for _ in 0..<100 { #expect(backOff.refused() == .seconds(1) ... .seconds(2)) }
    }

    // MARK: Random walk

    @Test(
        "Whatever is refused, each put is stored or the step fails, within the pace",
        arguments: RandomSeed.cases(50)
    )
    func randomWalk(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let count = random.number(0...600)
        var queue = PutQueue(writes(count), pace: PutPace(), now: .zero)
        var underWay: [PutQueue.Sending] = []
        var stored: Set<TableKey> = []
        var refusals: [TableKey: Int] = [:]
        var now = Duration.zero
        let trouble = random.happens(0.5) ? 0.5 : 0.05
        while true {
            now += .milliseconds(random.number(0...100))
            while let sending = queue.next() {
                // As long as the last pause, doubled, up to the longest.
                let times = refusals[sending.write.key, default: 0]
                let doubled = Duration.milliseconds(25 << min(times, 20))
                let longest = min(doubled, Limits.foldPause.upperBound)
                #expect(sending.pause == (times == 0 ? .zero ... .zero : longest / 2...longest))
                #expect(underWay.count < queue.pace.together)
                underWay.append(sending)
            }
            guard let index = underWay.indices.randomElement(using: &random) else { break }
            let sending = underWay.remove(at: index)
            if random.happens(trouble) {
                refusals[sending.write.key, default: 0] += 1
                queue.receive(.refused(Self.throttled), of: sending, now: now)
            } else if random.happens(0.001) {
                let error = TableError(.definite, reason: .full, message: "full")
                queue.receive(.refused(error), of: sending, now: now)
                #expect(queue.failure == error)
            } else {
                #expect(stored.insert(sending.write.key).inserted, "stored twice, seed \(seed)")
                queue.receive(.stored, of: sending, now: now)
            }
            #expect((1...Limits.foldPutsAtOnce).contains(queue.pace.together))
        }
        #expect(stored.count == count || queue.failure != nil, "seed \(seed)")
    }
}
