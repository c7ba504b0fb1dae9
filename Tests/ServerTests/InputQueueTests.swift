import Testing

@testable import LedgerServer

@Suite struct InputQueueTests {
    private static let perTurn = InputQueue<Int>.requestsInTurn

    private func admission(heldBytes: Int = 1 << 20) -> Admission {
        Admission(limits: ConnectionLimits(heldBytes: heldBytes))
    }

    @Test("Inputs come in the order in which they were put in")
    func order() {
        let admission = admission()
        var queue = InputQueue<Int>()
        #expect(queue.passesThrough && !queue.hasNext)
        for input in 0..<3 {
            let isHeld = queue.append(input, countedBy: admission)
            #expect(isHeld)
        }
        #expect(!queue.passesThrough && queue.hasNext)
        let taken = [queue.next(), queue.next(), queue.next(), queue.next()]
        #expect(taken == [0, 1, 2, nil])
        #expect(queue.passesThrough)
    }

    @Test("A turn ends after so many requests, and what waits keeps its place")
    func turn() {
        let admission = admission()
        var queue = InputQueue<Int>()
        _ = queue.append(1, countedBy: admission)
        for _ in 1..<Self.perTurn { queue.countRequest() }
        let early = queue.endTurn()
        #expect(!early && queue.hasNext)
        queue.countRequest()
        let held = queue.next()
        #expect(held == nil && !queue.hasNext)
        let ends = [queue.endTurn(), queue.endTurn()]
        #expect(ends == [true, false], "a turn ends once")
        queue.readCompleted()
        #expect(!queue.hasNext, "what waits keeps waiting for its turn")
        queue.beginTurn()
        let next = queue.next()
        #expect(next == 1 && queue.passesThrough)
    }

    @Test("A read that leaves nothing begins a new turn")
    func newTurn() {
        var queue = InputQueue<Int>()
        for _ in 0..<Self.perTurn { queue.countRequest() }
        #expect(!queue.passesThrough)
        queue.readCompleted()
        #expect(queue.passesThrough)
    }

    @Test("A read is held back while inputs wait, and released once")
    func heldRead() {
        var queue = InputQueue<Int>()
        let first = queue.admitsRead()
        #expect(first)
        _ = queue.append(1, countedBy: admission())
        let second = queue.admitsRead()
        let early = queue.releaseRead()
        #expect(!second && !early)
        _ = queue.next()
        let released = [queue.releaseRead(), queue.releaseRead()]
        #expect(released == [true, false], "one read was held back")
    }

    @Test("Many inputs count as memory until they are taken, up to the limit")
    func memory() {
        let admission = admission(heldBytes: 2 * InputQueue<Int>.bytesOfInput)
        var queue = InputQueue<Int>()
        for input in 0..<InputQueue<Int>.uncountedInputs {
            _ = queue.append(input, countedBy: admission)
        }
        #expect(admission.heldBytes == 0)
        let more = (0..<3).map { queue.append($0, countedBy: admission) }
        #expect(more == [true, true, false])
        queue.releaseBytes()
        #expect(admission.heldBytes == 2 * InputQueue<Int>.bytesOfInput)
        queue.removeAll()
        queue.releaseBytes()
        #expect(admission.heldBytes == 0)
    }

    @Test("The end comes behind the last input")
    func end() {
        var queue = InputQueue<Int>()
        _ = queue.append(1, countedBy: admission())
        queue.close()
        #expect(queue.isClosed && !queue.isAtEnd)
        _ = queue.next()
        #expect(queue.isAtEnd)
    }
}
