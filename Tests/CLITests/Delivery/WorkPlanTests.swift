import LedgerClient
import LedgerTesting
import Testing

@testable import eventledger

@Suite("What a worker does next")
struct WorkPlanTests {
    private static let failed = CommandEnd.exited(1, said: "boom")

    @Test("It receives, runs, and sends what became of a page along with the next receive")
    func plain() throws {
        var bench = WorkBench()
        #expect(bench.actions() == ["receive", "wait"])
        try bench.receive("1", "2")
        #expect(bench.actions() == ["start 0/1", "wait 15000"])
        try bench.end("0/1")
        #expect(bench.actions() == ["start 0/2", "wait 15000"])
        try bench.end("0/2")
        #expect(bench.actions() == ["receive ack 0/1, ack 0/2", "wait"])
        try bench.receive(more: ",\"acknowledged\":{\"acknowledged\":2,\"not_held\":[]}")
        #expect(
            bench.actions() == ["wait 1000"],
            "an answer without waiting is not asked for again"
        )
        bench.pass(1000)
        #expect(bench.actions() == ["receive", "wait"])
        bench.pass(5000)
        try bench.receive()
        #expect(bench.actions() == ["receive", "wait"], "one that waited is")
    }

    @Test("Keys run side by side up to the limit, the events of one key one after the other")
    func keys() throws {
        var bench = WorkBench(.init(concurrency: 3))
        _ = bench.actions()
        try bench.receive("1a", "2a", "3b", "4c", "5d")
        #expect(bench.actions() == ["start 0/1", "start 0/3", "start 0/4", "wait 15000"])
        try bench.end("0/3")
        #expect(bench.actions() == ["start 0/5", "wait 15000"])
        try bench.end("0/5")
        // A command could run and only events of a busy key are left: it asks for more.
        #expect(bench.actions() == ["receive", "wait 100"])
        bench.pass(100)
        #expect(bench.actions() == ["tell ack 0/3, ack 0/5, extend 30", "wait 30000"])
        try bench.end("0/1")
        #expect(bench.actions().contains("start 0/2"))
    }

    @Test("Where the order does not matter events of one key run side by side")
    func noOrder() throws {
        var bench = WorkBench(.init(concurrency: 2, keepsOrder: false))
        _ = bench.actions()
        try bench.receive("1", "2", "3")
        #expect(bench.actions() == ["start 0/1", "start 0/2", "wait 15000"])
        try bench.end("0/1", by: Self.failed)
        let said = "say 0/1, key k, delivery 1: exit status 1: boom"
        #expect(bench.actions() == [said, "start 0/3", "wait 15000"], "a failure stops no other")
    }

    @Test("After a failure the later events of its key are given back, other keys go on")
    func failure() throws {
        var bench = WorkBench()
        _ = bench.actions()
        try bench.receive("1a", "2a", "3b")
        _ = bench.actions()
        try bench.end("0/1", by: Self.failed)
        #expect(bench.actions().contains("start 0/3"))
        try bench.end("0/3", by: .killed(9, said: nil))
        #expect(
            bench.actions() == [
                "say 0/3, key b, delivery 1: killed by signal 9",
                "receive nack 0/1 (exit status 1: boom), nack 0/3 (killed by signal 9), release 0/2",
                "wait",
            ]
        )
    }

    @Test("While commands run the lease is extended at its half, and what is done goes along")
    func extending() throws {
        var bench = WorkBench(.init(concurrency: 1))
        _ = bench.actions()
        try bench.receive("1a", "2b")
        _ = bench.actions()
        try bench.end("0/1")
        #expect(bench.actions() == ["start 0/2", "wait 15000"])
        bench.pass(15_000)
        #expect(bench.actions() == ["tell ack 0/1, extend 30", "wait"])
        bench.pass(2_000)
        try bench.told()
        #expect(bench.actions() == ["wait 30000"], "half of it counts from when it was asked for")
        bench.pass(13_000)
        #expect(bench.actions() == ["tell extend 30", "wait"])
    }

    @Test("While a receive waits, what is done is told at once by another call")
    func besides() throws {
        var bench = WorkBench(.init(concurrency: 2))
        _ = bench.actions()
        try bench.receive("1a")
        #expect(bench.actions() == ["start 0/1", "receive", "wait 15000"])
        try bench.end("0/1")
        #expect(bench.actions() == ["wait 100"], "others may follow at once")
        bench.pass(100)
        #expect(bench.actions() == ["tell ack 0/1", "wait"])
        try bench.told()
        #expect(bench.actions() == ["wait"])
    }

    @Test("A page as a whole is one command, and fails as a whole")
    func pages() throws {
        var bench = WorkBench(.init(concurrency: 2, unit: .page))
        _ = bench.actions()
        try bench.receive("1a", "2a", lease: "first")
        #expect(bench.actions() == ["start 0/1+0/2", "receive", "wait 15000"])
        try bench.receive("3b", lease: "second")
        #expect(bench.actions() == ["start 0/3", "wait 15000"])
        try bench.end("0/1+0/2", by: Self.failed)
        let reason = "(exit status 1: boom)"
        #expect(
            bench.actions() == [
                "say 2 events from 0/1 on: exit status 1: boom",
                "receive nack 0/1 \(reason), nack 0/2 \(reason)", "wait 15000",
            ]
        )
    }

    @Test("Once is one page, with events or without")
    func once() throws {
        var bench = WorkBench(.init(extent: .once))
        #expect(bench.actions() == ["receive", "wait"])
        try bench.receive()
        #expect(bench.actions() == ["finish"])
        bench = WorkBench(.init(extent: .once))
        _ = bench.actions()
        try bench.receive("1")
        _ = bench.actions()
        try bench.end("0/1")
        #expect(bench.actions() == ["tell ack 0/1", "wait"])
        try bench.told()
        #expect(bench.actions() == ["finish"])
    }

    @Test("Until empty ends when nothing runs and a receive finds nothing")
    func untilEmpty() throws {
        var bench = WorkBench(.init(concurrency: 2, extent: .untilEmpty))
        _ = bench.actions()
        try bench.receive("1a")
        #expect(bench.actions() == ["start 0/1", "receive", "wait 15000"])
        try bench.receive()
        #expect(bench.actions() == ["wait 15000"], "what runs may let others come")
        try bench.end("0/1")
        #expect(bench.actions() == ["receive ack 0/1", "wait"])
        try bench.receive()
        #expect(bench.actions() == ["finish"])
    }

    @Test("A filter that passes over events goes on; what makes no progress is empty")
    func passedOver() throws {
        var bench = WorkBench(.init(extent: .untilEmpty))
        _ = bench.actions()
        for remaining in [30_000, 20_000, 10_000] {
            try bench.receive(caughtUp: false, remaining: remaining)
            #expect(bench.actions() == ["receive", "wait"])
        }
        try bench.receive(caughtUp: false, remaining: 10_000)
        #expect(bench.actions() == ["finish"])
    }

    @Test("Told to stop it starts nothing, gives back what did not run, and waits for what does")
    func stopping() throws {
        var bench = WorkBench()
        _ = bench.actions()
        try bench.receive("1a", "2a", "3b")
        _ = bench.actions()
        bench.stop()
        #expect(
            bench.actions() == [
                "say stopping; waiting for 1 command", "tell release 0/2, release 0/3, extend 30",
                "wait",
            ]
        )
        try bench.told()
        try bench.end("0/1")
        #expect(bench.actions() == ["tell ack 0/1", "wait"])
        try bench.told()
        #expect(bench.actions() == ["finish"])
    }

    @Test("Events that come when it is to stop are given back")
    func stoppingLate() throws {
        var bench = WorkBench()
        _ = bench.actions()
        bench.stop()
        #expect(bench.actions() == ["say stopping", "wait"], "it waits for the answer")
        try bench.receive("1", "2")
        #expect(bench.actions() == ["tell release 0/1, release 0/2", "wait"])
        try bench.told()
        #expect(bench.actions() == ["finish"])
    }

    @Test("A second signal is passed on, and who ends by it is not to blame")
    func urgent() throws {
        var bench = WorkBench(.init(concurrency: 2))
        _ = bench.actions()
        try bench.receive("1a")
        _ = bench.actions()
        bench.stop()
        _ = bench.actions()
        bench.stop()
        #expect(bench.actions() == ["pass 15", "wait 15000"])
        try bench.end("0/1", by: .killed(15, said: nil))
        #expect(bench.actions() == ["tell release 0/1", "wait"])
        try bench.told()
        #expect(bench.actions() == ["finish"], "the receive that is under way is not waited for")
        try bench.receive("2b")
        #expect(bench.actions() == ["finish"])
    }

    @Test("A command that can't be started ends it, and nothing of that is acknowledged")
    func notStarted() throws {
        var bench = WorkBench(.init(concurrency: 2))
        _ = bench.actions()
        try bench.receive("1a", "2b", "3c")
        _ = bench.actions()
        try bench.end("0/1", by: .notStarted("cannot start x"))
        #expect(bench.actions() == ["tell release 0/1, release 0/3, extend 30", "wait"])
        try bench.told()
        try bench.end("0/2")
        #expect(bench.actions() == ["tell ack 0/2", "wait"])
        try bench.told()
        #expect(bench.actions() == ["finish cannot start x"])
    }
}

