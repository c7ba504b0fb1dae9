import LedgerCore
import LedgerService
import LedgerTesting
import Testing

/// Many keys in one partition, of which some fail, and several consumers.
@Suite("Failing keys")
struct FailingKeyTests {
    @Test(
        "Of 1,000 keys in a partition those that fail wait, each in its order, and no other does",
        arguments: [1, 2]
    )
    func failures(processes: Int) async throws {
        let load = try await FailingKeys(processes: processes, seed: RandomSeed.base)
        var expected = load.expectation()
        var pauses = 0
        let start = ContinuousClock.now
        while !expected.isOver {
            expected.goOn()
            try await load.consume(by: 8)
            // Nobody's pause is over before the clock is moved: all but the failed keys are done.
            let wrong = load.work.done.symmetricDifference(expected.done)
            #expect(wrong.isEmpty, "\(Self.replay): pause \(pauses): \(wrong.prefix(3))")
            guard wrong.isEmpty else { break }
            if pauses == 0 { #expect(expected.waiting > 100, "\(Self.replay): hardly any fails") }
            load.pass()
            pauses += 1
        }
        let length = ContinuousClock.now - start
        let violations = load.work.violations(log: load.log)
        #expect(violations.isEmpty, "\(Self.replay): \(violations.prefix(5))")
        #expect(load.work.repetitions == 0, "\(Self.replay)")
        print(
            """
            failing keys: \(load.log.count) events by 8 consumers of \(processes) processes in \
            \(length), \(Int(Double(load.log.count) / (length / .seconds(1)))) events/s, \
            \(expected.failures) failures, \(pauses) pauses
            """
        )
    }

    private static let replay = RandomSeed.replay("FailingKeyTests")
}

/// A stream of one partition, its events acknowledged one by one, and the things done with them.
private struct FailingKeys {
    static let keys = 1_000
    /// Keys with so many events that not each one that has to wait is noted.
    static let hotKeys = 50
    static let pause: Duration = .seconds(3600)

    let work = WorkRecord()
    let log: [History.Event]
    private let clock = ManualClock()
    private let processes: [TestLedger]
    private let seed: UInt64

    init(processes count: Int, seed: UInt64) async throws {
        let (table, clock) = (try Engine.sqlite.makeTable(), clock)
        processes = (0..<count).map {
            TestLedger(table, clock: clock, random: .seeded(seed &+ UInt64($0)))
        }
        self.seed = seed
        var random = SeededGenerator(seed: seed)
        let keys = (0..<Self.keys)
            .flatMap { Array(repeating: "k\($0)", count: $0 < Self.hotKeys ? 24 : 4) }
            .shuffled(using: &random)
        log = keys.enumerated().map { offset, key in
            History.Event(partition: 0, offset: offset, key: key, value: "\(offset)")
        }
        try await publish()
    }

    private func publish() async throws {
        let process = processes[0]
        let stream = JSONBody.stream("s", partitions: 1)
        try await process.done("POST", at: "/streams", sending: stream)
        for first in stride(from: 0, to: log.count, by: 1_000) {
            let events = log[first..<min(first + 1_000, log.count)].map {
                JSONBody.event(key: $0.key, data: $0.value)
            }
            let body = JSONBody.batch(events)
            try await process.done("POST", at: "/streams/s/events", sending: body)
        }
        _ = try await process.ledger.subscriptions.create(
            try #require(SubscriptionID("u")),
            of: try #require(StreamID("s")),
            startingAt: .earliest,
            text: Array("\"earliest\"".utf8),
            delivery: DeliveryPolicy(
                ackWait: Limits.ackWait.upperBound,
                maxDeliveries: nil,
                maxOpen: Limits.maxOpen.upperBound
            )
        )
    }

    func expectation() -> Expectation { Expectation(log, seed: seed) }

    /// Lets the pauses of all that has failed pass, on clocks that need not agree.
    func pass() { clock.advance(by: Self.pause + .seconds(600)) }

