import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("A commit of a group's member")
struct GroupCommitPlanTests {
    private let open = TableError(.indefinite, reason: .unavailable, message: "test")

    /// Runs a commit; `outcomes` of the first writes stand in for what the table says.
    private func commit(
        _ text: String,
        stoppingAt offsets: [Int: Offset] = [:],
        in group: inout GroupRows,
        meanwhile: (inout GroupRows) -> Void = { _ in }
    ) throws -> Result<GroupCommit, Refusal> {
        var plan = GroupCommitPlan(of: try group.state(), trust: .always, rules: .all)
        meanwhile(&group)
        var action = plan.start(
            to: text,
            stoppingAt: offsets,
            now: GroupRows.now,
            random: 99
        ) { _, _ in true }
        while true {
            switch action {
            case .checkTails(let checks):
                action = plan.receive(checks: checks.map { .success($0.offset) })
            case .write(let writes):
                action = plan.receive(writes: writes.map { .success(group.rows.apply($0)) })
            case .finish(let fate): return .success(fate)
            case .fail(let refusal): return .failure(refusal)
            }
        }
    }

    private func group() -> GroupRows {
        var group = GroupRows(partitions: 3)
        group.join("a")
        for index in 0..<3 { group.put(index, at: 5, lease: 2, owner: "a") }
        return group
    }

    @Test("Each partition by its lease and position: committed, done before, or lost")
    func fates() throws {
        let table: [(lease: Int64, position: Int64, stored: String, isLost: Bool)] = [
            (2, 9, "a2@9", false), (2, 5, "a2@5", false), (2, 4, "a2@5", false),
            (1, 9, "a2@5", true), (3, 9, "a2@5", true),
            // Another has it by now, and it stands at the position or beyond.
            (1, 5, "a2@5", false), (1, 3, "a2@5", false),
        ]
        for (lease, position, stored, isLost) in table {
            var group = group()
            let text = group.cursor([(0, 2, 6), (1, lease, position)])
            let fate = try commit(text, in: &group).get()
            #expect(try group.leases() == ["a2@6", stored, "a2@5"])
            #expect(fate.lost == (isLost ? [partition(1)] : []))
            #expect(fate.committed == (isLost ? [partition(0)] : [partition(0), partition(1)]))
        }
    }

    @Test("A part of a page is committed so far only, within what the member held and got")
    func parts() throws {
        let outside = { from in
            Refusal.commitOutOfPage(partition(1), from: offset(from), to: .log(offset(9)))
        }
        let table: [(lease: Int64, stop: [Int: Int64], stored: String, refusal: Refusal?)] = [
            (2, [1: 7], "a2@7", nil), (2, [1: 5], "a2@5", nil), (2, [1: 9], "a2@9", nil),
            (2, [1: 10], "a2@5", outside(5)), (2, [1: 4], "a2@5", outside(5)),
            (2, [2: 5], "a2@5", .partitionNotCovered(partition(2))),
            (2, [3: 5], "a2@5", .partitionNotFound(3)),
            // Another has it by now, and has brought it further.
            (1, [1: 4], "a2@5", nil), (1, [1: 10], "a2@5", outside(0)),
        ]
        for (lease, stop, stored, refusal) in table {
            var group = group()
            let text = group.cursor([(0, 2, 6), (1, lease, 9)])
            let result = try commit(text, stoppingAt: stop.mapValues { offset($0) }, in: &group)
            #expect(try group.leases()[1] == stored)
            switch result {
            case .success(let fate): #expect(refusal == nil && fate.lost.isEmpty)
            case .failure(let error): #expect(error == refusal)
            }
        }
    }

    @Test("A commit at or past the release's mark ends the lease by the same write")
    func releases() throws {
        let release = Lease.Release(at: offset(9), from: GroupRows.now)
        for (from, to, stored) in [
            (5, 8, "a2@8<9"), (5, 9, "nobody2@9"), (5, 12, "nobody2@12"), (9, 9, "nobody2@9"),
            (8, 8, "a2@8<9"), (10, 9, "a2@10<9"),
        ] as [(Int64, Int64, String)] {
            var group = group()
            group.put(1, at: from, lease: 2, owner: "a", release: release)
            let fate = try commit(group.cursor([(1, 2, to)]), in: &group).get()
            #expect(try group.leases()[1] == stored)
            #expect(fate.lost.isEmpty && fate.committed == [partition(1)])
        }
    }

    @Test("What changes between reading and writing is judged by the row in the way")
    func races() throws {
        let table: [(at: Int64, lease: Int64, epoch: Int64, Result<Bool, Refusal>)] = [
            (9, 3, 0, .success(false)), (8, 3, 0, .success(true)), (12, 2, 0, .success(false)),
            (0, 2, 1, .failure(.cursorSuperseded)),
        ]
        for (position, lease, epoch, expected) in table {
            var group = group()
            let result = try commit(group.cursor([(0, 2, 9)]), in: &group) { group in
                group.put(0, at: position, lease: lease, owner: "b", epoch: epoch)
            }
            switch expected {
            case .success(let isLost): #expect(try result.get().lost.isEmpty == !isLost)
            case .failure(let refusal): #expect(throws: refusal) { try result.get() }
            }
        }
    }

