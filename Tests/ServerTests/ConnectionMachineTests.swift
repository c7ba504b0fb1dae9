import NIOCore
import Testing

@testable import LedgerServer

@Suite struct ConnectionMachineTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    private let timeouts = HTTPTimeouts(
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

    @Test func keepsTheHeadDeadlineWhileBytesTrickle() {
        var machine = machine()
        machine.partOfHeadArrived(now: at(0))
        machine.partOfHeadArrived(now: at(0) + .milliseconds(950))
        #expect(machine.expire(now: at(0) + .milliseconds(999)) == .nothing)
        guard case .answer(.tooSlow) = machine.expire(now: at(1)) else {
            Issue.record("the head was not given up")
            return
        }
    }

    @Test func aTricklingBodyRunsOutOfTime() {
        var machine = machine()
        machine.headArrived(keepAlive: true, now: at(0))
        // A byte each second is progress, but 1,000 were due.
        for second in 1...10 { machine.bodyArrived(bytes: 1, now: at(Int64(second))) }
        #expect(machine.deadline == at(2) + .milliseconds(10))
    }

    @Test func aFastBodyThatStopsRunsOutOfTime() {
        var machine = machine()
        machine.headArrived(keepAlive: true, now: at(0))
        machine.bodyArrived(bytes: 1_000_000, now: at(1))
        #expect(machine.deadline == at(3))
    }

    @Test func aHandlerHasAllTheTime() {
        var machine = handling()
        #expect(machine.expire(now: at(1_000_000)) == .nothing)
    }

    @Test func aClientThatStopsSendingIsAnsweredButNotWaitedForLong() {
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

    @Test func theNextRequestOfAClientThatStoppedSendingIsNotWaitedForEither() {
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

    @Test func closesAnIdleConnectionWithoutAWord() {
        var machine = machine()
        #expect(machine.expire(now: at(2)) == .nothing)
        #expect(machine.expire(now: at(3)) == .close)
        machine = handling()
        #expect(machine.answered(bytes: 1, isWritable: true, now: at(10)) == .proceed)
        #expect(machine.expire(now: at(12)) == .nothing)
        #expect(machine.expire(now: at(13)) == .close)
    }

    @Test func waitsForAClientThatDoesNotRead() {
        var machine = handling()
        #expect(machine.answered(bytes: 2000, isWritable: false, now: at(0)) == .waitForClient)
        #expect(machine.isBusy)
        #expect(machine.expire(now: at(5)) == .nothing)
        #expect(machine.expire(now: at(6)) == .close)
        #expect(machine.becameWritable(now: at(5)) == .proceed)
        #expect(machine.deadline == at(8))
    }

    @Test func anAnswerBeforeTheRequestsEndIsTheLastOne() {
        var machine = machine()
        machine.headArrived(keepAlive: true, now: at(0))
        #expect(machine.closesAfterAnswer)
        #expect(machine.answered(bytes: 1, isWritable: true, now: at(0)) == .close)
        machine.lastAnswerSent(now: at(1))
        #expect(machine.phase == .draining)
        #expect(machine.expire(now: at(6)) == .close)
    }

    @Test func aStopFinishesWhatWasBegun() {
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
}