    /// Draws whether an event's delivery of this number fails: the same for whoever asks.
    static func fails(_ offset: Int, delivery: Int, seed: UInt64) -> Bool {
        var random = SeededGenerator(seed: seed ^ UInt64(offset) << 8 ^ UInt64(delivery))
        return random.happens(0.05)
    }

    // MARK: Consumers

    /// Lets so many consumers take all that may be handed out now.
    func consume(by count: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count {
                group.addTask {
                    try await consume(as: "c\(number)", of: processes[number % processes.count])
                }
            }
            try await group.waitForAll()
        }
    }

    private func consume(as name: String, of process: TestLedger) async throws {
        let id = try #require(SubscriptionID("u"))
        let stream = try #require(StreamID("s"))
        let subscriptions = process.ledger.subscriptions
        let patience = Patience()
        while true {
            let request = ReceiveRequest(limit: 50, consumer: name)
            let page = try await Self.persist(patience) { () throws(LedgerError) in
                try await subscriptions.receive(id, of: stream, as: request)
            }
            guard let lease = page.lease else {
                if page.isDrained { return }
                continue
            }
            let acknowledgement = Acknowledgement(
                of: lease,
                verdicts: verdicts(on: page),
                acksOthers: false,
                lasting: nil
            )
            let receipt = try await Self.persist(patience) { () throws(LedgerError) in
                try await subscriptions.acknowledge(acknowledgement, in: id, of: stream)
            }
            #expect(receipt.notHeld.isEmpty, "\(name)")
        }
    }

    /// Works on a page: behind an event that fails, its key is left alone.
    private func verdicts(on page: ReceivedPage) -> [Partition: [Offset: Verdict]] {
        var verdicts: [Partition: [Offset: Verdict]] = [:]
        var stopped: Set<String> = []
        for part in page.parts {
            for delivered in part.events {
                let event = log[Int(delivered.event.offset.rawValue)]
                guard !stopped.contains(event.key) else { continue }
                let hasFailed = Self.fails(
                    event.offset,
                    delivery: delivered.deliveries,
                    seed: seed
                )
                if hasFailed { stopped.insert(event.key) } else { work.finish(event) }
                verdicts[delivered.event.partition, default: [:]][delivered.event.offset] =
                    hasFailed ? .nack(after: Self.pause, reason: "") : .ack
            }
        }
        return verdicts
    }

    /// Repeats a call that came second to others' changes of the same row too often.
    private static func persist<Success>(
        _ patience: Patience,
        _ call: () async throws(LedgerError) -> Success
    ) async throws -> Success {
        while true {
            do throws(LedgerError) {
                return try await call()
            } catch {
                guard case .contention = error else { throw error }
                try patience.check("a call that nobody comes before")
            }
        }
    }
}

/// The events that are done each time when nothing is left but what waits for a pause.
private struct Expectation {
    private let seed: UInt64
    /// By key, those that are not done, in order.
    private var left: [String: ArraySlice<History.Event>]
    /// By offset of an event that has failed.
    private var deliveries: [Int: Int] = [:]
    private(set) var done: Set<History.Event> = []
    private(set) var failures = 0

    init(_ log: [History.Event], seed: UInt64) {
        self.seed = seed
        left = Dictionary(grouping: log, by: \.key).mapValues { $0[...] }
    }

    var isOver: Bool { left.isEmpty }
    /// The keys that are not done.
    var waiting: Int { left.count }

    /// Goes on in each key up to its next failure.
    mutating func goOn() {
        for (key, events) in left {
            var events = events
            while let event = events.first {
                let delivery = deliveries[event.offset, default: 0] + 1
                guard !FailingKeys.fails(event.offset, delivery: delivery, seed: seed) else {
                    deliveries[event.offset] = delivery
                    failures += 1
                    break
                }
                done.insert(event)
                events.removeFirst()
            }
            left[key] = events.isEmpty ? nil : events
        }
    }
}
