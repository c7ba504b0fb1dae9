import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("A look of a group's member")
struct GroupPlanTests {
    private func member(_ name: String, in group: GroupRows) throws -> MemberRow? {
        try group.state().members.first { $0.name.name == name }
    }

    // MARK: Sessions

    @Test(
        "A session is renewed when there is none, after a third of it, and when its length changes"
    )
    func renewals() throws {
        let table: [(MemberRow?, Bool)] = [
            (nil, true),
            (GroupRows(partitions: 1).member("a", age: 14_999), false),
            (GroupRows(partitions: 1).member("a", age: 15_000), true),
            (GroupRows(partitions: 1).member("a", age: -1), true),
            (GroupRows(partitions: 1).member("a", session: .seconds(60)), true),
        ]
        for (row, isRenewed) in table {
            var group = GroupRows(partitions: 1)
            if let row { group.rows.put(row.item) }
            _ = try group.look("a").get()
            let stored = try #require(try member("a", in: group))
            #expect((stored.renewal == 99) == isRenewed, "\(String(describing: row))")
            #expect(stored.session == GroupRows.session && !stored.isGone)
        }
    }

    @Test("A member that has gone comes back, and finds its partitions")
    func comesBack() throws {
        var group = GroupRows(partitions: 2)
        group.join("a")
        group.bury("a")
        group.put(0, at: 3, lease: 4, owner: "a")
        let share = try group.look("a").get()
        #expect(share.parts.map(\.lease) == [4, 1])
        #expect(try member("a", in: group)?.isGone == false)
    }

    @Test("Another member is declared gone once its session is over, unless it has renewed")
    func burials() throws {
        var group = GroupRows(partitions: 2)
        group.join("a", "b")
        group.put(0, lease: 1, owner: "a")
        group.put(1, at: 5, lease: 1, owner: "b")
        let untouched = try group.look("a", over: ["a"]).get()
        #expect(untouched.parts.count == 1)
        #expect(try member("a", in: group)?.isGone == false)

        // It renews while the look is under way: what was read is not what is stored.
        var plan = GroupPlan(
            of: try group.state(),
            for: MemberName(trusted: "a"),
            session: GroupRows.session,
            rules: .all
        )
        let first = plan.start(from: nil, now: GroupRows.now, random: 1) { _ in true }
        guard case .write(let writes) = first else {
            Issue.record("\(first)")
            return
        }
        #expect(writes.count == 1)
        group.rows.put(group.member("b", random: 8).item)
        let second = plan.receive(writes: writes.map { .success(group.rows.apply($0)) })
        guard case .finish(let share) = second else {
            Issue.record("\(second)")
            return
        }
        #expect(share.parts.map(\.partition) == [partition(0)])
        #expect(try member("b", in: group)?.isGone == false)

        let whole = try group.look("a", over: ["b"]).get()
        #expect(whole.parts.map(\.lease) == [1, 2])
        #expect(whole.parts.map(\.position) == [.log(.zero), .log(offset(5))])
        #expect(try member("b", in: group)?.isGone == true)
    }

    @Test("The hundred and first member is refused, and an old one is not")
    func fullGroup() throws {
        var group = GroupRows(partitions: 1)
        for index in 0..<Limits.members { group.join("m\(index)") }
        let refused = try group.look("new")
        #expect(throws: Refusal.tooManyMembers) { try refused.get() }
        #expect(try member("new", in: group) == nil)
        _ = try group.look("m7").get()
        _ = try group.look("new", over: ["m3"]).get()
        #expect(try member("new", in: group) != nil)
    }

    // MARK: Shares

    @Test("Who holds most keeps most; the rest goes by name")
    func goals() {
        let names = ["a", "b", "c"].map { MemberName(trusted: $0) }
        let held = { (owners: [Int?]) -> [Int] in
            var group = GroupRows(partitions: owners.count)
            for (index, owner) in owners.enumerated() {
                group.put(index, lease: owner == nil ? nil : 1, owner: owner.map { names[$0].name })
            }
            let rows = (try? group.state().rows) ?? []
            let rule = GroupRule(alive: Set(names), rows: rows)
            return names.map { rule.goal(of: $0).count }
        }
        #expect(held([nil, nil, nil, nil, nil]) == [2, 2, 1])
        #expect(held([2, 2, 2, nil, nil]) == [2, 1, 2])
        #expect(held([1, 1, 2, nil]) == [1, 2, 1])
        #expect(held([nil, nil]) == [1, 1, 0])
    }

