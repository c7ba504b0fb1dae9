import LedgerTesting

/// A client that goes on when its server is gone, and is killed itself now and then.
protocol Worker: Sendable {
    /// Does its work once: asks, acts, and says what came of it.
    ///
    /// - Throws: ``Killed`` when it is; any other error leaves it alive.
    mutating func step(over connection: APIConnection) async throws
    /// Starts anew, with nothing in its memory.
    mutating func forget()
}

/// A client is killed with SIGKILL: its connection is closed, and what it knew is gone.
struct Killed: Error {}

/// Publishes with an Idempotency-Key, which it repeats until it knows what came of it.
struct KilledPublisher: Worker {
    private let number: Int
    private let load: DeliveryLoad
    private var round = 0
    private var unanswered: (key: String, values: [String], body: String)?

    init(_ number: Int, of load: DeliveryLoad) {
        (self.number, self.load) = (number, load)
    }

    mutating func step(over connection: APIConnection) async throws {
        try await load.waitForRoom()
        let (key, values, body) = unanswered ?? next()
        unanswered = (key, values, body)
        try await connection.persist(
            "POST",
            at: "/streams/s/events",
            body: body,
            headers: "Idempotency-Key: \(key)\r\n"
        )
        unanswered = nil
        load.notePublished(values)
    }

    mutating func forget() {}

    /// Five events of some keys, now and then one that nobody can do.
    private mutating func next() -> (String, [String], String) {
        round += 1
        let values = (0..<5).map { index in
            let isHopeless = round % 8 == 3 && index == 2
            return "\(number)-\(round)-\(index)\(isHopeless ? "-hopeless" : "")"
        }
        let events = values.enumerated().map { index, value in
            JSONBody.event(key: "k\((round * 5 + index * 7) % 20)", data: "\"\(value)\"")
        }
        return ("p\(number)-\(round)", values, JSONBody.batch(events))
    }
}

/// Consumes by cursor, alone or as a member of a group.
struct KilledPoller: Worker {
    private let subscription: String
    private let load: DeliveryLoad
    private let base: String?
    private var random: SeededGenerator
    private var member: String?
    private var life = 0
    private var cursor: String?
    /// True if events behind the last commit were done.
    private var isAhead = false

    /// A consumer of a subscription, as a member under `name` if there is one.
    init(
        _ subscription: String,
        as name: String? = nil,
        of load: DeliveryLoad,
        random: SeededGenerator
    ) {
        self.subscription = subscription
        self.load = load
        self.random = random
        (base, member) = (name, name)
    }

    private var path: String { "/streams/s/subscriptions/\(subscription)" }

    mutating func step(over connection: APIConnection) async throws {
        var target = "\(path)/poll?limit=20&wait=0.1"
        if let member { target += "&member=\(member)&session=10" }
        if let cursor { target += "&cursor=\(cursor)" }
        if dies(0.02) { try await connection.abandon("GET", at: target) }
        let page = try await connection.call("GET", at: target)
        for event in KillLoad.events(page) {
            if dies(0.005) { throw Killed() }
            load.finish(event, of: subscription)
            isAhead = true
        }
        cursor = page["cursor"] as? String
        let share = page["member"] as? [String: Any]
        let isGivingUp = (share?["giving_up"] as? [Int])?.isEmpty == false
        if isAhead || isGivingUp, load.season != .storm || random.happens(0.7) {
            try await commit(over: connection)
        }
        if let member, dies(0.02) {
            try await connection.call("DELETE", at: "\(path)/members/\(member)")
            throw Killed()
        }
    }

    private mutating func commit(over connection: APIConnection) async throws {
        guard let cursor else { return }
        let (target, body) = ("\(path)/commit", JSONBody.commit(cursor))
        if dies(0.02) { try await connection.abandon("POST", at: target, body: body) }
        do {
            try await connection.call("POST", at: target, body: body)
        } catch let refusal as APIConnection.Refused where refusal.text.contains("lease_lost") {
            // What another has taken over it may do again; the next poll is about the rest.
        }
        isAhead = false
    }

    /// Comes back under its name, as whoever is restarted in place, or under another.
    mutating func forget() {
        (cursor, isAhead) = (nil, false)
        life += 1
        if let base, random.happens(0.5) { member = "\(base).\(life % 4)" }
    }

    private mutating func dies(_ probability: Double) -> Bool {
        load.season == .storm && random.happens(probability)
    }
}

