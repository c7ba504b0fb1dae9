import LedgerCore
import LedgerTesting
import Testing

/// Members of a subscription's group, and the partitions that they share.
extension APISuite {
    static let groupChecks = [
        APICheck("Members share the partitions, and each event comes to one", run: sharing),
        APICheck("A member that joins stops nobody and loses nothing", run: joining),
        APICheck("A member that leaves frees its partitions at once", run: leaving),
        APICheck("Heartbeats make members, which are listed", run: heartbeats),
        APICheck("A poll without a member is what it was before there were any", run: plainPoll),
        APICheck("A seek moves the whole group", run: groupSeek),
        APICheck("A group's filter is its subscription's", run: groupFilter),
        APICheck("A group has a limit of members", run: tooManyMembers),
    ]

    /// A stream with events in each of its partitions, and the subscription `u` to it.
    static func groupStream(
        partitions: Int,
        events: Int = 60,
        through api: SuiteClient
    ) async throws -> String {
        let s = try await api.stream(",\"partition_count\":\(partitions)")
        if events > 0 { try await publish(events, to: s, through: api) }
        try await api.subscribe(to: s, as: "u")
        return s
    }

    /// Publishes so many events of as many keys, in one call.
    static func publish(_ count: Int, to stream: String, through api: SuiteClient) async throws {
        let answer = try await api.call(
            "POST",
            at: "/streams/\(stream)/events",
            sending: JSONBody.batch((0..<count).map { JSONBody.event(key: "k\($0)") })
        )
        #expect(answer.status == 200, "\(answer)")
    }

    /// The events that the whole group of `u` did not commit yet.
    static func lag(of stream: String, through api: SuiteClient) async throws -> Int? {
        let answer = try await api.call("GET", at: "/streams/\(stream)/subscriptions/u")
        return answer.json["lag"] as? Int
    }

    /// The members of `u` as they are listed.
    private static func members(
        of stream: String,
        through api: SuiteClient
    ) async throws -> [[String: Any]] {
        let answer = try await api.call("GET", at: "/streams/\(stream)/subscriptions/u/members")
        #expect(answer.status == 200, "\(answer)")
        return answer.json["members"] as? [[String: Any]] ?? []
    }

    private static func heartbeat(
        _ name: String,
        of stream: String,
        sending body: String = "{}",
        through api: SuiteClient
    ) async throws -> Answer {
        let path = "/streams/\(stream)/subscriptions/u/members/\(name)/heartbeat"
        return try await api.call("POST", at: path, sending: body)
    }

    private static func sharing(_ api: SuiteClient) async throws {
        let s = try await groupStream(partitions: 5, through: api)
        var group = [
            SuiteMember("a", of: "u", in: s, through: api),
            SuiteMember("b", of: "u", in: s, through: api.sibling()),
        ]
        try await group[0].look()
        #expect(group[0].partitions == [0, 1, 2, 3, 4])
        #expect(group[0].leases.values.allSatisfy { $0 == 1 })
        try await group.settle(over: 5)
        #expect(Set(group.flatMap(\.partitions)).count == 5)
        try await publish(60, to: s, through: api)
        try await group.drain(limit: 7)
        let (first, second) = (group[0].got, group[1].got)
        #expect(first.count + second.count == 120)
        #expect(Set(first + second).count == 120)
        #expect(!first.isEmpty && !second.isEmpty)
        #expect(try await lag(of: s, through: api) == 0)
        // A member that comes back under its name has what it had.
        group[1].forget()
        let before = group[1].leases
        try await group[1].look()
        #expect(group[1].leases == before)
    }

