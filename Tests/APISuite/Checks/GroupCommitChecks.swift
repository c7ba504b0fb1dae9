import LedgerCore
import LedgerTesting
import Testing

/// Cursors of a group's members, and the leases that fence their commits.
extension APISuite {
    static let groupCommitChecks = [
        APICheck("A cursor of a lost lease commits nothing of its partition", run: lostLease),
        APICheck("A commit by a group's cursor can be repeated", run: repeatedCommit),
        APICheck("A plain commit leaves alone what a member holds", run: plainCommit),
        APICheck("A group's cursor and a plain one are not each other", run: otherCursors),
        APICheck("Part of a member's page can be committed", run: partOfMembersPage),
        APICheck("Members' names and sessions at their limits") {
            try await tryAll(LimitCase.members, through: $0)
        },
    ]

    private static func lostLease(_ api: SuiteClient) async throws {
        let s = try await groupStream(partitions: 2, through: api)
        var a = SuiteMember("a", of: "u", in: s, through: api)
        try await a.look()
        #expect(a.partitions == [0, 1])
        // Two others come; one of them looks when the partitions are free, and takes its half.
        for name in ["b", "c"] {
            let path = "/streams/\(s)/subscriptions/u/members/\(name)/heartbeat"
            #expect(try await api.call("POST", at: path, sending: "{}").status == 200)
        }
        try await a.leave()
        var b = SuiteMember("b", of: "u", in: s, through: api.sibling())
        let taken = try await b.look()
        let lost = b.partitions
        #expect(lost.count == 1 && taken.events.count == b.got.count)
        let late = try await a.commit()
        #expect(late.status == 409 && late.error == "lease_lost", "\(late)")
        #expect(late.details["lost"] as? [Int] == lost)
        #expect(late.details["committed"] as? [Int] == [0, 1].filter { !lost.contains($0) })
        // Exactly the events of the partition that was lost are left.
        #expect(try await lag(of: s, through: api) == b.got.count)
        #expect(try await a.commit().error == "lease_lost")
        #expect(try await b.commit().status == 200)
        // Whoever brought it there: the cursor's position is committed.
        #expect(try await a.commit().status == 200)
        #expect(try await lag(of: s, through: api) == 0)
    }

    private static func repeatedCommit(_ api: SuiteClient) async throws {
        let s = try await groupStream(partitions: 2, through: api)
        var a = SuiteMember("a", of: "u", in: s, through: api)
        try await a.look(limit: 20)
        let first = a.cursor
        for _ in 0..<3 { #expect(try await a.commit().status == 200) }
        #expect(try await lag(of: s, through: api) == 40)
        try await a.look(limit: 20)
        #expect(try await a.commit().status == 200)
        // An older cursor moves nothing.
        #expect(try await api.commit(s, as: "u", cursor: first).status == 200)
        #expect(try await lag(of: s, through: api) == 20)
        try await a.look()
        #expect(a.got.count == 60 && Set(a.got).count == 60)
    }

    private static func plainCommit(_ api: SuiteClient) async throws {
        let s = try await groupStream(partitions: 2, through: api)
        let plain = try await api.poll(s, as: "u")
        var group = ["a", "b"].map { SuiteMember($0, of: "u", in: s, through: api) }
        let path = "/streams/\(s)/subscriptions/u/members/b/heartbeat"
        #expect(try await api.call("POST", at: path, sending: "{}").status == 200)
        try await group[0].look()
        let held = try #require(group[0].partitions.first)
        #expect(group[0].partitions.count == 1)
        let refused = try await api.commit(s, as: "u", cursor: plain.cursor)
        #expect(refused.status == 409 && refused.error == "partition_leased", "\(refused)")
        #expect(refused.details["partition"] as? Int == held)
        #expect(refused.details["member"] as? String == "a")
        // The free partition is committed all the same.
        #expect(try await lag(of: s, through: api) == group[0].got.count)
        try await group[0].leave()
        #expect(try await api.commit(s, as: "u", cursor: plain.cursor).status == 200)
        #expect(try await lag(of: s, through: api) == 0)
        // That ended the lease of the one that left.
        try await group[1].look()
        #expect(group[1].partitions == [0, 1])
        #expect((group[1].leases[held] ?? 0) > (group[0].leases[held] ?? 0))
    }

    private static func otherCursors(_ api: SuiteClient) async throws {
        let s = try await groupStream(partitions: 2, events: 4, through: api)
        try await api.subscribe(to: s, as: "other")
        let plain = try await api.poll(s, as: "u").cursor
        var a = SuiteMember("a", of: "u", in: s, through: api)
        try await a.look()
        for (name, query) in [
            ("u", "cursor=\(a.cursor)"), ("u", "member=a&cursor=\(plain)"),
            ("other", "member=a&cursor=\(a.cursor)"), ("u", "member=a&cursor=x"),
        ] {
            let answer = try await api.poll(s, as: name, query: query)
            #expect(answer.status == 400 && answer.error == "invalid_cursor", "\(query): \(answer)")
        }
        let foreign = try await api.commit(s, as: "other", cursor: a.cursor)
        #expect(foreign.status == 400 && foreign.error == "invalid_cursor")
        let characters = Array(a.cursor)
        for index in characters.indices {
            var forged = characters
            forged[index] = forged[index] == "A" ? "B" : "A"
            let answer = try await api.commit(s, as: "u", cursor: String(forged))
            #expect(answer.status == 400 && answer.error == "invalid_cursor", "\(index): \(answer)")
        }
        #expect(try await lag(of: s, through: api) == 4)
    }

    private static func partOfMembersPage(_ api: SuiteClient) async throws {
        let s = try await groupStream(partitions: 2, through: api)
        let subscription = "/streams/\(s)/subscriptions/u"
        let made = try await api.call(
            "POST",
            at: subscription + "/members/b/heartbeat",
            sending: "{}"
        )
        #expect(made.status == 200, "\(made)")
        var a = SuiteMember("a", of: "u", in: s, through: api)
        let page = try await a.look(limit: 6)
        let held = try #require(a.partitions.first)
        #expect(a.partitions.count == 1 && page.offsets == Array(0..<6))
        func commit(_ offset: Int, of partition: Int) async throws -> Answer {
            try await api.call(
                "POST",
                at: subscription + "/commit",
                sending: #"{"cursor":"\#(page.cursor)","offsets":{"\#(partition)":\#(offset)}}"#
            )
        }
        #expect(try await commit(7, of: held).status == 400)
        // Nothing of the other one is in its page.
        #expect(try await commit(0, of: 1 - held).status == 400)
        #expect(try await commit(0, of: 2).status == 404)
        #expect(try await commit(2, of: held).status == 200)
        #expect(try await commit(2, of: held).status == 200)
        #expect(try await lag(of: s, through: api) == 58)
        a.forget()
        let rest = try await a.look()
        #expect(rest.offsets.first == 2 && rest.offsets == rest.offsets.sorted())
        #expect(try await a.commit().status == 200)
        #expect(try await lag(of: s, through: api) == 58 - rest.events.count)
    }
}
