import Foundation
import LedgerTesting
import Synchronization

/// Rounds of a few clients on a log of their own, whose every answer must have one order that
/// explains it.
struct LogClients {
    private static let clients = 3
    /// More calls whose end is open make the search for an order long.
    private static let mostOpen = 4

    private let client: Client
    private let judge: Judge
    private var random: SeededGenerator

    init(_ client: Client, judge: Judge, random: SeededGenerator) {
        self.client = client
        self.judge = judge
        self.random = random
    }

    mutating func run(until end: ContinuousClock.Instant) async {
        var round = 0
        while ContinuousClock.now < end {
            round += 1
            let stream = "log-\(round)"
            guard await create(stream, until: end) else { return }
            let calls = LogCalls()
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<Self.clients {
                    let seed = random.next()
                    group.addTask { [self] in
                        await work(on: stream, noting: calls, random: SeededGenerator(seed: seed))
                    }
                }
            }
            let all = calls.all
            judge.counted(linearized: all.count)
            if !Linearization.exists(for: all) {
                let lines = all.map { "    \($0)" }.joined(separator: "\n")
                judge.violate("\(stream): no order of these calls explains them:\n\(lines)")
            }
        }
    }

    private mutating func create(
        _ stream: String,
        until end: ContinuousClock.Instant
    ) async
        -> Bool
    {
        let body = #"{"stream_id":"\#(stream)","partition_count":1,"compaction":false}"#
        while ContinuousClock.now < end {
            let server = Int.random(in: 0..<Cluster.size, using: &random)
            switch await client.call("POST", at: "/streams", sending: body, to: server) {
            case .success, .refused(409, _): return true
            case .refused, .parts, .open: continue
            }
        }
        return false
    }

    private func work(
        on stream: String,
        noting calls: LogCalls,
        random generator: SeededGenerator
    ) async {
        var random = generator
        for _ in 0..<8 where calls.open < Self.mostOpen {
            let server = Int.random(in: 0..<Cluster.size, using: &random)
            switch Int.random(in: 0..<10, using: &random) {
            case 0...4:
                await append(
                    to: stream,
                    through: server,
                    noting: calls,
                    isExpecting: random.happens(0.3)
                )
            case 5...7: await read(stream, through: server, noting: calls, using: &random)
            default: await tail(of: stream, through: server, noting: calls)
            }
        }
    }

    private func append(
        to stream: String,
        through server: Int,
        noting calls: LogCalls,
        isExpecting: Bool
    ) async {
        let value = calls.freshValue()
        let expected = isExpecting ? calls.highest : nil
        let condition = expected.map { ",\"expected_offset\":\($0)" } ?? ""
        let body = #"{"events":[{"key":"k","type":"t","data":\#(value)}]\#(condition)}"#
        let called = calls.moment()
        let result = await client.call(
            "POST",
            at: "/streams/\(stream)/events",
            sending: body,
            to: server
        )
        let answer: LogCall.AppendAnswer
        switch result {
        case .success(let body):
            let place = (body["events"] as? [[String: Any]])?.first
            answer = .stored(at: place?["offset"] as? Int ?? -1)
        case .refused(409, let body):
            let details = body["details"] as? [String: Any]
            answer = .conflict(actual: details?["next_offset"] as? Int ?? -1)
        case .refused: answer = .refused
        case .parts, .open: answer = .unknown
        }
        calls.note(.append([value], expecting: expected, answer), called: called)
    }

    private func read(
        _ stream: String,
        through server: Int,
        noting calls: LogCalls,
        using random: inout SeededGenerator
    ) async {
        let from = Int.random(in: 0...calls.highest, using: &random)
        let called = calls.moment()
        let target = "/streams/\(stream)/events?partition=0&from=\(from)&limit=50"
        guard let page = await client.call("GET", at: target, to: server).body else { return }
        let values = (page["events"] as? [[String: Any]] ?? []).map { $0["data"] as? Int ?? -1 }
        let isAtEnd = page["caught_up"] as? Bool ?? false
        calls.note(.read(from: from, values, caughtUp: isAtEnd), called: called)
    }

    private func tail(of stream: String, through server: Int, noting calls: LogCalls) async {
        let called = calls.moment()
        let answer = await client.call("GET", at: "/streams/\(stream)", to: server)
        guard let partition = (answer.body?["partitions"] as? [[String: Any]])?.first else {
            return
        }
        calls.note(.tail(partition["next_offset"] as? Int ?? -1), called: called)
    }
}

/// The calls that the clients of one log made, and their answers, in the order of these moments.
private final class LogCalls: Sendable {
    private struct State {
        var moment = 0
        var lastValue = 0
        var calls: [LogCall] = []
    }

    private let state = Mutex(State())

    var all: [LogCall] { state.withLock { $0.calls } }

    /// The number of appends whose end is open.
    var open: Int {
        all.count { if case .append(_, _, .unknown) = $0.kind { true } else { false } }
    }

    /// The offset after the highest that an append was told.
    var highest: Int {
        all.reduce(0) { highest, call in
            guard case .append(_, _, .stored(let offset)) = call.kind else { return highest }
            return max(highest, offset + 1)
        }
    }

    func freshValue() -> Int {
        state.withLock { state in
            state.lastValue += 1
            return state.lastValue
        }
    }

    func moment() -> Int {
        state.withLock { state in
            state.moment += 1
            return state.moment
        }
    }

    func note(_ kind: LogCall.Kind, called: Int) {
        state.withLock { state in
            state.moment += 1
            state.calls.append(LogCall(kind, called: called, answered: state.moment))
        }
    }
}