    private static func joining(_ api: SuiteClient) async throws {
        let s = try await groupStream(partitions: 6, events: 200, through: api)
        var group = ["a", "b"].map { SuiteMember($0, of: "u", in: s, through: api) }
        try await group.settle(over: 6, limit: 5)
        // All events are out while the third comes.
        for index in group.indices { try await group[index].look(limit: 1000) }
        group.append(SuiteMember("c", of: "u", in: s, through: api.sibling()))
        try await group[2].look()
        try await publish(100, to: s, through: api)
        for index in 0...1 {
            let before = group[index].partitions
            try await group[index].look()
            // It gives up one of which events are out, and goes on with the others meanwhile.
            #expect(group[index].partitions == Array(before.dropLast()))
            #expect(group[index].givingUp == [before[2]])
        }
        try await group[2].look()
        #expect(group[2].partitions.isEmpty)
        for index in 0...1 { #expect(try await group[index].commit().status == 200) }
        try await group[2].look()
        #expect(group[2].partitions.count == 2)
        try await group.settle(over: 6, limit: 9)
        try await group.drain(limit: 50)
        let all = group.flatMap(\.got)
        #expect(Set(all).count == 300 && all.count == 300)
    }

    private static func leaving(_ api: SuiteClient) async throws {
        let s = try await groupStream(partitions: 4, events: 0, through: api)
        var group = ["a", "b"].map { SuiteMember($0, of: "u", in: s, through: api) }
        try await group.settle(over: 4)
        try await publish(40, to: s, through: api)
        for index in group.indices { try await group[index].look() }
        let stays = group[0].got.count
        try await group[1].leave()
        try await group[1].leave()
        try await group[0].look()
        #expect(group[0].partitions == [0, 1, 2, 3])
        #expect(group[0].got.count == 40 && stays < 40)
        for partition in group[1].partitions {
            #expect(group[0].leases[partition] == (group[1].leases[partition] ?? 0) + 1)
        }
        #expect(try await group[0].commit().status == 200)
        #expect(try await lag(of: s, through: api) == 0)
        let none = SuiteMember("none", of: "u", in: s, through: api)
        try await none.leave()
        #expect(try await members(of: s, through: api).map { $0["name"] as? String } == ["a"])
    }

    private static func heartbeats(_ api: SuiteClient) async throws {
        let s = try await groupStream(partitions: 3, through: api)
        #expect(try await members(of: s, through: api).isEmpty)
        let path = "/streams/\(s)/subscriptions/u"
        #expect(try await api.call("GET", at: path).json["members"] == nil)
        let made = try await heartbeat("b.1", of: s, through: api)
        let member = made.json["member"] as? [String: Any] ?? [:]
        #expect(made.status == 200 && member["name"] as? String == "b.1", "\(made)")
        #expect(member["session"] as? Int == 45 && member["renewed_at"] is String)
        #expect((member["assigned"] as? [Any])?.isEmpty == true)
        #expect((member["giving_up"] as? [Any])?.isEmpty == true)
        let renewed = try await heartbeat("b.1", of: s, sending: #"{"session":60}"#, through: api)
        #expect((renewed.json["member"] as? [String: Any])?["session"] as? Int == 60)
        var a = SuiteMember("a", of: "u", in: s, through: api, session: 10)
        try await a.look()
        // It leaves to the one that did not look yet what is that one's.
        #expect(a.partitions.count == 2)
        let list = try await members(of: s, through: api.sibling())
        #expect(list.map { $0["name"] as? String } == ["a", "b.1"])
        #expect(list.map { $0["session"] as? Int } == [10, 60])
        #expect(SuiteMember<SuiteClient>.leases(of: list.first ?? [:]) == a.leases)
        #expect(try await api.call("GET", at: path).json["members"] as? Int == 2)
        for (method, rest) in [("GET", ""), ("POST", "/a/heartbeat"), ("DELETE", "/a")] {
            let target = "/streams/\(s)/subscriptions/none/members\(rest)"
            let body = method == "POST" ? "{}" : ""
            let answer = try await api.call(method, at: target, sending: body)
            #expect(answer.status == 404 && answer.error == "subscription_not_found")
        }
    }

    private static func plainPoll(_ api: SuiteClient) async throws {
        let s = try await groupStream(partitions: 3, through: api)
        let first = try await api.poll(s, as: "u")
        let before = try await api.poll(s, as: "u", query: "cursor=\(first.cursor)&limit=5")
        #expect(first.events.count == 60 && first.json["member"] == nil)
        var group = ["a", "b"].map { SuiteMember($0, of: "u", in: s, through: api) }
        for _ in 0..<2 {
            for index in group.indices { try await group[index].look(limit: 4) }
            #expect(try await api.poll(s, as: "u").body == first.body)
            let after = try await api.poll(s, as: "u", query: "cursor=\(first.cursor)&limit=5")
            #expect(after.body == before.body)
        }
        for member in group { try await member.leave() }
        let left = try await api.sibling().poll(s, as: "u")
        #expect(left.body == first.body)
        // It has moved nothing, and held nothing.
        group[0].forget()
        try await group[0].look()
        #expect(group[0].partitions == [0, 1, 2])
    }

    private static func groupSeek(_ api: SuiteClient) async throws {
        let s = try await groupStream(partitions: 4, events: 40, through: api)
        var group = ["a", "b"].map { SuiteMember($0, of: "u", in: s, through: api) }
        try await group.settle(over: 4)
        try await group.drain()
        let leases = group.map(\.leases)
        let sought = try await api.call(
            "POST",
            at: "/streams/\(s)/subscriptions/u/seek",
            sending: #"{"to":"earliest"}"#
        )
        #expect(sought.status == 200, "\(sought)")
        for index in group.indices {
            let stale = try await group[index].commit()
            #expect(stale.status == 409 && stale.error == "cursor_superseded", "\(stale)")
            let query = "member=\(group[index].name)&session=300&cursor=\(group[index].cursor)"
            let polled = try await api.poll(s, as: "u", query: query)
            #expect(polled.status == 409 && polled.error == "cursor_superseded", "\(polled)")
            group[index].forget()
        }
        try await group.drain()
        #expect(group.map(\.leases) == leases)
        let all = group.flatMap(\.got)
        #expect(all.count == 80 && Set(all).count == 40)
    }

    private static func groupFilter(_ api: SuiteClient) async throws {
        let s = try await groupStream(partitions: 4, events: 40, through: api)
        let path = "/streams/\(s)/subscriptions/u"
        let filter = #"{"filter":{"keys":["k1*"]}}"#
        #expect(try await api.call("PATCH", at: path, sending: filter).status == 200)
        var group = ["a", "b"].map { SuiteMember($0, of: "u", in: s, through: api) }
        try await group.settle(over: 4, limit: 2)
        try await group.drain()
        // The keys k1 and k10 to k19; the others are passed over, and behind the group too.
        #expect(group.flatMap(\.got).count == 11)
        #expect(try await lag(of: s, through: api) == 0)
    }

    private static func tooManyMembers(_ api: SuiteClient) async throws {
        let s = try await groupStream(partitions: 1, events: 1, through: api)
        for index in 0..<Limits.members {
            let body = #"{"session":300}"#
            let answer = try await heartbeat("m\(index)", of: s, sending: body, through: api)
            #expect(answer.status == 200, "\(answer)")
        }
        let refused = try await heartbeat("one", of: s, through: api)
        #expect(refused.status == 409 && refused.error == "too_many_members", "\(refused)")
        let poll = try await api.poll(s, as: "u", query: "member=one")
        #expect(poll.status == 409 && poll.error == "too_many_members", "\(poll)")
        // Who is one of them goes on, and who leaves makes room.
        #expect(try await heartbeat("m7", of: s, through: api).status == 200)
        try await SuiteMember("m7", of: "u", in: s, through: api).leave()
        #expect(try await heartbeat("one", of: s, through: api).status == 200)
    }
}
