import Foundation
import LedgerTesting
import Synchronization
import Testing

/// Publishers and consumers that go on over any number of server processes.
final class KillLoad: Sendable {
    private struct Consumer {
        /// Acknowledged commits: by partition, the next offset.
        var committed = [0, 0, 0]
        /// Polled, and perhaps committed by a call whose answer was lost.
        var pending: [History.Event] = []
    }

    static let replay = RandomSeed.replay("KillTests")

    let history = History()
    private let consumers = Mutex<[String: Consumer]>(["c0": Consumer(), "c1": Consumer()])
    /// By publisher with a key: the body whose answer was lost, to be sent again.
    private let unanswered = Mutex<[Int: Request]>([:])

    private struct Request {
        let key: String?
        let events: [(key: String, value: String)]

        var body: String {
            let events = events.map {
                JSONBody.event(key: $0.key, data: "\"\($0.value)\"")
            }
            return JSONBody.batch(events)
        }
    }

    func create(_ port: Int) async throws {
        let client = try APIConnection(port)
        try await client.persist("POST", at: "/streams", body: JSONBody.stream("s"), isThere: 409)
        for name in ["c0", "c1"] {
            let body = JSONBody.subscription(name)
            try await client.persist(
                "POST",
                at: "/streams/s/subscriptions",
                body: body,
                isThere: 409
            )
        }
    }

    /// Publishes and consumes until `count` more events are acknowledged, then has the server
    /// killed while everyone is at it.
    func run(_ port: Int, round: Int, until count: Int, kill: @escaping @Sendable () -> Void) async
    {
        let target = history.acknowledgedCount + count
        let killing = KillOnce(kill)
        await withTaskGroup(of: Void.self) { group in
            for publisher in 0..<4 {
                group.addTask { [self] in
                    try? await publish(as: publisher, to: port, round: round) {
                        if self.history.acknowledgedCount >= target { killing.now() }
                    }
                }
            }
            for name in ["c0", "c1"] {
                group.addTask { [self] in
                    // Ends with the connection, when the server is killed.
                    try? await consume(as: name, from: port) { _ in false }
                }
            }
        }
    }

    /// Publishes and consumes over several servers of one table until `count` events are
    /// acknowledged; after half of them `kill` kills the first server.
    ///
    /// A publisher or consumer that loses its server goes on at the next.
    func share(_ ports: [Int], until count: Int, kill: @escaping @Sendable () -> Void) async {
        let killing = KillOnce(kill)
        await withTaskGroup(of: Void.self) { group in
            for publisher in 0..<6 {
                group.addTask { [self] in
                    var turn = publisher
                    while history.acknowledgedCount < count {
                        try? await publish(
                            as: publisher,
                            to: ports[turn % ports.count],
                            round: turn
                        ) {
                            if self.history.acknowledgedCount >= count / 2 { killing.now() }
                            if self.history.acknowledgedCount >= count { throw Stop() }
                        }
                        turn += 6 * ports.count + 1
                    }
                }
            }
            for (index, name) in ["c0", "c1"].enumerated() {
                group.addTask { [self] in
                    var turn = index
                    while history.acknowledgedCount < count {
                        try? await consume(as: name, from: ports[turn % ports.count]) { _ in
                            self.history.acknowledgedCount >= count
                        }
                        turn += 1
                        try? await checkPosition(of: name, at: ports[turn % ports.count])
                    }
                }
            }
        }
    }

    private struct Stop: Error {}

    // MARK: Publishing

