import Testing

@testable import LedgerCore

@Suite("Heartbeats and departures of a group's members")
struct MemberPlansTests {
    private let name = MemberName(trusted: "a")

    private func heartbeat(
        of group: GroupRows,
        over: Set<String> = []
    ) throws -> (plan: Heartbeat, action: HeartbeatPlan.Action) {
        let heartbeat = Heartbeat(
            HeartbeatPlan(of: try group.state(), for: name, session: GroupRows.session)
        )
        let action = heartbeat.plan.start(now: GroupRows.now, random: 99) { timer in
            guard case .session(_, let name, _) = timer.name else { return false }
            return over.contains(name.name)
        }
        return (heartbeat, action)
    }

    private final class Heartbeat {
        var plan: HeartbeatPlan

        init(_ plan: consuming HeartbeatPlan) { self.plan = plan }
    }

    @Test("A heartbeat makes a member, brings one back, and renews one where that is due")
    func heartbeats() throws {
        let table: [(GroupRows) -> MemberRow?] = [
            { _ in nil }, { $0.member("a", age: 15_000) },
            { $0.member("a", session: .seconds(10)) },
        ]
        for row in table {
            var group = GroupRows(partitions: 1)
            group.put(0, lease: 1, owner: "a")
            if let row = row(group) { group.rows.put(row.item) }
            let (heartbeat, first) = try heartbeat(of: group)
            guard case .write(let write) = first else {
                Issue.record("\(first)")
                return
            }
            let last = heartbeat.plan.receive(.success(group.rows.apply(write)))
            guard case .finish(let member) = last else {
                Issue.record("\(last)")
                return
            }
            #expect(member.name == name && member.assigned.map(\.partition) == [partition(0)])
            #expect(member.renewed == GroupRows.now && member.session == GroupRows.session)
            #expect(try group.state().alive(name)?.renewal == 99)
        }
        var young = GroupRows(partitions: 1)
        young.join("a", age: 14_999)
        let (_, action) = try heartbeat(of: young)
        if case .finish = action {} else { Issue.record("\(action)") }
    }

    @Test("A heartbeat that comes second tells of the first; one after a departure fails")
    func races() throws {
        var group = GroupRows(partitions: 1)
        group.join("a", age: 20_000)
        let stored = group.member("a", random: 5)
        let gone = try MemberRow(item(of: stored.bury(at: GroupRows.now, rules: .all)))
        for (row, isFound) in [(stored, true), (gone, false)] {
            let (heartbeat, _) = try heartbeat(of: group)
            switch heartbeat.plan.receive(.success(.conditionFailed(current: row.item))) {
            case .finish(let member): #expect(isFound && member.renewed == stored.renewed)
            case .fail(let refusal): #expect(!isFound && refusal == .contention)
            case .write(let write): Issue.record("\(write)")
            }
        }
        let (heartbeat, _) = try heartbeat(of: group)
        let failed = heartbeat.plan.receive(.failure(PlanRows.table))
        if case .fail(.table(PlanRows.table)) = failed {} else { Issue.record("\(failed)") }
    }

    private func item(of write: Write) throws -> Item {
        guard case .put(let item) = write.operation else { throw PlanRows.table }
        return item
    }

    @Test("A full group takes a new member only for one whose session is over")
    func fullGroup() throws {
        var group = GroupRows(partitions: 1)
        for index in 0..<Limits.members { group.join("m\(index)") }
        let (_, refused) = try heartbeat(of: group)
        if case .fail(.tooManyMembers) = refused {} else { Issue.record("\(refused)") }
        let (_, taken) = try heartbeat(of: group, over: ["m5"])
        if case .write = taken {} else { Issue.record("\(taken)") }
    }

    @Test("Who leaves holds nothing any more, and is gone for an hour")
    func departures() throws {
        var group = GroupRows(partitions: 3)
        group.join("a", "b")
        let release = Lease.Release(at: offset(9), from: GroupRows.now)
        group.put(0, at: 4, lease: 2, owner: "a")
        group.put(1, at: 5, lease: 3, owner: "a", release: release)
        group.put(2, at: 6, lease: 4, owner: "b")
        var plan = LeavePlan(of: try group.state(), for: name, rules: .all)
        let first = plan.start(now: GroupRows.now)
        guard case .write(let writes) = first else {
            Issue.record("\(first)")
            return
        }
        let last = plan.receive(writes: writes.map { .success(group.rows.apply($0)) })
        if case .finish = last {} else { Issue.record("\(last)") }
        #expect(try group.leases() == ["nobody2@4", "nobody3@5", "b4@6"])
        #expect(try group.state().group { _ in false }.map(\.name.name) == ["b"])
        let row = try #require(try group.state().members.first)
        #expect(row.item.number(.ttl) == GroupRows.now.seconds + 3600)

        var again = LeavePlan(of: try group.state(), for: name, rules: .all)
        let nothing = again.start(now: GroupRows.now)
        if case .finish = nothing {} else { Issue.record("\(nothing)") }
    }

    @Test("A departure that fails says that something may have changed exactly when it may")
    func failures() throws {
        var group = GroupRows(partitions: 1)
        group.join("a")
        group.put(0, lease: 2, owner: "a")
        let table: [([Result<WriteOutcome, TableError>], Bool)] = [
            ([.failure(PlanRows.table), .success(.conditionFailed(current: nil))], false),
            ([.failure(PlanRows.table), .success(.applied)], true),
        ]
        for (outcomes, isChanged) in table {
            var plan = LeavePlan(of: try group.state(), for: name, rules: .all)
            _ = plan.start(now: GroupRows.now)
            guard case .fail(let refusal) = plan.receive(writes: outcomes) else {
                Issue.record("no failure")
                return
            }
            let failed = Refusal.table(PlanRows.table)
            #expect(refusal == (isChanged ? .afterChange(failed) : failed))
        }
    }
}
