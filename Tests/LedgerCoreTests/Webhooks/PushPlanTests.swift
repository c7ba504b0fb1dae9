import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("Sending a subscription's events to its webhook")
struct PushPlanTests {
    private static let failed = WebhookAnswer.failed(reason: "status 500", retryAfter: nil)
    private static let unavailable = WebhookAnswer.missing("no connection")

    @Test("Keys are sent at the same time, and of each key one event after the other")
    func order() {
        var bench = PushBench()
        #expect(bench.begin() == ["receive 100"])
        // The page says that there is more, but there is no room for it.
        let sent = bench.page([0, 0, 1, 2, 3, 4], isDrained: false)
        #expect(sent == ["send 0", "send 2", "send 3", "send 4"])
        #expect(bench.answer(3) == ["send 5"])
        #expect(bench.answer(0) == ["send 1"])
        #expect(bench.answer(2) == ["receive 100 with l1: 0 ack, 2 ack, 3 ack"])
    }

    @Test("Where order is of no interest, all are sent at the same time")
    func unordered() {
        var bench = PushBench(order: .none)
        _ = bench.begin()
        #expect(bench.page([0, 0, 0]) == ["send 0", "send 1", "send 2"])
    }

    @Test("The end comes when a page asked for without anything under way is empty")
    func drained() {
        var bench = PushBench()
        _ = bench.begin()
        #expect(bench.page([0, 1]) == ["send 0", "send 1"])
        // Nothing more a moment ago: what is under way may free keys, but not at once.
        #expect(bench.answer(0) == [])
        #expect(bench.answer(1) == ["receive 100 with l1: 0 ack, 1 ack"])
        #expect(bench.page([], nextDue: PlanRows.now) == ["finish drained until due"])
        #expect(bench.receive(.woken) == [])
    }

    @Test("An empty page that was not read to the end is no end")
    func notDrained() {
        var bench = PushBench()
        _ = bench.begin()
        #expect(bench.page([], isDrained: false) == ["receive 100"])
        #expect(bench.page([]) == ["finish drained"])
    }

    @Test("While something is under way and there was nothing more, a look comes every second")
    func dry() {
        var bench = PushBench()
        _ = bench.begin()
        #expect(bench.page([0]) == ["send 0"])
        #expect(bench.wait(.milliseconds(999)) == [])
        #expect(bench.wait(.milliseconds(1)) == ["receive 100"])
        #expect(bench.page([]) == [])
        #expect(bench.wait(.seconds(1)) == ["receive 100"])
        #expect(bench.page([1], from: 7) == ["send 7"])
    }

    @Test("A slow event keeps neither the next page waiting, nor more than that")
    func pages() {
        var bench = PushBench()
        _ = bench.begin()
        #expect(bench.page([0, 1], isDrained: false) == ["send 0", "send 1", "receive 100"])
        #expect(bench.page([2], from: 5, isDrained: false) == ["send 5"])
        // Two pages have events under way.
        #expect(bench.answer(1) == [])
        let told = bench.answer(5)
        #expect(told == ["receive 100 with l2: 5 ack"])
        #expect(bench.page([3], from: 9, isDrained: false) == ["send 9"])
        // Of the first page one verdict goes along now, and the lease stays.
        #expect(bench.answer(9) == ["receive 100 with l3: 9 ack"])
        #expect(bench.page([]) == [])
        #expect(bench.answer(0) == ["receive 100 with l1: 0 ack, 1 ack"])
    }

    @Test("Behind an event that fails no later one of its key is sent, and other keys go on")
    func failure() {
        var bench = PushBench()
        _ = bench.begin()
        #expect(bench.page([0, 0, 1, 1]) == ["send 0", "send 2"])
        let late = WebhookAnswer.failed(reason: "status 500", retryAfter: .seconds(7))
        #expect(bench.answer(0, late) == [])
        #expect(bench.answer(2) == ["send 3"])
        let verdicts = "0 nack for 7 s (status 500), 1 release, 2 ack, 3 ack"
        #expect(bench.answer(3) == ["receive 100 with l1: \(verdicts)"])
        // The streak ends with the acknowledged event, so there is nothing to store.
        #expect(bench.page([]) == ["finish drained"])
    }

