package import LedgerTesting
package import Testing

/// A consumer of a subscription whose events are acknowledged one by one.
package struct SuiteConsumer<Client: APICaller> {
    package let name: String
    private let path: String
    private let client: Client
    /// The lease of its last page that had events; empty before.
    package private(set) var lease = ""

    /// A consumer that has no events yet.
    package init(
        _ name: String = "c",
        of subscription: String = "u",
        in stream: String,
        through client: Client
    ) {
        self.name = name
        path = "/streams/\(stream)/subscriptions/\(subscription)"
        self.client = client
    }

    /// Asks for events, which must succeed; `members`, each behind a comma, go into the body.
    @discardableResult
    package mutating func receive(
        limit: Int = 100,
        wait: Int = 0,
        with members: String = "",
        sourceLocation place: SourceLocation = #_sourceLocation
    ) async throws(Client.Failure) -> Answer {
        let body = "{\"limit\":\(limit),\"wait\":\(wait),\"consumer\":\"\(name)\"\(members)}"
        let answer = try await client.call(
            "POST",
            at: path + "/receive",
            sending: body,
            sourceLocation: place
        )
        #expect(answer.status == 200, "\(answer)", sourceLocation: place)
        let lease = answer.json["lease"] as? String
        #expect((lease == nil) == answer.events.isEmpty, "\(answer)", sourceLocation: place)
        self.lease = lease ?? self.lease
        return answer
    }

    /// Says what became of events of its last page, whatever comes of it; `members` are JSON.
    @discardableResult
    package func settle(
        _ members: String,
        sourceLocation place: SourceLocation = #_sourceLocation
    ) async throws(Client.Failure) -> Answer {
        try await client.call(
            "POST",
            at: path + "/ack",
            sending: "{\"lease\":\"\(lease)\",\(members)}",
            sourceLocation: place
        )
    }

    /// Acknowledges all of its last page, which must finish so many events.
    package func finish(
        _ count: Int,
        sourceLocation place: SourceLocation = #_sourceLocation
    ) async throws(Client.Failure) {
        let answer = try await settle("\"ack\":\"all\"", sourceLocation: place)
        #expect(answer.acknowledged == count, "\(answer)", sourceLocation: place)
        #expect(answer.notHeld.isEmpty, "\(answer)", sourceLocation: place)
    }
}

extension APICaller {
    /// Creates the subscription `u`, whose events are acknowledged one by one, from the earliest on.
    ///
    /// `settings` are those of its delivery, and `members` those of the subscription; each stands
    /// behind a comma.
    package func deliver(
        _ stream: String,
        as name: String = "u",
        settings: String = "",
        with members: String = "",
        sourceLocation place: SourceLocation = #_sourceLocation
    ) async throws(Failure) {
        let body = """
            {"subscription_id":"\(name)","start_from":"earliest",\
            "delivery":{"mode":"events"\(settings)}\(members)}
            """
        let answer = try await call(
            "POST",
            at: "/streams/\(stream)/subscriptions",
            sending: body,
            sourceLocation: place
        )
        #expect(answer.status == 201, "\(answer)", sourceLocation: place)
    }

    /// Publishes events with these keys in one call; the data of each is its number.
    package func publish(
        keys: [String],
        to stream: String,
        sourceLocation place: SourceLocation = #_sourceLocation
    ) async throws(Failure) {
        let events = keys.enumerated().map { JSONBody.event(key: $1, data: "\($0)") }
        let answer = try await call(
            "POST",
            at: "/streams/\(stream)/events",
            sending: JSONBody.batch(events),
            sourceLocation: place
        )
        #expect(answer.status == 200, "\(answer)", sourceLocation: place)
    }

    /// The description of the subscription `u`, which must be there.
    package func describe(
        _ stream: String,
        as name: String = "u",
        sourceLocation place: SourceLocation = #_sourceLocation
    ) async throws(Failure) -> [String: Any] {
        let answer = try await call(
            "GET",
            at: "/streams/\(stream)/subscriptions/\(name)",
            sourceLocation: place
        )
        #expect(answer.status == 200, "\(answer)", sourceLocation: place)
        return answer.json
    }

    /// What is open of the subscription `u`: the numbers of its description's `delivery`.
    package func open(
        of stream: String,
        sourceLocation place: SourceLocation = #_sourceLocation
    ) async throws(Failure) -> [String: Int] {
        let found = try await describe(stream, sourceLocation: place)["delivery"] as? [String: Any]
        let names = ["held", "waiting", "noted", "resting", "parked"]
        return (found ?? [:]).filter { names.contains($0.key) && $0.value as? Int != 0 }
            .compactMapValues { $0 as? Int }
    }
}

extension JSONBody {
    /// A list of events of one partition.
    package static func places(_ offsets: [Int], in partition: Int = 0) -> String {
        let places = offsets.map { "{\"partition\":\(partition),\"offset\":\($0)}" }
        return "[\(places.joined(separator: ","))]"
    }
}

/// What the answers of deliveries say.
extension Answer {
    /// The place of each event, in order, as `PARTITION/OFFSET`.
    package var places: [String] {
        events.map { "\($0["partition"] as? Int ?? -1)/\($0["offset"] as? Int ?? -1)" }
    }

    /// How often each event was delivered, in order.
    package var deliveries: [Int] { events.map { $0["deliveries"] as? Int ?? -1 } }

    /// True for each event that was parked before, in order.
    package var replayed: [Bool] { events.map { $0["replayed"] as? Bool ?? false } }

    /// The effect of an acknowledgement, also of one that was sent along.
    private var effect: [String: Any] { json["acknowledged"] as? [String: Any] ?? json }

    /// Events that were finished; nil where nothing was acknowledged.
    package var acknowledged: Int? { effect["acknowledged"] as? Int }

    /// Events that the lease still holds; nil where nothing was acknowledged.
    package var held: Int? { effect["held"] as? Int }

    /// What was not reached, as `PARTITION/OFFSET why`.
    package var notHeld: [String] {
        (effect["not_held"] as? [[String: Any]] ?? []).map { event in
            let (partition, offset) = (event["partition"] as? Int, event["offset"] as? Int)
            return "\(partition ?? -1)/\(offset ?? -1) \(event["why"] as? String ?? "")"
        }
    }

    /// What keeps partitions from handing out events, as `PARTITION why`.
    package var blocked: [String] { Self.blocked(of: json) }

    /// The same of an object that has `blocked`.
    package static func blocked(of object: [String: Any]) -> [String] {
        (object["blocked"] as? [[String: Any]] ?? []).map { blocked in
            "\(blocked["partition"] as? Int ?? -1) \(blocked["why"] as? String ?? "")"
        }
    }
}