@Suite("A worker in trouble")
struct WorkTroubleTests {
    private static let done = CommandEnd.exited(0, said: nil)

    @Test("A ledger that never answered is not waited for")
    func unreachable() {
        var bench = WorkBench()
        #expect(bench.actions() == ["receive", "wait"])
        bench.receiveFails(WorkBench.outage)
        #expect(bench.actions().last == "wait 200")
        for pause in [200, 400, 800] {
            bench.pass(pause)
            #expect(bench.actions().contains("receive"))
            bench.receiveFails(WorkBench.outage)
        }
        #expect(bench.actions().last?.hasPrefix("finish no answer: gone") == true)
    }

    @Test("Through an outage it goes on with the same call, and tells nothing twice by others")
    func outage() throws {
        var bench = WorkBench()
        _ = bench.actions()
        try bench.receive("1")
        _ = bench.actions()
        try bench.end("0/1")
        #expect(bench.actions() == ["receive ack 0/1", "wait"])
        var pauses: [Int] = []
        for _ in 0..<12 {
            bench.receiveFails(WorkBench.outage)
            let wait = try #require(bench.actions().last)
            let at = try #require(Int(wait.dropFirst(5)))
            let passed = Int((bench.now - WorkBench.start) / .milliseconds(1))
            pauses.append(at - passed)
            bench.pass(at - passed)
            #expect(bench.actions() == ["receive ack 0/1", "wait"])
        }
        #expect(
            pauses == [200, 400, 800, 1600, 3200, 6400, 12_800, 25_600]
                + Array(repeating: 30_000, count: 4)
        )
        try bench.receive(more: ",\"acknowledged\":{\"acknowledged\":1,\"not_held\":[]}")
        #expect(bench.actions() == ["say the ledger answers again", "receive", "wait"])
    }

    @Test("A refusal ends it, with what runs told as far as that goes")
    func refused() throws {
        var bench = WorkBench(.init(concurrency: 2))
        _ = bench.actions()
        try bench.receive("1a")
        _ = bench.actions()
        let gone = WorkBench.refusal(404, "subscription_not_found")
        bench.receiveFails(gone)
        #expect(bench.actions() == ["wait 15000"])
        try bench.end("0/1")
        #expect(bench.actions() == ["tell ack 0/1", "wait"])
        bench.tellFails(gone)
        #expect(bench.actions() == ["finish no (subscription_not_found)"])
    }

    @Test("What could not be told is told again; at the end so many times and no more")
    func untold() throws {
        var bench = WorkBench(.init(extent: .once))
        _ = bench.actions()
        try bench.receive("1")
        _ = bench.actions()
        try bench.end("0/1")
        for pause in [200, 400, 800] {
            #expect(bench.actions().contains("tell ack 0/1"))
            bench.tellFails(WorkBench.outage)
            _ = bench.actions()
            bench.pass(pause)
        }
        #expect(bench.actions() == ["tell ack 0/1", "wait"])
        bench.tellFails(WorkBench.outage)
        #expect(bench.actions().last?.hasPrefix("finish no answer: gone") == true)
    }

    @Test(
        "A lease that is lost has nothing to be told, and nothing more of it is run",
        arguments: ["it is refused", "it holds nothing"]
    )
    func lost(_ answer: String) throws {
        var bench = WorkBench()
        _ = bench.actions()
        try bench.receive("1a", "2b")
        _ = bench.actions()
        bench.pass(15_000)
        #expect(bench.actions() == ["tell extend 30", "wait 30000"])
        if answer == "it holds nothing" {
            try bench.told(held: 0)
        } else {
            bench.tellFails(WorkBench.refusal(409, "lease_lost"))
        }
        #expect(
            bench.actions() == [
                "say the lease of 2 events is lost: what is not finished comes again", "wait",
            ]
        )
        try bench.end("0/1")
        #expect(bench.actions() == ["receive", "wait"])
    }

    @Test("A receive that is refused for the lease it names is made without it")
    func lostAlong() throws {
        var bench = WorkBench()
        _ = bench.actions()
        try bench.receive("1a")
        _ = bench.actions()
        try bench.end("0/1")
        #expect(bench.actions() == ["receive ack 0/1", "wait"])
        bench.receiveFails(WorkBench.refusal(409, "cursor_superseded"))
        #expect(bench.actions().dropFirst() == ["receive", "wait"])
    }

    @Test("An event that others may have is not started, and one that is lost is said")
    func over() throws {
        var bench = WorkBench()
        _ = bench.actions()
        try bench.receive("1a", "2b")
        _ = bench.actions()
        bench.pass(15_000)
        #expect(bench.actions() == ["tell extend 30", "wait 30000"])
        bench.tellFails(WorkBench.outage)
        _ = bench.actions()
        bench.pass(15_000)
        #expect(bench.actions().first == "say 1 event not run: their lease is over")
        bench.tellFails(WorkBench.outage)
        try bench.end("0/1")
        #expect(bench.actions().contains("receive ack 0/1"))
        let over = "{\"partition\":0,\"offset\":1,\"why\":\"lease_over\"}"
        try bench.receive(more: ",\"acknowledged\":{\"acknowledged\":0,\"not_held\":[\(over)]}")
        #expect(
            bench.actions().first == "say 0/1 is not acknowledged (lease_over): it may come again"
        )
    }

    @Test("What a lease no longer holds does no harm where it was given back or is finished")
    func harmless() throws {
        var bench = WorkBench()
        _ = bench.actions()
        try bench.receive("1a", "2a", "3b")
        _ = bench.actions()
        try bench.end("0/1", by: .exited(1, said: nil))
        _ = bench.actions()
        try bench.end("0/3")
        #expect(bench.actions().last == "wait")
        let entries = [(2, "lease_over"), (3, "finished")].map {
            "{\"partition\":0,\"offset\":\($0.0),\"why\":\"\($0.1)\"}"
        }
        try bench.receive(
            more:
                ",\"acknowledged\":{\"acknowledged\":0,\"not_held\":[\(entries.joined(separator: ","))]}"
        )
        #expect(!bench.actions().contains { $0.hasPrefix("say") })
    }
}
