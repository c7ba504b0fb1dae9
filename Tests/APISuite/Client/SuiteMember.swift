package import LedgerTesting
package import Testing

/// A member of a subscription's group that polls on, and commits when it is told to.
package struct SuiteMember<Client: APICaller> {
    package let name: String
    private let stream: String
    private let subscription: String
    private let client: Client
    private let session: Int
    /// The cursor of its last page; empty before the first, and after ``forget()``.
    package private(set) var cursor = ""
    /// The lease's number of each partition that it reads, as of its last look.
    package private(set) var leases: [Int: Int] = [:]
    /// The partitions that it gave up in its last look.
    package private(set) var givingUp: [Int] = []
    /// The events that it got, in order.
    package private(set) var got: [Place] = []

    /// The place of an event in its stream.
    package struct Place: Hashable, Sendable {
        package let partition: Int
        package let offset: Int
    }

    /// A member that has not looked yet; `session` is in seconds.
    package init(
        _ name: String,
        of subscription: String,
        in stream: String,
        through client: Client,
        session: Int = 300
    ) {
        self.name = name
        self.stream = stream
        self.subscription = subscription
        self.client = client
        self.session = session
    }

    /// The partitions that it reads, ascending.
    package var partitions: [Int] { leases.keys.sorted() }

    /// Polls once, which must succeed, from behind the page before.
    @discardableResult
    package mutating func look(
        limit: Int = 100,
        sourceLocation place: SourceLocation = #_sourceLocation
    ) async throws(Client.Failure) -> Answer {
        let from = cursor.isEmpty ? "" : "&cursor=\(cursor)"
        let answer = try await client.poll(
            stream,
            as: subscription,
            query: "member=\(name)&session=\(session)&limit=\(limit)\(from)",
            sourceLocation: place
        )
        #expect(answer.status == 200, "\(name): \(answer)", sourceLocation: place)
        let member = answer.json["member"] as? [String: Any] ?? [:]
        #expect(member["name"] as? String == name, "\(answer)", sourceLocation: place)
        #expect(member["session"] as? Int == session, "\(answer)", sourceLocation: place)
        cursor = answer.cursor
        leases = Self.leases(of: member)
        givingUp = member["giving_up"] as? [Int] ?? []
        got += answer.events.map {
            Place(partition: $0["partition"] as? Int ?? -1, offset: $0["offset"] as? Int ?? -1)
        }
        return answer
    }

    /// Commits its last page, whatever comes of it.
    @discardableResult
    package func commit(
        sourceLocation place: SourceLocation = #_sourceLocation
    ) async throws(Client.Failure) -> Answer {
        try await client.commit(stream, as: subscription, cursor: cursor, sourceLocation: place)
    }

    /// Leaves the group, which must succeed.
    package func leave(
        sourceLocation place: SourceLocation = #_sourceLocation
    ) async throws(Client.Failure) {
        let path = "/streams/\(stream)/subscriptions/\(subscription)/members/\(name)"
        let answer = try await client.call("DELETE", at: path, sourceLocation: place)
        #expect(answer.status == 200, "\(answer)", sourceLocation: place)
        #expect(answer.json["success"] as? Bool == true, "\(answer)", sourceLocation: place)
    }

    /// Goes on from what is committed, as after a restart.
    package mutating func forget() {
        cursor = ""
    }

    /// The numbers of a member's leases by partition, as answers have them.
    package static func leases(of member: [String: Any]) -> [Int: Int] {
        let assigned = member["assigned"] as? [[String: Any]] ?? []
        let pairs = assigned.map { ($0["partition"] as? Int ?? -1, $0["epoch"] as? Int ?? -1) }
        return Dictionary(pairs) { $1 }
    }
}

extension [Int] {
    /// True when no partition is in it twice, and none of so many is missing.
    fileprivate func areAll(of count: Int) -> Bool { sorted() == Array(0..<count) }
}

extension Array {
    /// Lets members look and commit in turns until each of so many partitions is one's, evenly; it
    /// must not take many looks.
    package mutating func settle<Client>(
        over partitions: Int,
        limit: Int = 100,
        sourceLocation place: SourceLocation = #_sourceLocation
    ) async throws(Client.Failure) where Element == SuiteMember<Client> {
        for _ in 0..<6 {
            for index in indices {
                try await self[index].look(limit: limit, sourceLocation: place)
                let answer = try await self[index].commit(sourceLocation: place)
                #expect(answer.status == 200, "\(answer)", sourceLocation: place)
            }
            let counts = map(\.partitions.count).sorted()
            let isEven = (counts.last ?? 0) - (counts.first ?? 0) <= 1
            if isEven, flatMap(\.partitions).areAll(of: partitions) { return }
        }
        Issue.record("\(map { ($0.name, $0.partitions) })", sourceLocation: place)
    }

    /// Lets members look and commit in turns until nothing is left for any.
    package mutating func drain<Client>(
        limit: Int = 100,
        sourceLocation place: SourceLocation = #_sourceLocation
    ) async throws(Client.Failure) where Element == SuiteMember<Client> {
        for _ in 0..<100 {
            var isOver = true
            for index in indices {
                let page = try await self[index].look(limit: limit, sourceLocation: place)
                isOver = isOver && page.events.isEmpty
                let answer = try await self[index].commit(sourceLocation: place)
                #expect(answer.status == 200, "\(answer)", sourceLocation: place)
            }
            if isOver { return }
        }
        Issue.record("there is no end of events", sourceLocation: place)
    }
}