    /// Ends by an error, when the server is gone.
    private func publish(
        as publisher: Int,
        to port: Int,
        round: Int,
        afterEach: () throws -> Void
    ) async throws {
        let client = try APIConnection(port)
        if let request = unanswered.withLock({ $0.removeValue(forKey: publisher) }) {
            try await send(request, as: publisher, over: client)
        }
        for number in 0..<100_000 {
            let events = (0...number % 3).map {
                (
                    key: "p\(publisher)k\((number + $0) % 5)",
                    value: "\(publisher)-\(round)-\(number)-\($0)"
                )
            }
            let hasKey = publisher.isMultiple(of: 2)
            let key = hasKey ? "\(publisher)-\(round)-\(number)" : nil
            let request = Request(key: key, events: events)
            try await send(request, as: publisher, over: client)
            try afterEach()
        }
    }

    private func send(
        _ request: Request,
        as publisher: Int,
        over client: APIConnection
    ) async throws {
        do {
            let header = request.key.map { "Idempotency-Key: \($0)\r\n" } ?? ""
            let answer = try await client.call(
                "POST",
                at: "/streams/s/events",
                body: request.body,
                headers: header
            )
            let stored = answer["events"] as? [[String: Any]] ?? []
            for (event, place) in zip(request.events, stored) {
                history.acknowledge(
                    History.Event(
                        partition: place["partition"] as? Int ?? -1,
                        offset: place["offset"] as? Int ?? -1,
                        key: event.key,
                        value: event.value
                    ),
                    by: "p\(publisher)"
                )
            }
        } catch {
            for event in request.events { history.leaveOpen(event.value) }
            if request.key != nil { unanswered.withLock { $0[publisher] = request } }
            throw error
        }
    }

    // MARK: Consuming

    private func consume(
        as name: String,
        from port: Int,
        until isOver: (Bool) -> Bool
    ) async throws {
        let client = try APIConnection(port)
        while true {
            let page = try await client.persist(
                "GET",
                at: "/streams/s/subscriptions/\(name)/poll?limit=20&wait=0.1"
            )
            let events = Self.events(page)
            if isOver(events.isEmpty && page["caught_up"] as? Bool == true) { return }
            guard !events.isEmpty else { continue }
            consumers.withLock { $0[name]?.pending = events }
            let cursor = page["cursor"] as? String ?? ""
            try await client.persist(
                "POST",
                at: "/streams/s/subscriptions/\(name)/commit",
                body: JSONBody.commit(cursor)
            )
            resolve(name) { _ in true }
        }
    }

    /// Delivers the pending events that are committed, and forgets the others.
    private func resolve(_ name: String, committed isCommitted: (History.Event) -> Bool) {
        let events = consumers.withLock { consumers in
            let events = (consumers[name]?.pending ?? []).filter(isCommitted)
            consumers[name]?.pending = []
            for event in events { consumers[name]?.committed[event.partition] = event.offset + 1 }
            return events
        }
        for event in events { history.deliver(event, to: name) }
    }

    func checkPositions(_ port: Int) async throws {
        for name in ["c0", "c1"] { try await checkPosition(of: name, at: port) }
    }

    /// A subscription stands at least where a commit was acknowledged, and a commit whose answer
    /// was lost has happened or not.
    private func checkPosition(of name: String, at port: Int) async throws {
        let client = try APIConnection(port)
        let answer = try await client.persist("GET", at: "/streams/s/subscriptions/\(name)")
        let found = (answer["positions"] as? [[String: Any]] ?? [])
            .map { $0["offset"] as? Int ?? -1 }
        let committed = consumers.withLock { $0[name]?.committed ?? [] }
        #expect(found.count == 3)
        for (now, before) in zip(found, committed) {
            #expect(now >= before, "\(Self.replay): \(name) fell back")
        }
        resolve(name) { $0.offset < found[$0.partition] }
    }

    func finishConsuming(_ port: Int) async throws {
        for name in ["c0", "c1"] { try await consume(as: name, from: port) { $0 } }
    }

    // MARK: The end