/// Consumes event by event.
struct KilledReceiver: Worker {
    /// An acknowledgement that may not have been taken.
    private struct Acknowledgement {
        let body: String
        let rejected: Set<History.Event>
    }

    private let name: String
    private let load: DeliveryLoad
    private var random: SeededGenerator
    private var attempts = 0
    /// The name of an attempt to receive whose answer did not come.
    private var attempt: String?
    private var pending: Acknowledgement?

    init(_ name: String, of load: DeliveryLoad, random: SeededGenerator) {
        (self.name, self.load, self.random) = (name, load, random)
    }

    private static let path = "/streams/s/subscriptions/events"

    mutating func step(over connection: APIConnection) async throws {
        let (target, body) = ("\(Self.path)/receive", request())
        if dies(0.02) { try await connection.abandon("POST", at: target, body: body) }
        let page = try await connection.call("POST", at: target, body: body)
        if let pending { note(page["acknowledged"], of: pending) }
        (attempt, pending) = (nil, nil)
        guard let lease = page["lease"] as? String else { return }
        let acknowledgement = try work(on: KillLoad.events(page), under: lease)
        pending = acknowledgement
        // Sent along with the next request, or by itself.
        if random.happens(0.5) { return }
        let (path, verdicts) = ("\(Self.path)/ack", acknowledgement.body)
        if dies(0.02) { try await connection.abandon("POST", at: path, body: verdicts) }
        let receipt = try await connection.call("POST", at: path, body: verdicts)
        note(receipt, of: acknowledgement)
        pending = nil
    }

    mutating func forget() {
        (attempt, pending) = (nil, nil)
    }

    /// The same as before, if that was not answered and had a name.
    private mutating func request() -> String {
        if attempt == nil, random.happens(0.5) {
            attempts += 1
            attempt = "\(name)-\(attempts)"
        }
        let named = attempt.map { ",\"attempt\":\"\($0)\"" } ?? ""
        let along = pending.map { ",\"ack\":\($0.body)" } ?? ""
        return "{\"limit\":20,\"wait\":0.1,\"consumer\":\"\(name)\"\(named)\(along)}"
    }

    /// Does the events of a page, some of which fail; behind one that is not done, its key waits.
    private mutating func work(
        on events: [History.Event],
        under lease: String
    ) throws -> Acknowledgement {
        var lists = ["ack": [String](), "nack": [], "reject": [], "release": []]
        // By key, the verdict on an event that is not done.
        var stopped: [String: String] = [:]
        var rejected: Set<History.Event> = []
        for event in events {
            if dies(0.005) { throw Killed() }
            let before = stopped[event.key]
            // Behind one that fails, the ledger takes the others back by itself.
            if before == "nack" { continue }
            let verdict = before == nil ? verdict(on: event) : "release"
            if verdict == "ack" {
                load.finish(event, of: "events")
            } else {
                stopped[event.key] = verdict
            }
            if verdict == "reject" { rejected.insert(event) }
            lists[verdict]?.append("{\"partition\":\(event.partition),\"offset\":\(event.offset)}")
        }
        let members = lists.filter { !$0.value.isEmpty }
            .map { "\"\($0.key)\":[\($0.value.joined(separator: ","))]" }
        let body = "{\"lease\":\"\(lease)\",\(members.sorted().joined(separator: ","))}"
        return Acknowledgement(body: body, rejected: rejected)
    }

    private mutating func verdict(on event: History.Event) -> String {
        switch load.season {
        case .healed, .over: return "ack"
        case .calm: return event.value.hasSuffix("hopeless") ? "nack" : "ack"
        case .storm:
            if event.value.hasSuffix("hopeless") || random.happens(0.08) { return "nack" }
            return random.happens(0.01) ? "reject" : random.happens(0.02) ? "release" : "ack"
        }
    }

    /// A rejection that was taken, and reached its event, parks it.
    private func note(_ receipt: Any?, of acknowledgement: Acknowledgement) {
        guard let receipt = receipt as? [String: Any] else {
            return load.violate("\(name): no word of what became of \(acknowledgement.body)")
        }
        let notHeld = (receipt["not_held"] as? [[String: Any]] ?? []).map {
            [$0["partition"] as? Int, $0["offset"] as? Int]
        }
        load.noteRejected(
            acknowledgement.rejected.filter { !notHeld.contains([$0.partition, $0.offset]) }
        )
    }

    private mutating func dies(_ probability: Double) -> Bool {
        load.season == .storm && random.happens(probability)
    }
}
