import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("The leases under which events are sent to a webhook")
struct PushLeasesTests {
    private func at(_ seconds: Int) -> Instant {
        let begun = PushBench.start
        let length = Duration.seconds(seconds)
        return Instant(now: begun.now.advanced(by: length), uptime: begun.uptime + length)
    }

    /// Leases of so many events each, and these events.
    private func leases(_ counts: Int...) -> (leases: PushLeases, entries: [PushQueue.Entry]) {
        var (leases, queue) = (PushLeases(), PushQueue())
        for (number, count) in counts.enumerated() {
            let id = leases.add("l\(number)", of: count, lasting: .seconds(60), at: at(0))
            let events = PushBench.events(Array(0..<count), from: Int64(number * 10))
            queue.add(events, under: id, inOrder: false)
        }
        var entries: [PushQueue.Entry] = []
        while let entry = queue.begin() { entries.append(entry) }
        return (leases, entries)
    }

    private func offsets(_ telling: PushPlan.Telling?) -> [Int64] {
        (telling?.verdicts.values.flatMap(\.keys) ?? []).map(\.rawValue).sorted()
    }

    @Test("Verdicts are said together, those of a finished lease first")
    func saying() {
        var (leases, entries) = leases(2, 1)
        #expect(leases.openCount == 2 && leases.isSilent)
        leases.settle(entries[0], as: .ack)
        leases.settle(entries[2], as: .release)
        #expect(leases.openCount == 1 && !leases.isSilent)
        let finished = leases.tellBest(at: at(1))
        #expect(finished?.text == "l1" && offsets(finished) == [10])
        let open = leases.tellBest(at: at(1))
        #expect(open?.text == "l0" && offsets(open) == [0] && open?.lasting == nil)
        #expect(leases.tellBest(at: at(1))?.text == nil)
        leases.told(1)
        leases.told(0)
        #expect(leases.isSilent && leases.openCount == 1)
        leases.settle(entries[1], as: .ack)
        #expect(offsets(leases.tellBest(at: at(2))) == [1])
    }

    @Test("What was not taken is said again, with what came meanwhile")
    func again() {
        var (leases, entries) = leases(2)
        leases.settle(entries[0], as: .ack)
        _ = leases.tellBest(at: at(1))
        leases.settle(entries[1], as: .ack)
        #expect(leases.isTelling && leases.tellBest(at: at(1))?.text == nil)
        leases.untold(0)
        #expect(offsets(leases.tellBest(at: at(1))) == [0, 1])
        leases.giveUp(0)
        #expect(leases.isSilent && leases.openCount == 0)
    }

    @Test("At half of its time a lease with events under way is to last, others only speak")
    func halfTime() {
        var (leases, entries) = leases(1, 1)
        leases.settle(entries[1], as: .ack)
        #expect(leases.pause(at: at(10)) == .seconds(20))
        #expect(leases.tellDue(at: at(29), isLast: false).isEmpty)
        let due = leases.tellDue(at: at(30), isLast: false)
        #expect(due.map(\.text) == ["l0", "l1"])
        #expect(due.map(\.lasting) == [.seconds(60), nil])
        // Until that is taken it ends when it would have.
        #expect(leases.pause(at: at(40)) == .seconds(20))
        #expect(leases.over(at: at(59)).isEmpty && leases.over(at: at(60)) == [0])
        #expect(leases.pause(at: at(60)) == nil)
        leases.told(0)
        #expect(leases.over(at: at(89)).isEmpty && leases.over(at: at(90)) == [0])
    }

    @Test("A lease lasts no longer than twelve hours")
    func longest() {
        var (leases, _) = leases(1)
        for begun in stride(from: 30, through: 43_110, by: 30) {
            let due = leases.tellDue(at: at(begun), isLast: false)
            #expect(due.map(\.lasting) == [.seconds(60)], "after \(begun) s")
            leases.told(0)
        }
        #expect(leases.tellDue(at: at(43_140), isLast: false).map(\.lasting) == [.seconds(60)])
        leases.told(0)
        #expect(leases.tellDue(at: at(43_170), isLast: false).isEmpty)
        #expect(leases.over(at: at(43_200)) == [0])
    }

    @Test("Failures are forgiven as long as they were not said")
    func forgiving() {
        var (leases, entries) = leases(3)
        leases.settle(entries[0], as: .nack(after: nil, reason: "status 500"))
        _ = leases.tellBest(at: at(1))
        leases.told(0)
        leases.settle(entries[1], as: .nack(after: nil, reason: "status 500"))
        leases.settle(entries[2], as: .ack)
        leases.forgive()
        let telling = leases.tellBest(at: at(1))
        let verdicts = telling?.verdicts.values.first ?? [:]
        #expect(Set(verdicts.values) == [.release, .ack] && offsets(telling) == [1, 2])
    }

    @Test("A lease of which no event is left is forgotten")
    func forgetting() {
        var (leases, entries) = leases(2)
        leases.forget(entries[0])
        #expect(leases.openCount == 1)
        leases.forget(entries[1])
        #expect(leases.openCount == 0 && leases.pause(at: at(100)) == nil)
        // Whatever comes for it later.
        leases.settle(entries[1], as: .ack)
        #expect(leases.tellBest(at: at(1))?.text == nil)
    }
}