    func wholeLog(_ port: Int) async throws -> [History.Event] {
        let client = try APIConnection(port)
        var log: [History.Event] = []
        for partition in 0..<3 {
            var offset = 0
            while true {
                let page = try await client.persist(
                    "GET",
                    at: "/streams/s/events?partition=\(partition)&from=\(offset)&limit=1000"
                )
                log += Self.events(page)
                offset = page["next_offset"] as? Int ?? 0
                if page["caught_up"] as? Bool == true { break }
            }
        }
        return log
    }

    func compacted(_ port: Int) async throws -> [String: String] {
        let client = try APIConnection(port)
        try await client.persist("POST", at: "/streams/s/compact")
        let state = try await client.persist("GET", at: "/streams/s/compacted?limit=1000")
        return Dictionary(
            Self.events(state).map { ($0.key, $0.value) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    static func fold(_ log: [History.Event]) -> [String: String] {
        log.sorted { $0.offset < $1.offset }
            .reduce(into: [:]) { $0[$1.key] = $1.value }
    }

    /// The events of a page, in order.
    static func events(_ page: [String: Any]) -> [History.Event] {
        (page["events"] as? [[String: Any]] ?? []).map(event)
    }

    /// An event of an answer.
    static func event(_ event: [String: Any]) -> History.Event {
        History.Event(
            partition: event["partition"] as? Int ?? -1,
            offset: event["offset"] as? Int ?? -1,
            key: event["key"] as? String ?? "",
            value: event["data"] as? String ?? ""
        )
    }
}

/// Kills at the first call.
private final class KillOnce: Sendable {
    private let kill: Mutex<(@Sendable () -> Void)?>

    init(_ kill: @escaping @Sendable () -> Void) {
        self.kill = Mutex(kill)
    }

    func now() {
        let kill = kill.withLock { kill in
            defer { kill = nil }
            return kill
        }
        kill?()
    }
}

/// One connection that speaks JSON and throws on any answer but a success.
struct APIConnection {
    private let client: RawClient

    init(_ port: Int) throws {
        client = try RawClient(port: port)
    }

    struct Refused: Error {
        let status: Int
        let text: String
    }

    @discardableResult
    func call(
        _ method: String,
        at target: String,
        body: String = "",
        headers: String = ""
    ) async throws -> [String: Any] {
        try await send(method, at: target, body: body, headers: headers)
        let answer = try await client.receive()
        guard (200...299).contains(answer.status) else {
            throw Refused(status: answer.status, text: answer.text)
        }
        let parsed = try JSONSerialization.jsonObject(with: Data(answer.body))
        return parsed as? [String: Any] ?? [:]
    }

    /// Sends a call and is killed before the answer: the connection is closed, and nothing is known.
    func abandon(_ method: String, at target: String, body: String = "") async throws -> Never {
        try await send(method, at: target, body: body, headers: "")
        try await client.close()
        throw Killed()
    }

    private func send(
        _ method: String,
        at target: String,
        body: String,
        headers: String
    ) async throws {
        try await client.send(
            "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\n\(headers)"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
    }

    /// Makes a call that is safe to repeat, until the answer is no 503: a table on a busy
    /// machine may take longer than a server waits for it.
    ///
    /// - Parameters:
    ///   - method: of HTTP.
    ///   - target: path and query.
    ///   - body: JSON.
    ///   - headers: whole lines.
    ///   - isThere: the status that says that the call was carried out before.
    /// - Returns: the answer's JSON; empty after `isThere`.
    /// - Throws: ``Refused`` for any other status, and the errors of the socket.
    @discardableResult
    func persist(
        _ method: String,
        at target: String,
        body: String = "",
        headers: String = "",
        isThere: Int? = nil
    ) async throws -> [String: Any] {
        let patience = Patience()
        var isOpen = false
        while true {
            do {
                return try await call(method, at: target, body: body, headers: headers)
            } catch let refusal as Refused where refusal.status == 503 {
                try patience.check("\(method) \(target), refused by \(refusal.text)")
                isOpen = true
            } catch let refusal as Refused where isOpen && refusal.status == isThere {
                return [:]
            }
        }
    }
}
