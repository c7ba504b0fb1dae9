import APISuite
import LedgerCore
import LedgerService
import LedgerTesting
import Testing

/// The promises under concurrency: publishers and consumers over several processes' worth of
/// caches on one table that fails now and then, checked against what everyone was told.
@Suite("History")
struct HistoryTests {
    @Test(
        "Nothing is lost, nothing is delivered twice, and nothing is skipped",
        arguments: Engine.allCases,
        RandomSeed.cases(6)
    )
    func promises(_ engine: Engine, _ seed: UInt64) async throws {
        let table = FaultyTable(try engine.makeTable())
        let clock = ManualClock()
        let nodes = (0..<3).map { API(table: table, seed: seed &* 31 &+ $0, clock: clock) }
        await nodes[0].create("s", with: ",\"partition_count\":3")
        for consumer in 0..<4 { await nodes[0].subscribe(to: "s", as: "c\(consumer)") }
        table.follow(Self.unreliable(seed))
        let history = History()
        let running = Running(publishers: 8)
        await withTaskGroup(of: Void.self) { group in
            for publisher in 0..<8 {
                group.addTask {
                    await publish(publisher, nodes[publisher % 3], seed, history)
                    running.finish()
                }
            }
            for consumer in 0..<4 {
                group.addTask {
                    await consume("c\(consumer)", nodes[consumer % 3], history, running, table)
                }
            }
            group.addTask {
                while !running.isOver { await nodes[1].ledger.sweep() }
            }
        }
        table.follow(.none)
        let log = await wholeLog(nodes[2])
        let violations = history.violations(log: log)
        #expect(violations.isEmpty, "\(replay): \(violations.prefix(5))")
        #expect(history.acknowledgedCount > 100, "\(replay): hardly anything succeeded")
        #expect(table.faults > 20, "\(replay): hardly anything failed")
        await checkCompacted(nodes[0], log, seed)
    }

    /// One call in seven fails: before it is done, or after, when nobody can tell.
    private static func unreliable(_ seed: UInt64) -> FaultPlan {
        FaultPlan.seeded(
            seed,
            probability: 1.0 / 7,
            faults: [.throttle, .loseRequest, .loseAnswer, .loseAnswer]
        )
    }

    private func publish(_ publisher: Int, _ api: API, _ seed: UInt64, _ history: History) async {
        var random = SeededGenerator(seed: seed &* 1000 &+ UInt64(publisher))
        for round in 0..<25 {
            let count = Int.random(in: 1...4, using: &random)
            let events = (0..<count).map { index in
                (
                    key: "p\(publisher)k\(Int.random(in: 0..<4, using: &random))",
                    value: "\(publisher)-\(round)-\(index)"
                )
            }
            let body = events.map {
                JSONBody.event(key: $0.key, data: "\"\($0.value)\"")
            }
            // Every other publisher has no key: it may not retry, and relies on the ledger alone.
            let hasKey = publisher.isMultiple(of: 2)
            let key = [(name: "idempotency-key", value: "\(publisher) \(round)")]
            var answer: Answer
            var tries = 0
            repeat {
                tries += 1
                answer = await api.call(
                    "POST",
                    at: "/streams/s/events",
                    sending: JSONBody.batch(body),
                    headers: hasKey ? key : []
                )
            } while hasKey && answer.status == 503 && tries < 100
            guard answer.status == 200 else {
                for event in events { history.leaveOpen(event.value) }
                continue
            }
            for (event, stored) in zip(events, answer.events) {
                history.acknowledge(
                    History.Event(
                        partition: stored["partition"] as? Int ?? -1,
                        offset: stored["offset"] as? Int ?? -1,
                        key: event.key,
                        value: event.value
                    ),
                    by: "p\(publisher)"
                )
            }
        }
    }

    /// Processes what it polls, then commits; an error means poll again.
    private func consume(
        _ name: String,
        _ api: API,
        _ history: History,
        _ running: Running,
        _ table: FaultyTable
    ) async {
        while true {
            let wasOver = running.isOver
            if wasOver { table.follow(.none) }
            let page = await api.poll("s", as: name, query: "limit=7")
            guard page.status == 200 else { continue }
            for event in page.events { history.deliver(event.history, to: name) }
            var committed = page.events.isEmpty
            // Delivered is processed, so this commit is repeated until it is known to be done.
            while !committed {
                committed = await api.commit("s", as: name, cursor: page.cursor).status == 200
            }
            if wasOver, page.caughtUp, page.events.isEmpty { return }
        }
    }

    private func wholeLog(_ api: API) async -> [History.Event] {
        var log: [History.Event] = []
        for partition in 0..<3 {
            var offset = 0
            while true {
                let page = await api.call(
                    "GET",
                    at: "/streams/s/events?partition=\(partition)&from=\(offset)&limit=1000"
                )
                #expect(page.status == 200, "\(page)")
                log += page.events.map(\.history)
                offset = page.json["next_offset"] as? Int ?? 0
                if page.caughtUp { break }
            }
        }
        return log
    }

    private func checkCompacted(_ api: API, _ log: [History.Event], _ seed: UInt64) async {
        var fold: [String: String] = [:]
        for event in log.sorted(by: { $0.offset < $1.offset }) { fold[event.key] = event.value }
        #expect(await api.call("POST", at: "/streams/s/compact").status == 200)
        let state = await api.call("GET", at: "/streams/s/compacted?limit=1000")
        let found = Dictionary(
            state.events.map(\.history).map { ($0.key, $0.value) },
            uniquingKeysWith: { first, _ in first }
        )
        #expect(found == fold, "\(replay)")
    }
}

extension [String: Any] {
    /// An event of an answer.
    var history: History.Event {
        History.Event(
            partition: self["partition"] as? Int ?? -1,
            offset: self["offset"] as? Int ?? -1,
            key: self["key"] as? String ?? "",
            value: self["data"] as? String ?? ""
        )
    }
}

private let replay = RandomSeed.replay("HistoryTests")