    @Test("Members that see the same take different partitions")
    func apart() throws {
        var group = GroupRows(partitions: 6)
        group.join("a", "b", "c")
        let before = group
        var taken: [Partition] = []
        for name in ["a", "b", "c"] {
            var own = before
            let share = try own.look(name).get()
            #expect(share.parts.count == 2 && share.assigned == share.parts)
            taken += share.parts.map(\.partition)
        }
        #expect(Set(taken).count == 6)
    }

    @Test("Free is what was never leased, what nobody holds, and what one who is gone holds")
    func free() throws {
        var group = GroupRows(partitions: 5)
        group.join("a", "b")
        group.bury("b")
        group.put(1, at: 3)
        group.put(2, at: 4, lease: 6)
        group.put(3, at: 5, lease: 7, owner: "b")
        group.put(4, at: 6, lease: 8, owner: "never")
        let share = try group.look("a").get()
        #expect(try group.leases() == ["a1@0", "a1@3", "a7@4", "a8@5", "a9@6"])
        #expect(share.parts.map(\.position.logOffset.rawValue) == [0, 3, 4, 5, 6])
    }

    @Test("Of more than its share, the last is free at once where nothing is out")
    func givesUp() throws {
        var group = GroupRows(partitions: 3)
        group.join("a", "b")
        for index in 0..<3 { group.put(index, at: 2, lease: 1, owner: "a") }
        let out = group.cursor([(0, 1, 9), (1, 1, 9), (2, 1, 9)])
        // Handed out under another lease, under none, and without a cursor: nothing is out.
        for text in [group.cursor([(0, 1, 9), (2, 5, 9)]), group.cursor([]), nil] {
            var own = group
            let share = try own.look("a", from: text).get()
            #expect(try own.leases() == ["a1@2", "a1@2", "nobody1@2"])
            #expect(share.parts.count == 2 && share.givingUp.isEmpty)
        }
        let share = try group.look("a", from: out).get()
        #expect(try group.leases() == ["a1@2", "a1@2", "a1@2<9"])
        #expect(share.assigned.map(\.partition.index) == [0, 1])
        #expect(share.givingUp == [partition(2)])
        #expect(share.parts.map(\.position.logOffset.rawValue) == [9, 9, 9])
        // It stays so until that is committed, or the release is a session old.
        _ = try group.look("a", from: out).get()
        _ = try group.look("b").get()
        #expect(try group.leases() == ["a1@2", "a1@2", "a1@2<9"])
        var late = group
        let taken = try late.look("b", isReleaseOver: true).get()
        #expect(taken.parts.map(\.lease) == [2])
        #expect(try late.leases() == ["a1@2", "a1@2", "b2@2"])
        // Once nothing is out any more, it is free, also without a commit that ends it.
        _ = try group.look("a").get()
        #expect(try group.leases() == ["a1@2", "a1@2", "nobody1@2"])
    }

    @Test("A page is read from the cursor of the present lease, else from what was committed")
    func positions() throws {
        var group = GroupRows(partitions: 4)
        group.join("a")
        for index in 0..<4 { group.put(index, at: 5, lease: 2, owner: "a") }
        let text = group.cursor([(0, 2, 9), (1, 1, 9), (2, 2, 3)])
        let share = try group.look("a", from: text).get()
        #expect(share.parts.map(\.position.logOffset.rawValue) == [9, 5, 5, 5])
        let next = share.cursor(
            at: PartitionPositions(ofAll: [12, 5, 6, 5].map { .log(offset($0)) }),
            of: try group.state()
        )
        let cursor = try group.state().groupCursor(next, rules: .all)
        #expect(cursor.parts.map(\.position.logOffset.rawValue) == [12, 5, 6, 5])
        #expect(cursor.parts.map(\.lease) == [2, 2, 2, 2])
    }

    @Test("After a seek the leases stay, and members go on from the new positions")
    func seeks() throws {
        var group = GroupRows(partitions: 2)
        group.join("a")
        group.put(0, at: 50, lease: 2, owner: "a")
        group.put(1, at: 60, lease: 3, owner: "a")
        let old = group.cursor([(0, 2, 55)])
        try group.seek(to: 7)
        let superseded = try group.look("a", from: old)
        #expect(throws: Refusal.cursorSuperseded) { try superseded.get() }
        let share = try group.look("a").get()
        #expect(share.parts.map(\.lease) == [2, 3])
        #expect(share.parts.map(\.position) == [.log(offset(7)), .log(offset(7))])
        #expect(try group.leases() == ["a2@50", "a3@60"])
    }

    // MARK: The table