    @Test("A write whose outcome is open is repeated, and in the end given up")
    func openOutcomes() throws {
        let group = group()
        let text = group.cursor([(0, 2, 9), (1, 2, 9)])
        var plan = GroupCommitPlan(of: try group.state(), trust: .always, rules: .all)
        _ = plan.start(to: text, now: GroupRows.now, random: 1) { _, _ in true }
        let first = plan.receive(checks: [])
        guard case .write(let writes) = first else {
            Issue.record("\(first)")
            return
        }
        var outcomes: [Result<WriteOutcome, TableError>] = [.success(.applied), .failure(open)]
        for _ in 1..<Limits.leaseCommitTries {
            let again = plan.receive(writes: outcomes)
            guard case .write(let repeated) = again else {
                Issue.record("\(again)")
                return
            }
            #expect(repeated.map(\.key) == [writes[1].key])
            outcomes = [.failure(open)]
        }
        let last = plan.receive(writes: [.failure(open)])
        if case .fail(.afterChange(.table(open))) = last {} else { Issue.record("\(last)") }
    }

    @Test("A commit renews the session of who holds the leases, when that is due")
    func renewals() throws {
        for (age, random) in [(14_000, 7), (15_000, 99)] as [(Int64, Int64)] {
            var group = group()
            group.join("a", age: age)
            _ = try commit(group.cursor([(0, 2, 9), (1, 2, 9)]), in: &group).get()
            #expect(try group.state().members.map(\.renewal) == [random])
        }
        var gone = group()
        gone.bury("a")
        _ = try commit(gone.cursor([(0, 2, 9)]), in: &gone).get()
        #expect(try gone.state().members.map(\.isGone) == [true])
    }

    @Test("Cursors of another kind or epoch, and positions beyond the tail, change nothing")
    func refusals() throws {
        var group = group()
        let plain = try group.state().cursor(
            at: PartitionPositions(ofAll: [Position](repeating: .log(.zero), count: 3))
        )
        let refused = try commit(plain, in: &group)
        #expect(throws: Refusal.invalidCursor) { try refused.get() }
        let old = group.cursor([(0, 2, 9)])
        var sought = group
        try sought.seek(to: 0)
        let superseded = try commit(old, in: &sought)
        #expect(throws: Refusal.cursorSuperseded) { try superseded.get() }
        var plan = GroupCommitPlan(of: try group.state(), trust: .always, rules: .all)
        _ = plan.start(to: old, now: GroupRows.now, random: 1) { _, _ in false }
        let beyond = Refusal.positionBeyondTail(partition(0), position: offset(9), tail: offset(8))
        let action = plan.receive(checks: [.failure(beyond)])
        if case .fail(beyond) = action {} else { Issue.record("\(action)") }
    }

    // MARK: Clients without a group

    private func commitPlainly(
        _ positions: [Int64],
        in group: inout GroupRows,
        meanwhile: (inout GroupRows) -> Void = { _ in }
    ) throws -> Refusal? {
        let state = try group.state()
        let text = state.cursor(
            at: PartitionPositions(ofAll: positions.map { .log(offset($0)) })
        )
        var plan = CommitPlan(of: state, trust: .always, rules: .all)
        meanwhile(&group)
        var action = plan.start(to: text) { _, _ in true }
        while true {
            switch action {
            case .checkTails(let checks):
                action = plan.receive(checks: checks.map { .success($0.offset) })
            case .write(let writes):
                action = plan.receive(writes: writes.map { .success(group.rows.apply($0)) })
            case .finish: return nil
            case .fail(let refusal): return refusal
            }
        }
    }

    @Test("A plain commit writes what is free, and is refused what a member holds")
    func plain() throws {
        var group = GroupRows(partitions: 5)
        group.join("a", "b")
        group.bury("b")
        group.put(0, at: 5, lease: 2, owner: "a")
        group.put(1, at: 5)
        group.put(3, at: 5, lease: 4)
        group.put(4, at: 5, lease: 6, owner: "b")
        let name = MemberName(trusted: "a")
        let refusal = try commitPlainly([6, 6, 6, 6, 6], in: &group)
        #expect(refusal == .afterChange(.partitionLeased(partition(0), owner: name)))
        #expect(try group.leases() == ["a2@5", "-", "-", "nobody5@6", "nobody7@6"])
        #expect(try group.state().positions.map(\.logOffset.rawValue) == [5, 6, 6, 6, 6])
        // Where it would not move a leased partition forward there is nothing to refuse.
        #expect(try commitPlainly([5, 6, 6, 2, 6], in: &group) == nil)
        #expect(try group.leases() == ["a2@5", "-", "-", "nobody5@6", "nobody7@6"])
        let again = try commitPlainly([6, 6, 6, 6, 6], in: &group)
        #expect(again == .partitionLeased(partition(0), owner: name))
    }

    @Test("A plain commit never overwrites a lease that came meanwhile")
    func plainRaces() throws {
        let name = MemberName(trusted: "a")
        let table: [(before: Int64?, at: Int64, owner: String?, Refusal?)] = [
            (nil, 0, "a", .partitionLeased(partition(0), owner: name)), (nil, 6, "a", nil),
            (nil, 0, nil, .contention), (3, 0, "a", .partitionLeased(partition(0), owner: name)),
            (3, 9, "a", nil),
        ]
        for (before, position, owner, expected) in table {
            var group = GroupRows(partitions: 1)
            if let before { group.put(0, lease: before) }
            let refusal = try commitPlainly([6], in: &group) { group in
                group.put(0, at: position, lease: 8, owner: owner)
            }
            #expect(refusal == expected)
            #expect(try group.leases() == ["\(owner ?? "nobody")8@\(position)"])
        }
    }
}
