import LedgerTesting
import Testing

/// Members that share a subscription.
extension APISuite {
    static let groupChecks = [
        APICheck("Two members share the partitions, and each event goes to one", run: shares),
        APICheck("A commit of a lease that is lost says what it committed", run: losesLease),
        APICheck("What a member holds is not committed by others", run: plainCommits),
        APICheck("A part of a member's page is committed", run: partOfPage),
        APICheck("A poll without a member knows of none", run: withoutMember),
    ]

    private static func shares(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":4")
        for index in 0..<40 { try await api.publish(to: s, key: "k\(index)") }
        try await api.subscribe(to: s, as: "u")
        let all = try await api.poll(s, as: "u", query: "member=a&session=60")
        #expect(all.partitions(of: "assigned") == [0, 1, 2, 3] && all.events.count == 40)
        let none = try await api.poll(s, as: "u", query: "member=b")
        #expect(none.partitions(of: "assigned").isEmpty && none.events.isEmpty && none.caughtUp)
        // The first gives two of them up, and with the commit they are free.
        let less = try await api.poll(s, as: "u", query: "member=a&cursor=\(all.cursor)")
        #expect(less.partitions(of: "assigned") == [0, 1])
        #expect((less.member["giving_up"] as? [Int]) == [2, 3])
        #expect(try await api.commit(s, as: "u", cursor: less.cursor).status == 200)
        let half = try await api.poll(s, as: "u", query: "member=b")
        #expect(half.partitions(of: "assigned") == [2, 3] && half.events.isEmpty)
        for index in 0..<40 { try await api.publish(to: s, key: "k\(index)") }
        let first = try await api.poll(s, as: "u", query: "member=a&cursor=\(less.cursor)")
        let second = try await api.poll(s, as: "u", query: "member=b&cursor=\(half.cursor)")
        #expect(first.events.count + second.events.count == 40)
        let path = "/streams/\(s)/subscriptions/u"
        #expect(try await api.call("GET", at: path).json["members"] as? Int == 2)
        let listed = try await api.call("GET", at: path + "/members").json["members"]
        let names = (listed as? [[String: Any]])?.compactMap { $0["name"] as? String }
        #expect(names == ["a", "b"])
        #expect(try await api.call("DELETE", at: path + "/members/b").status == 200)
        let whole = try await api.poll(s, as: "u", query: "member=a")
        #expect(whole.partitions(of: "assigned") == [0, 1, 2, 3])
    }

    private static func losesLease(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        try await api.publish(to: s, key: "k")
        try await api.subscribe(to: s, as: "u")
        let page = try await api.poll(s, as: "u", query: "member=a")
        _ = try await api.call("DELETE", at: "/streams/\(s)/subscriptions/u/members/a")
        let next = try await api.poll(s, as: "u", query: "member=b")
        #expect(next.events.count == 1)
        let lost = try await api.commit(s, as: "u", cursor: page.cursor)
        #expect(lost.status == 409 && lost.error == "lease_lost")
        let details = lost.json["details"] as? [String: [Int]]
        #expect(details == ["lost": [0], "committed": []])
        #expect(try await api.commit(s, as: "u", cursor: next.cursor).status == 200)
        // The other one has brought it so far, so nothing of it is left to commit.
        #expect(try await api.commit(s, as: "u", cursor: page.cursor).status == 200)
    }

    private static func plainCommits(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        try await api.publish(to: s, key: "k")
        try await api.subscribe(to: s, as: "u")
        let plain = try await api.poll(s, as: "u")
        let mine = try await api.poll(s, as: "u", query: "member=a")
        let refused = try await api.commit(s, as: "u", cursor: plain.cursor)
        #expect(refused.status == 409 && refused.error == "partition_leased")
        let wrong = try await api.poll(s, as: "u", query: "cursor=\(mine.cursor)")
        #expect(wrong.error == "invalid_cursor")
        _ = try await api.call("DELETE", at: "/streams/\(s)/subscriptions/u/members/a")
        #expect(try await api.commit(s, as: "u", cursor: plain.cursor).status == 200)
        #expect(try await api.poll(s, as: "u").events.isEmpty)
    }

    private static func partOfPage(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":1")
        for _ in 0..<3 { try await api.publish(to: s, key: "k") }
        try await api.subscribe(to: s, as: "u")
        let page = try await api.poll(s, as: "u", query: "member=a")
        let path = "/streams/\(s)/subscriptions/u/commit"
        for (offset, status) in [(4, 400), (2, 200), (1, 400)] {
            let body = "{\"cursor\":\"\(page.cursor)\",\"offsets\":{\"0\":\(offset)}}"
            #expect(try await api.call("POST", at: path, sending: body).status == status)
        }
        #expect(try await api.poll(s, as: "u", query: "member=a").events.count == 1)
    }

    private static func withoutMember(_ api: SuiteClient) async throws {
        let s = try await api.stream(",\"partition_count\":2")
        try await api.subscribe(to: s, as: "u")
        let path = "/streams/\(s)/subscriptions/u"
        #expect(try await api.poll(s, as: "u").json["member"] == nil)
        #expect(try await api.call("GET", at: path).json["members"] == nil)
        for query in ["session=60", "member=", "member=a%20b", "member=a&session=9"] {
            let answer = try await api.poll(s, as: "u", query: query)
            #expect(answer.status == 400 && answer.error == "validation_error", "\(query)")
        }
    }
}

extension Answer {
    /// What a poll's answer says of the member.
    fileprivate var member: [String: Any] { json["member"] as? [String: Any] ?? [:] }

    fileprivate func partitions(of list: String) -> [Int] {
        (member[list] as? [[String: Any]] ?? []).compactMap { $0["partition"] as? Int }
    }
}