    @Test("A streak of failures is stored at the end, whatever comes of it")
    func streak() {
        for outcome in [PushPlan.StoreOutcome.applied, .conflict(nil), .failed] {
            var bench = PushBench()
            _ = bench.begin()
            _ = bench.page([0])
            #expect(
                bench.answer(0, Self.failed) == ["receive 100 with l1: 0 nack (status 500)"]
            )
            #expect(bench.page([]) == ["store active"])
            #expect(bench.receive(.stored(outcome)) == ["finish drained"])
        }
    }

    // MARK: The endpoint's health

    @Test("An endpoint at fault gets nothing more, and no event counts a delivery")
    func fault() {
        var bench = PushBench()
        _ = bench.begin()
        #expect(bench.page([0, 0, 1, 2]) == ["send 0", "send 2", "send 3"])
        #expect(bench.answer(0, Self.unavailable) == ["store failing"])
        #expect(bench.store() == [])
        // What was under way is acknowledged or comes again; neither changes the health.
        #expect(bench.answer(2) == [])
        let verdicts = "0 release, 1 release, 2 ack, 3 release"
        #expect(bench.answer(3, Self.failed) == ["tell l1: \(verdicts)"])
        #expect(bench.told() == ["finish blocked"])
        #expect(bench.row.health.kind == .failing)
    }

    @Test("Ten failures of three keys are an outage, and then none of them counts")
    func outage() {
        var bench = PushBench(concurrency: 64)
        _ = bench.begin()
        let keys = Array(0..<12)
        _ = bench.page(keys)
        for offset in 0..<9 { #expect(bench.answer(Int64(offset), Self.failed) == []) }
        #expect(bench.answer(9, Self.failed) == ["store failing"])
        #expect(bench.answer(10, nil) == [])
        let verdicts = (0..<12).map { "\($0) \($0 == 11 ? "ack" : "release")" }
        #expect(bench.answer(11) == ["tell l1: \(verdicts.joined(separator: ", "))"])
        #expect(bench.store() == [])
        #expect(bench.told() == ["finish blocked"])
    }

    @Test("What is gone is disabled, also while it fails")
    func gone() {
        var bench = PushBench()
        _ = bench.begin()
        _ = bench.page([0, 1])
        #expect(bench.answer(0, Self.unavailable) == ["store failing"])
        #expect(bench.answer(1, .gone) == ["tell l1: 0 release, 1 release"])
        // The state that came second is stored over the first.
        #expect(bench.store() == ["store disabled"])
        #expect(bench.told() == [])
        #expect(bench.store() == ["finish blocked"])
    }

    @Test("A pending or disabled endpoint gets nothing, nor does one whose pause lasts")
    func nothing() {
        for state in [WebhookHealth.State.pending, .disabled] {
            var bench = PushBench(state)
            #expect(bench.begin() == ["finish blocked"])
        }
        var failing = PushBench(Self.failing(0), isOver: { _ in false })
        #expect(failing.begin() == ["finish blocked"])
    }

    private static func failing(_ failures: Int) -> WebhookHealth.State {
        .failing(
            WebhookHealth.Probing(
                failures: failures,
                pauseStart: PlanRows.now,
                pause: .seconds(10)
            )
        )
    }

    @Test("A probe is claimed when there is an event, and its success has everything sent")
    func probe() {
        var bench = PushBench(Self.failing(0))
        #expect(bench.begin() == ["receive 1"])
        #expect(bench.page([0], isDrained: false) == ["store failing"])
        #expect(bench.stored?.probeTimer?.length == .seconds(30))
        #expect(bench.store() == ["send 0"])
        #expect(bench.answer(0) == ["store active"])
        #expect(bench.store() == ["receive 100 with l1: 0 ack"])
        #expect(bench.page([]) == ["finish drained"])
    }

    @Test("A probe that fails puts off the next one and counts no delivery")
    func failedProbe() {
        for answer in [Self.failed, Self.unavailable] {
            var bench = PushBench(Self.failing(0))
            _ = bench.begin()
            _ = bench.page([0])
            _ = bench.store()
            #expect(bench.answer(0, answer) == ["store failing"])
            #expect(bench.store() == ["tell l1: 0 release"])
            #expect(bench.told() == ["finish blocked"])
            #expect(bench.row.probeTimer?.length == .seconds(30))
        }
    }

    @Test("Each probe tries another event, so that one which always fails keeps nothing failing")
    func probes() {
        var bench = PushBench(Self.failing(2))
        #expect(bench.begin() == ["receive 3"])
        // One on its last delivery travels alone.
        #expect(bench.page([0], isDrained: false) == ["receive 2"])
        #expect(bench.page([1, 2], from: 4) == ["store failing"])
        #expect(bench.store() == ["send 5"])
        #expect(bench.answer(5) == ["store active"])
        #expect(bench.store() == ["send 0", "send 4"])
    }

    @Test("With fewer events the last one is tried, and without any nothing")
    func fewEvents() {
        var bench = PushBench(Self.failing(9))
        #expect(bench.begin() == ["receive 10"])
        #expect(bench.page([0, 1]) == ["store failing"])
        #expect(bench.store() == ["send 1"])
        var empty = PushBench(Self.failing(9))
        _ = empty.begin()
        #expect(empty.page([]) == ["finish drained"])
    }

    @Test("Who comes second to claim a probe sends none")
    func secondClaim() {
        var bench = PushBench(Self.failing(0))
        _ = bench.begin()
        _ = bench.page([0])
        #expect(bench.receive(.stored(.conflict(bench.row))) == ["tell l1: 0 release"])
        #expect(bench.told() == ["finish changed"])
    }

    @Test("What another process has stored holds")
    func otherProcess() {
        let active = PushBench.start.now
        var probing = PushBench(Self.failing(0))
        _ = probing.begin()
        let resumed = probing.row.changing(
            to: WebhookHealth(.active(WebhookHealth.FailureStreak()), since: active)
        ).row
        #expect(probing.page([0], row: resumed) == ["send 0"])

        var serving = PushBench()
        _ = serving.begin()
        let disabled = serving.row.changing(to: WebhookHealth(.disabled, since: active)).row
        #expect(serving.page([0], row: disabled) == ["tell l1: 0 release"])
        #expect(serving.told() == ["finish blocked"])
    }

    @Test("Events of another address, or of none, are given back unsent")
    func otherAddress() {
        var moved = PushBench()
        _ = moved.begin()
        let elsewhere = PushBench.subscription("https://example.org/")
        #expect(moved.page([0], of: elsewhere) == ["tell l1: 0 release"])
        #expect(moved.told() == ["finish changed"])
        var removed = PushBench()
        _ = removed.begin()
        #expect(removed.page([0], row: .some(nil)) == ["tell l1: 0 release"])
        #expect(removed.told() == ["finish changed"])
    }

    // MARK: Time

    @Test("A lease is given more time when half of it is over, and verdicts go with that")
    func moreTime() {
        var bench = PushBench(concurrency: 2)
        _ = bench.begin()
        _ = bench.page([0, 1, 2])
        #expect(bench.answer(0) == ["send 2"])
        #expect(bench.wait(.seconds(29)) == [])
        #expect(bench.wait(.seconds(1)) == ["tell l1: 0 ack, 60 s more"])
        #expect(bench.told() == [])
        #expect(bench.wait(.seconds(29)) == [])
        #expect(bench.wait(.seconds(1)) == ["tell l1: 60 s more"])
    }

    @Test("What waits under a lease that is over is not sent")
    func lapse() {
        var bench = PushBench(concurrency: 1)
        _ = bench.begin()
        _ = bench.page([0, 1])
        // Nobody hears that it is to last.
        _ = bench.wait(.seconds(30))
        #expect(bench.wait(.seconds(30)) == [])
        #expect(bench.answer(0) == ["receive 100"])
        #expect(bench.told() == ["tell l1: 0 ack"])
        // The end waits until that was taken.
        #expect(bench.page([]) == [])
        #expect(bench.told() == ["receive 100"])
        #expect(bench.page([]) == ["finish drained"])
    }

    @Test("Nothing begins that might not end in time, and what does not is cut")
    func deadline() {
        var bench = PushBench(concurrency: 2, budget: .seconds(50))
        _ = bench.begin()
        _ = bench.page([0, 1, 2, 3])
        #expect(bench.wait(.seconds(29)) == [])
        #expect(bench.answer(0) == ["send 2"])
        // A request may take 20 seconds.
        #expect(bench.wait(.seconds(1)) == ["tell l1: 0 ack, 3 release, 60 s more"])
        #expect(bench.answer(1) == [])
        #expect(bench.wait(.seconds(20)) == ["cut"])
        #expect(bench.told() == [])
        #expect(bench.answer(2, nil) == ["tell l1: 1 ack, 2 release"])
        #expect(bench.told() == ["finish overdue"])
    }

    @Test("A probe whose claim took all the time is given back, and the run ends")
    func lateClaim() {
        var bench = PushBench(Self.failing(0), budget: .seconds(50))
        _ = bench.begin()
        #expect(bench.page([0]) == ["store failing"])
        bench.pass(.seconds(31))
        #expect(bench.store() == ["tell l1: 0 release"])
        #expect(bench.told() == ["finish overdue"])
    }

    @Test("A process that ends gives back what it has not sent, and waits a little for answers")
    func stopping() {
        var bench = PushBench(concurrency: 1)
        _ = bench.begin()
        _ = bench.page([0, 1])
        #expect(bench.receive(.stopping) == [])
        #expect(bench.wait(.seconds(4)) == [])
        #expect(bench.wait(.seconds(1)) == ["cut"])
        #expect(bench.answer(0, nil) == ["tell l1: 0 release, 1 release"])
        #expect(bench.told() == ["finish overdue"])
    }

    // MARK: The table

    @Test("When the table fails, what is known is said once more, and then it ends")
    func table() {
        var bench = PushBench()
        _ = bench.begin()
        _ = bench.page([0])
        #expect(bench.answer(0) == ["receive 100 with l1: 0 ack"])
        #expect(bench.receive(.notReceived(.failed)) == ["tell l1: 0 ack"])
        #expect(bench.told(unless: .failed) == ["finish failed"])
    }

    @Test("A health that can't be stored ends it")
    func notStored() {
        var bench = PushBench()
        _ = bench.begin()
        _ = bench.page([0])
        let actions = bench.answer(0, .gone)
        #expect(actions == ["tell l1: 0 release", "store disabled"])
        #expect(bench.told() == [])
        #expect(bench.receive(.stored(.failed)) == ["finish blocked"])
    }
}
