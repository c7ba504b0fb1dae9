import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("Events that are to be sent to a webhook")
struct PushQueueTests {
    /// Takes the offsets of what may begin, in order.
    private func begun(_ queue: inout PushQueue) -> [Int64] {
        var offsets: [Int64] = []
        while let entry = queue.begin() { offsets.append(entry.event.offset.rawValue) }
        return offsets
    }

    @Test("A key has one event under way, and the next when that is finished")
    func lanes() {
        var queue = PushQueue()
        queue.add(PushBench.events([0, 0, 1]), under: 0, inOrder: true)
        #expect(queue.readyCount == 2)
        #expect(begun(&queue) == [0, 2])
        #expect(queue.finish(0).event.offset.rawValue == 0)
        // What comes later waits behind what is there, and behind what is under way.
        queue.add(PushBench.events([0, 1], from: 7), under: 1, inOrder: true)
        #expect(begun(&queue) == [1])
        #expect(queue.finish(2).event.offset.rawValue == 2)
        #expect(begun(&queue) == [8])
        #expect(queue.underWayCount == 2 && !queue.isEmpty)
    }

    @Test("An event that failed takes those of its key with it that wait")
    func failure() {
        var queue = PushQueue()
        queue.add(PushBench.events([0, 0, 0, 1]), under: 0, inOrder: true)
        _ = begun(&queue)
        let (entry, behind) = queue.fail(0)
        #expect(entry.event.offset.rawValue == 0)
        #expect(behind.map(\.event.offset.rawValue) == [1, 2])
        #expect(begun(&queue) == [])
        queue.add(PushBench.events([0], from: 9), under: 1, inOrder: true)
        #expect(begun(&queue) == [9])
    }

    @Test("The events of one lease, or all, are taken out as long as they wait")
    func removal() {
        var queue = PushQueue()
        queue.add(PushBench.events([0, 0, 1]), under: 0, inOrder: true)
        queue.add(PushBench.events([1, 2], from: 5), under: 1, inOrder: true)
        _ = queue.begin()
        #expect(queue.removeWaiting(under: 0).map(\.event.offset.rawValue) == [1, 2])
        #expect(queue.readyCount == 2)
        #expect(queue.removeWaiting().map(\.event.offset.rawValue) == [5, 6])
        #expect(queue.readyCount == 0 && queue.underWayCount == 1)
        #expect(queue.event(of: 0)?.offset.rawValue == 0 && queue.event(of: 1)?.offset == nil)
    }

    @Test("A turn may be chosen, if there are as many")
    func turns() {
        var queue = PushQueue()
        queue.add(PushBench.events([0, 1, 2]), under: 0, inOrder: true)
        #expect(queue.begin(after: 3)?.ticket == nil)
        #expect(queue.begin(after: 2)?.event.offset.rawValue == 2)
        #expect(begun(&queue) == [0, 1])
    }
}
