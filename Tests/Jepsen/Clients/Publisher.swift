import Foundation
import LedgerCore
import LedgerTesting

/// Publishes one request after the other, and holds the ledger to each answer.
struct Publisher {
    private enum Mode: CaseIterable {
        case plain, keyed, keyedAtomic, atomic, expecting
    }

    static let partitions = 3

    let number: Int
    let client: Client
    let judge: Judge
    var random: SeededGenerator
    /// By partition: its end as answers told it, more or less.
    private var ends = Array(repeating: 0, count: partitions)
    private var published = 0
    private var server: Int

    init(_ number: Int, client: Client, judge: Judge, random: SeededGenerator) {
        self.number = number
        self.client = client
        self.judge = judge
        self.random = random
        server = number
    }

    mutating func run(until end: ContinuousClock.Instant) async {
        while ContinuousClock.now < end {
            let mode = Mode.allCases.randomElement(using: &random) ?? .plain
            await publish(mode, until: end)
        }
    }

    private struct Request {
        let events: [(key: String, value: String)]
        let body: String
        let isAtomic: Bool
    }

    private mutating func publish(_ mode: Mode, until end: ContinuousClock.Instant) async {
        published += 1
        let isAtomic = mode == .atomic || mode == .keyedAtomic
        let request = request(isAtomic: isAtomic, isExpecting: mode == .expecting)
        judge.began(request.events.map(\.value), isAtomic: isAtomic)
        guard mode == .keyed || mode == .keyedAtomic else {
            return settle(request, by: await send(request, key: nil))
        }
        // A request with a key is sent again, to whichever server, until its fate is known; half of
        // the times to two at once.
        let key = "\(number)-\(published)"
        var isOpen = false
        repeat {
            let answers = await sendPerhapsTwice(request, key: key)
            for answer in answers {
                if case .success = answer { return settle(request, by: answer) }
            }
            isOpen = isOpen || answers.contains { if case .refused = $0 { false } else { true } }
            guard isOpen else { return settle(request, by: answers[0]) }
        } while ContinuousClock.now < end
        settle(request, by: .open)
    }

    private mutating func sendPerhapsTwice(
        _ request: Request,
        key: String
    ) async
        -> [Client.Result]
    {
        guard random.happens(0.2) else { return [await send(request, key: key)] }
        let other = Int.random(in: 0..<Cluster.size, using: &random)
        let client = client
        let target = Self.target
        let twin = Task {
            await client.call("POST", at: target, sending: request.body, to: other, key: key)
        }
        let first = await send(request, key: key)
        return [first, await twin.value]
    }

    private static let target = "/streams/s/events"

    private mutating func send(_ request: Request, key: String?) async -> Client.Result {
        let result = await client.call(
            "POST",
            at: Self.target,
            sending: request.body,
            to: server,
            key: key
        )
        if case .success = result {
        } else {
            server = Int.random(in: 0..<Cluster.size, using: &random)
        }
        return result
    }

    private mutating func request(isAtomic: Bool, isExpecting: Bool) -> Request {
        let count = isExpecting ? 1 : Int.random(in: 1...4, using: &random)
        let events = (0..<count).map { index in
            (
                key: "p\(number)k\(Int.random(in: 0..<6, using: &random))",
                value: "\(number)-\(published)-\(index)"
            )
        }
        let list = events.map { JSONBody.event(key: $0.key, data: "\"\($0.value)\"") }
        var body = #"{"events":[\#(list.joined(separator: ","))]"#
        if isAtomic { body += #","atomic":true"# }
        if isExpecting { body += ",\"expected_offset\":\(ends[Self.partition(of: events[0].key)])" }
        return Request(events: events, body: body + "}", isAtomic: isAtomic)
    }

    static func partition(of key: String) -> Int {
        Partitioner.partition(forKey: Array(key.utf8), count: partitions).index
    }

    // MARK: Answers

    private mutating func settle(_ request: Request, by result: Client.Result) {
        switch result {
        case .success(let body): acknowledge(request, by: body)
        case .refused(let status, let body):
            if status == 409, let details = body["details"] as? [String: Any],
                let actual = details["next_offset"] as? Int
            {
                ends[Self.partition(of: request.events[0].key)] = actual
            } else if status != 503, status != 0, status != 429 {
                judge.violate("a publish is refused by \(status): \(body)")
            }
            judge.refused(request.events.map(\.value))
        case .parts(let parts): settle(request, byPart: parts)
        case .open: judge.left(open: request.events.map(\.value))
        }
    }

    private mutating func acknowledge(_ request: Request, by body: [String: Any]) {
        let places = body["events"] as? [[String: Any]] ?? []
        guard places.count == request.events.count else {
            return judge.violate("\(request.events.count) events, \(places.count) acknowledged")
        }
        for (event, place) in zip(request.events, places) {
            let partition = place["partition"] as? Int ?? -1
            let offset = place["offset"] as? Int ?? -1
            if ends.indices.contains(partition) { ends[partition] = offset + 1 }
            judge.history.acknowledge(
                History.Event(
                    partition: partition,
                    offset: offset,
                    key: event.key,
                    value: event.value
                ),
                by: "p\(number)"
            )
        }
    }

    /// Settles a request by partition: each one's events have a fate of their own.
    private func settle(_ request: Request, byPart parts: [[String: Any]]) {
        for (partition, events) in Dictionary(
            grouping: request.events,
            by: { Self.partition(of: $0.key) }
        ) {
            let part = parts.first { $0["partition"] as? Int == partition }
            switch part?["state"] as? String {
            case "stored":
                let first = part?["first_offset"] as? Int ?? -1
                for (index, event) in events.enumerated() {
                    judge.history.acknowledge(
                        History.Event(
                            partition: partition,
                            offset: first + index,
                            key: event.key,
                            value: event.value
                        ),
                        by: "p\(number)"
                    )
                }
            case "not_stored": judge.refused(events.map(\.value))
            default: judge.left(open: events.map(\.value))
            }
        }
    }
}