    @Test("A lost race takes fewer, a failed call ends the look")
    func races() throws {
        var group = GroupRows(partitions: 2)
        group.join("a")
        group.put(0, at: 1, lease: 1)
        let plan = { () throws -> GroupPlan in
            GroupPlan(
                of: try group.state(),
                for: MemberName(trusted: "a"),
                session: GroupRows.session,
                rules: .all
            )
        }
        var late = try plan()
        let first = late.start(from: nil, now: GroupRows.now, random: 1) { _ in false }
        guard case .write(let writes) = first, writes.count == 2 else {
            Issue.record("\(first)")
            return
        }
        // A commit moves one of them, and somebody else takes the other for the first time.
        group.put(0, at: 2, lease: 1)
        group.put(1, lease: 1, owner: "b")
        let last = late.receive(writes: writes.map { .success(group.rows.apply($0)) })
        guard case .finish(let share) = last else {
            Issue.record("\(last)")
            return
        }
        #expect(share.parts.isEmpty)
        #expect(try group.leases() == ["nobody1@2", "b1@0"])

        var failing = try plan()
        _ = failing.start(from: nil, now: GroupRows.now, random: 1) { _ in false }
        let failed = failing.receive(writes: [.failure(PlanRows.table)])
        if case .fail(.table(PlanRows.table)) = failed {} else { Issue.record("\(failed)") }
    }

    @Test("A failed look says that something may have changed, once a write was or may be applied")
    func failures() throws {
        var group = GroupRows(partitions: 2)
        group.join("a")
        let unknown = TableError(.indefinite, reason: .unavailable, message: "test")
        let table: [([Result<WriteOutcome, TableError>], Refusal)] = [
            ([.failure(PlanRows.table), .failure(PlanRows.table)], .table(PlanRows.table)),
            (
                [.success(.conditionFailed(current: nil)), .failure(PlanRows.table)],
                .table(PlanRows.table)
            ),
            ([.success(.applied), .failure(PlanRows.table)], .afterChange(.table(PlanRows.table))),
            ([.failure(PlanRows.table), .failure(unknown)], .afterChange(.table(PlanRows.table))),
        ]
        for (outcomes, expected) in table {
            var plan = GroupPlan(
                of: try group.state(),
                for: MemberName(trusted: "a"),
                session: GroupRows.session,
                rules: .all
            )
            _ = plan.start(from: nil, now: GroupRows.now, random: 1) { _ in false }
            guard case .fail(let refusal) = plan.receive(writes: outcomes) else {
                Issue.record("a failed write is no share")
                continue
            }
            #expect(refusal == expected)
        }
        // The renewal before the moves counts as well.
        var joining = GroupPlan(
            of: try group.state(),
            for: MemberName(trusted: "b"),
            session: GroupRows.session,
            rules: .all
        )
        _ = joining.start(from: nil, now: GroupRows.now, random: 1) { _ in false }
        guard case .write(let moves) = joining.receive(writes: [.success(.applied)]),
            case .fail(let refusal) = joining.receive(
                writes: moves.map { _ in .failure(PlanRows.table) }
            )
        else {
            Issue.record("a new member takes what is free")
            return
        }
        #expect(refusal == .afterChange(.table(PlanRows.table)))
    }

    @Test("A cursor that is none of this group's present ones ends the look")
    func cursors() throws {
        var group = GroupRows(partitions: 1)
        group.join("a")
        let plain = try group.state().cursor(at: PartitionPositions(ofAll: [.log(.zero)]))
        for text in ["nonsense", plain, group.cursor([(3, 1, 0)])] {
            let refused = try group.look("a", from: text)
            #expect(throws: Refusal.invalidCursor) { try refused.get() }
        }
        #expect(throws: Refusal.invalidCursor) {
            try group.state().cursor(group.cursor([(0, 1, 0)]), rules: .all)
        }
    }

    @Test("Members are listed by name, with what they hold and give up, without who is gone")
    func list() throws {
        var group = GroupRows(partitions: 3)
        group.join("b", "a", "c")
        group.bury("c")
        let release = Lease.Release(at: offset(9), from: GroupRows.now)
        group.put(0, lease: 1, owner: "a")
        group.put(1, lease: 1, owner: "a", release: release)
        group.put(2, lease: 1, owner: "c")
        let list = try group.state().group { _ in false }
        #expect(list.map(\.name.name) == ["a", "b"])
        #expect(
            list[0].assigned.map(\.partition) == [partition(0)]
                && list[0].givingUp == [partition(1)]
        )
        #expect(list[0].renewed == GroupRows.now && list[0].session == GroupRows.session)
        #expect(list[1].assigned.isEmpty && list[1].givingUp.isEmpty)
    }
}
