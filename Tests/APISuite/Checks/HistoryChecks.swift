import LedgerTesting
import Synchronization
import Testing

/// The promises under concurrency, over whatever stands behind the transport.
extension APISuite {
    static let historyChecks = [
        APICheck(
            "Of 16 publishers at once nothing is lost, repeated or out of order",
            run: promises
        )
    ]

    /// The rounds that each publisher makes at least.
    ///
    /// It then goes on until the time is over, which it never is in process.
    private static let leastRounds = 2
    private static let rounds = 12
    private static let time = Duration.seconds(20)

    /// For a ledger whose table takes a hundred calls a second.
    private static let patience = Duration.seconds(300)

    private static func promises(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":3")
        for consumer in 0..<2 { try await api.subscribe(to: s, as: "c\(consumer)") }
        let history = History()
        let publishers = Remaining(16)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for publisher in 0..<16 {
                let api = publisher.isMultiple(of: 2) ? api : api.sibling()
                group.addTask {
                    defer { publishers.leave() }
                    try await publish(publisher, to: s, through: api, noting: history)
                }
            }
            for consumer in 0..<2 {
                group.addTask {
                    try await consume(s, as: "c\(consumer)", through: api, noting: history) {
                        publishers.areNone
                    }
                }
            }
            try await group.waitForAll()
        }
        let log = try await wholeLog(of: s, partitions: 3, through: api)
        let violations = history.violations(log: log)
        #expect(violations.isEmpty, "\(violations.prefix(5)); \(replay)")
        #expect(history.acknowledgedCount >= 16 * leastRounds, "hardly anything succeeded")
    }

    private static func publish(
        _ publisher: Int,
        to stream: String,
        through api: SuiteClient,
        noting history: History
    ) async throws {
        var random = SeededGenerator(seed: RandomSeed.base &+ UInt64(publisher))
        let end = ContinuousClock.now + time
        let patience = Patience(patience)
        for round in 0..<rounds where round < leastRounds || ContinuousClock.now < end {
            let events = (0..<Int.random(in: 1...4, using: &random)).map { index in
                History.Draft(
                    key: "p\(publisher)k\(Int.random(in: 0..<4, using: &random))",
                    value: "\(publisher)-\(round)-\(index)"
                )
            }
            let key = [(name: "idempotency-key", value: "\(publisher) \(round)")]
            let answer = try await api.persist(patience) {
                try await api.call(
                    "POST",
                    at: "/streams/\(stream)/events",
                    sending: History.Draft.body(events),
                    headers: key
                )
            }
            #expect(answer.status == 200, "\(answer)")
            for (event, stored) in zip(events, answer.events) {
                history.acknowledge(event.stored(stored), by: "p\(publisher)")
            }
        }
    }

    /// Polls and commits to the end.
    ///
    /// Delivered is processed, so a page's commit is repeated until it is known to be done.
    private static func consume(
        _ stream: String,
        as name: String,
        through api: SuiteClient,
        noting history: History,
        isOver: () -> Bool
    ) async throws {
        let patience = Patience(patience)
        while true {
            try patience.check("consumer \(name)")
            let wasOver = isOver()
            let page = try await api.poll(stream, as: name, query: "limit=20")
            guard page.status == 200 else { continue }
            for event in page.events { history.deliver(.init(event), to: name) }
            if wasOver, page.caughtUp, page.events.isEmpty { return }
            while try await api.commit(stream, as: name, cursor: page.cursor).status != 200 {
                try patience.check("commit of \(name)")
            }
        }
    }

    private static func wholeLog(
        of stream: String,
        partitions: Int,
        through api: SuiteClient
    ) async throws -> [History.Event] {
        var log: [History.Event] = []
        for partition in 0..<partitions {
            var page: Answer
            var next = 0
            repeat {
                page = try await api.call(
                    "GET",
                    at: "/streams/\(stream)/events?partition=\(partition)&from=\(next)&limit=1000"
                )
                #expect(page.status == 200, "\(page)")
                log += page.events.map { .init($0) }
                next = page.json["next_offset"] as? Int ?? 0
            } while page.status == 200 && !page.caughtUp
        }
        return log
    }
}

/// The number of publishers that are still at work.
private final class Remaining: Sendable {
    private let count: Mutex<Int>

    init(_ count: Int) { self.count = Mutex(count) }

    var areNone: Bool { count.withLock { $0 == 0 } }

    func leave() { count.withLock { $0 -= 1 } }
}

extension History {
    /// An event before it is published.
    fileprivate struct Draft {
        let key: String
        let value: String

        static func body(_ events: [Draft]) -> String {
            let events = events.map {
                JSONBody.event(key: $0.key, data: "\"\($0.value)\"")
            }
            return JSONBody.batch(events)
        }

        func stored(_ answer: [String: Any]) -> History.Event {
            History.Event(
                partition: answer["partition"] as? Int ?? -1,
                offset: answer["offset"] as? Int ?? -1,
                key: key,
                value: value
            )
        }
    }
}

extension History.Event {
    /// An event of an answer.
    fileprivate init(_ event: [String: Any]) {
        self.init(
            partition: event["partition"] as? Int ?? -1,
            offset: event["offset"] as? Int ?? -1,
            key: event["key"] as? String ?? "",
            value: event["data"] as? String ?? ""
        )
    }
}
