import LedgerTesting
import NIOCore
import Testing

@testable import LedgerServer

@Suite struct ConnectionMachineTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    private let timeouts = ConnectionTimeouts(
        head: .seconds(1),
        body: .seconds(2),
        idle: .seconds(3),
        write: .seconds(4),
        linger: .seconds(5),
        departure: .seconds(6),
        minimumRate: 1000
    )

    private func at(_ seconds: Int64) -> NIODeadline {
        Self.start + .seconds(seconds)
    }

    private func machine() -> ConnectionMachine {
        ConnectionMachine(timeouts: timeouts, now: at(0))
    }

    private func handling(keepAlive: Bool = true) -> ConnectionMachine {
        var machine = machine()
        machine.headArrived(keepAlive: keepAlive, now: at(0))
        machine.requestEnded(now: at(0))
        return machine
    }

    @Test("A head that comes in drops keeps the deadline of its first byte")
    func slowHead() {
        var machine = machine()
        machine.partOfHeadArrived(now: at(0))
        machine.partOfHeadArrived(now: at(0) + .milliseconds(950))
        #expect(machine.expire(now: at(0) + .milliseconds(999)) == .nothing)
        #expect(machine.expire(now: at(1)) == .refuse(.slowHead))
    }

    @Test("A body that comes in drops runs out of time")
    func slowBody() {
        var machine = machine()
        machine.headArrived(keepAlive: true, now: at(0))
        // A byte each second is progress, but 1,000 were due.
        for second in 1...10 { machine.bodyArrived(bytes: 1, now: at(Int64(second))) }
        #expect(machine.deadline == at(2) + .milliseconds(10))
    }

    @Test("A fast body that stops runs out of time")
    func stoppedBody() {
        var machine = machine()
        machine.headArrived(keepAlive: true, now: at(0))
        machine.bodyArrived(bytes: 1_000_000, now: at(1))
        #expect(machine.deadline == at(3))
    }

    @Test("A handler has all the time that it needs")
    func handler() {
        var machine = handling()
        #expect(machine.expire(now: at(1_000_000)) == .nothing)
    }

    @Test("A client that stops sending is answered, but its request soon cancelled")
    func stoppedSending() {
        var machine = handling()
        machine.clientStoppedSending(now: at(1))
        #expect(machine.inputEnded(now: at(1)) == .finish)
        #expect(machine.expire(now: at(6)) == .nothing)
        #expect(machine.expire(now: at(7)) == .cancel)
        #expect(machine.expire(now: at(100)) == .nothing)
        #expect(machine.closesAfterAnswer)
        #expect(machine.answered(bytes: 1, isWritable: true, now: at(100)) == .close)
        machine.lastAnswerSent(now: at(100))
        #expect(machine.inputEnded(now: at(100)) == .close)
    }

    @Test("The next request of a client that stopped sending is cancelled as soon")
    func nextRequest() {
        var machine = handling()
        machine.clientStoppedSending(now: at(1))
        #expect(machine.answered(bytes: 1, isWritable: true, now: at(2)) == .proceed)
        machine.headArrived(keepAlive: true, now: at(2))
        machine.requestEnded(now: at(2))
        #expect(machine.expire(now: at(8)) == .cancel)
        #expect(machine.answered(bytes: 1, isWritable: true, now: at(8)) == .proceed)
        #expect(machine.inputEnded(now: at(8)) == .closeAfterAnswers)
        #expect(machine.isOver)
    }

    @Test("An idle connection is closed without a word")
    func idle() {
        var machine = machine()
        #expect(machine.expire(now: at(2)) == .nothing)
        #expect(machine.expire(now: at(3)) == .close)
        machine = handling()
        #expect(machine.answered(bytes: 1, isWritable: true, now: at(10)) == .proceed)
        #expect(machine.expire(now: at(12)) == .nothing)
        #expect(machine.expire(now: at(13)) == .close)
    }

    @Test("A client that does not read its answer is waited for, up to a deadline")
    func unreadAnswer() {
        var machine = handling()
        #expect(machine.answered(bytes: 2000, isWritable: false, now: at(0)) == .waitForClient)
        #expect(machine.isBusy)
        #expect(machine.expire(now: at(5)) == .nothing)
        #expect(machine.expire(now: at(6)) == .close)
        #expect(machine.becameWritable(now: at(5)) == .proceed)
        #expect(machine.deadline == at(8))
    }

    @Test("An answer before its request's end is the connection's last")
    func earlyAnswer() {
        var machine = machine()
        machine.headArrived(keepAlive: true, now: at(0))
        #expect(machine.closesAfterAnswer)
        #expect(machine.answered(bytes: 1, isWritable: true, now: at(0)) == .close)
        machine.lastAnswerSent(now: at(1))
        #expect(machine.state == .draining(until: at(6)))
        #expect(machine.expire(now: at(6)) == .close)
    }

    @Test("A stop closes idle connections, and finishes requests that have begun")
    func stop() {
        var idle = machine()
        #expect(idle.stop(now: at(0)) == .close)
        var busy = handling()
        #expect(busy.stop(now: at(0)) == .finish)
        #expect(busy.answered(bytes: 1, isWritable: true, now: at(0)) == .close)
        busy.lastAnswerSent(now: at(1))
        #expect(busy.expire(now: at(1) + .milliseconds(249)) == .nothing)
        #expect(busy.expire(now: at(1) + .milliseconds(250)) == .close)
        var blocked = handling()
        _ = blocked.answered(bytes: 1, isWritable: false, now: at(0))
        #expect(blocked.stop(now: at(0)) == .finish)
        #expect(blocked.becameWritable(now: at(1)) == .close)
    }

    private func streaming(isLast: Bool = false) -> ConnectionMachine {
        var machine = handling()
        machine.streamBegan(isLast: isLast, now: at(0))
        return machine
    }

    @Test("A stream asks for a chunk once the client has taken the last one")
    func chunksOfStream() {
        var machine = streaming()
        #expect(machine.isBusy && !machine.isHandling && !machine.closesAfterAnswer)
        #expect(machine.expire(now: at(1_000_000)) == .nothing, "a source has all the time")
        #expect(machine.chunkSent(bytes: 1, isWritable: true, now: at(1)) == .askForChunk)
        #expect(machine.becameWritable(now: at(1)) == .waitForClient)
        #expect(machine.chunkSent(bytes: 2000, isWritable: false, now: at(1)) == .waitForClient)
        #expect(machine.state == .stalled(until: at(7)) && machine.isBusy)
        #expect(machine.becameWritable(now: at(6)) == .askForChunk)
        #expect(machine.deadline == .distantFuture)
        #expect(machine.answered(bytes: 5, isWritable: true, now: at(6)) == .proceed)
        #expect(machine.state == .idle(until: at(9)))
    }

    @Test("A stream ends like any answer")
    func streamEnd() {
        var blocked = streaming()
        #expect(blocked.answered(bytes: 1000, isWritable: false, now: at(0)) == .waitForClient)
        #expect(blocked.state == .blocked(until: at(5)))
        var last = streaming(isLast: true)
        #expect(last.chunkSent(bytes: 1, isWritable: true, now: at(0)) == .askForChunk)
        #expect(last.answered(bytes: 0, isWritable: true, now: at(0)) == .close)
        #expect(last.isOver)
    }

    @Test("A stream does not wait for ever for a client that does not read")
    func unreadStream() {
        var machine = streaming()
        _ = machine.chunkSent(bytes: 1000, isWritable: false, now: at(0))
        #expect(machine.expire(now: at(4)) == .nothing)
        #expect(machine.expire(now: at(5)) == .close)
        machine.connectionClosed()
        #expect(machine.chunkSent(bytes: 1, isWritable: true, now: at(5)) == .waitForClient)
        #expect(machine.state == .closed)
    }

    @Test("A stream is told to end when its client may be gone")
    func streamToNobody() {
        var machine = streaming()
        machine.clientStoppedSending(now: at(1))
        #expect(machine.inputEnded(now: at(1)) == .finish)
        #expect(machine.chunkSent(bytes: 1, isWritable: true, now: at(2)) == .askForChunk)
        #expect(machine.expire(now: at(7)) == .nothing)
        #expect(machine.expire(now: at(8)) == .cancel)
        #expect(machine.expire(now: at(100)) == .nothing)
        #expect(machine.answered(bytes: 5, isWritable: true, now: at(100)) == .close)
    }

    @Test("A stop tells a stream to end")
    func stopOfStream() {
        var machine = streaming()
        #expect(machine.stop(now: at(1)) == .finish)
        #expect(machine.expire(now: at(1)) == .cancel)
        #expect(machine.expire(now: at(1)) == .nothing)
        #expect(machine.answered(bytes: 5, isWritable: true, now: at(1)) == .close)
        var stalled = streaming()
        _ = stalled.chunkSent(bytes: 0, isWritable: false, now: at(0))
        #expect(stalled.stop(now: at(1)) == .finish)
        #expect(stalled.expire(now: at(3)) == .nothing, "the client has the time to read")
        #expect(stalled.becameWritable(now: at(3)) == .askForChunk)
        #expect(stalled.expire(now: at(3)) == .cancel)
        var late = handling()
        #expect(late.stop(now: at(1)) == .finish)
        late.streamBegan(isLast: true, now: at(2))
        #expect(late.expire(now: at(2)) == .cancel)
    }

    @Test("Random events lead only from a state to one that its comment names", arguments: 0..<200)
    func randomWalk(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var machine = machine()
        var now = at(0)
        for _ in 0..<60 {
            now = now + .milliseconds(.random(in: 0...3000, using: &random))
            let before = machine.state
            step(&machine, now: now, using: &random)
            let after = machine.state
            #expect(
                name(after) == name(before) || successors(of: before).contains(name(after)),
                "seed \(seed): \(before) to \(after)"
            )
            #expect(machine.isOver == ["closing", "draining", "closed"].contains(name(after)))
        }
    }

    /// One event that may happen in the machine's state.
    private func step(
        _ machine: inout ConnectionMachine,
        now: NIODeadline,
        using random: inout SeededGenerator
    ) {
        let isSet = Bool.random(using: &random)
        switch (Int.random(in: 0..<12, using: &random), machine.state) {
        case (0...2, .idle), (0...2, .head): machine.headArrived(keepAlive: isSet, now: now)
        case (0...1, .body): machine.bodyArrived(bytes: 1000, now: now)
        case (2...4, .body): machine.requestEnded(now: now)
        case (0...2, .handling): _ = machine.answered(bytes: 1, isWritable: isSet, now: now)
        case (3...4, .handling): machine.streamBegan(isLast: isSet, now: now)
        case (0...2, .streaming): _ = machine.chunkSent(bytes: 1, isWritable: isSet, now: now)
        case (3, .streaming): _ = machine.answered(bytes: 1, isWritable: isSet, now: now)
        case (0...2, .stalled): _ = machine.becameWritable(now: now)
        case (11, .stalled): break
        case (0, .blocked), (1, .blocked): _ = machine.becameWritable(now: now)
        case (5, _): machine.partOfHeadArrived(now: now)
        case (6, _): machine.clientStoppedSending(now: now)
        case (7, _): _ = machine.expire(now: now)
        case (8, _): machine.lastAnswerSent(now: now)
        case (9, _) where isSet: _ = machine.stop(now: now)
        case (10, _) where isSet: _ = machine.inputEnded(now: now)
        case (11, _) where isSet && !machine.isOver:
            _ = machine.answered(bytes: 1, isWritable: true, now: now)
        case (4, .draining): machine.connectionClosed()
        default: break
        }
    }

    private func name(_ state: ConnectionMachine.State) -> String {
        String("\(state)".prefix { $0 != "(" })
    }

    /// The states that the comments of ``ConnectionMachine/State`` name.
    private func successors(of state: ConnectionMachine.State) -> [String] {
        switch state {
        case .idle: ["head", "body", "closing", "closed"]
        case .head: ["body", "closing", "closed"]
        case .body: ["handling", "closing", "closed"]
        case .handling: ["streaming", "idle", "blocked", "closing", "closed"]
        case .streaming: ["stalled", "idle", "blocked", "closing", "closed"]
        case .stalled: ["streaming", "closed"]
        case .blocked: ["idle", "closing", "closed"]
        case .closing: ["draining", "closed"]
        case .draining: ["closed"]
        case .closed: []
        }
    }
}
