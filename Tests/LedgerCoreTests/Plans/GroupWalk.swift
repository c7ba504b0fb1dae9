import LedgerTesting

@testable import LedgerCore

/// A group of members on one table, in one thread: three processes whose clocks differ, that stand
/// still, forget, and lose answers and writes; members that freeze, die, leave and come back; and a
/// client that knows nothing of groups.
///
/// Every write is judged when it is applied. Faults stop at ``quiet``; then all must become well.
final class GroupWalk {
    struct Faults: Sendable {
        var loss: Double
        var freeze: Double
    }

    private final class Process {
        let skew: Int64
        var timers: TimerWatch

        init(skew: Int64, rules: Rules) {
            self.skew = skew
            timers = TimerWatch(rules: rules)
        }
    }

    /// A consumer with the events that it got and has not processed yet.
    final class Member {
        let name: MemberName
        let end: Int64
        /// True for one that polls on before it has processed what it got.
        let isHasty: Bool
        var cursor: String?
        var events: [Event] = []

        init(_ name: MemberName, until end: Int64, isHasty: Bool) {
            self.name = name
            self.end = end
            self.isHasty = isHasty
        }
    }

    struct Event {
        let partition: Int
        let offset: Int64
        let lease: Int64
    }

    struct LeaseID: Hashable {
        let partition: Partition
        let epoch: Int64
    }

    static let quiet: Int64 = 300_000
    static let end: Int64 = 1_500_000
    static let session: Duration = .seconds(30)
    static let partitions = 5

    let stream = StreamRow.test(partitions: partitions)
    let subscription = SubscriptionRow.test(
        at: [Position](repeating: .log(.zero), count: partitions)
    )
    let rules: Rules
    private(set) var random: SeededGenerator
    private(set) var rows = PlanRows()
    private(set) var time: Int64 = 0
    private var queue: [(time: Int64, step: () -> Void)] = []
    private let faults: Faults
    private let processes: [Process]
    private var born = 0

    private var ends = [Int64](repeating: 0, count: partitions)
    private var processed = [Set<Int64>](repeating: [], count: partitions)
    /// The true time at which each session began.
    private var granted: [Int64: Int64] = [:]
    private var holders: [LeaseID: MemberName] = [:]
    private var committers: [LeaseID: String] = [:]
    private(set) var violations: [String] = []
    private(set) var counts: [String: Int] = [:]

    init(seed: UInt64, rules: Rules) {
        self.rules = rules
        var random = SeededGenerator(seed: seed)
        faults = Faults(
            loss: [0.01, 0.05, 0.15, 0.25].randomElement(using: &random) ?? 0,
            freeze: [0, 0.01, 0.03, 0.1].randomElement(using: &random) ?? 0
        )
        processes = (0..<3).map { _ in
            Process(skew: Int64.random(in: -150_000...150_000, using: &random), rules: rules)
        }
        self.random = random
    }

    /// Runs to the end; what was broken is in ``violations``.
    func run() {
        publish(left: 60 * Self.partitions)
        for index in 0..<Int.random(in: 1...3, using: &random) {
            spawn("m\(index)", until: Self.end)
        }
        plainClient()
        comers()
        while let next = queue.first, next.time <= Self.end, violations.isEmpty {
            queue.removeFirst()
            time = next.time
            next.step()
        }
        guard violations.isEmpty else { return }
        checkEnd()
    }

    // MARK: Time and chance

    private var isFaulty: Bool { time < Self.quiet }

    private func chance(_ probability: Double) -> Bool {
        isFaulty && random.happens(probability)
    }

    private func after(_ range: ClosedRange<Int64>, _ step: @escaping () -> Void) {
        let at = time + Int64.random(in: range, using: &random)
        let index = queue.firstIndex { $0.time > at } ?? queue.count
        queue.insert((at, step), at: index)
    }

    private func instant(of process: Process) -> Instant {
        let wall = PlanRows.now.advanced(by: .milliseconds(time + process.skew))
        return Instant(now: wall, uptime: .milliseconds(time))
    }

    private func fail(_ violation: String) {
        violations.append("after \(time / 1000) s: \(violation)")
    }

    private func count(_ name: String) { counts[name, default: 0] += 1 }

    // MARK: The table

    private var state: SubscriptionState? {
        let group = RowGroup.positions(PlanRows.stream, subscription: subscription.incarnation)
        let page = rows.page(Query(group, limit: Limits.groupRows))
        return try? SubscriptionState(
            stream: stream,
            subscription: subscription,
            items: page.items
        )
    }

    /// Reads the state some time later, unless the answer is lost.
    private func read(
        _ process: Process,
        _ then: @escaping (SubscriptionState?) -> Void
    ) {
        let delay: ClosedRange<Int64> = chance(faults.freeze) ? 5_000...100_000 : 2...20
        after(delay) { [self] in
            if chance(faults.loss) {
                if random.happens(0.1) { process.timers = TimerWatch(rules: rules) }
                return after(100...100) { then(nil) }
            }
            let state = state
            after(2...20) { then(state) }
        }
    }

    /// Sends writes in parallel and goes on with their outcomes.
    private func send(
        _ writes: [Write],
        by committer: String? = nil,
        _ then: @escaping ([Result<WriteOutcome, TableError>]) -> Void
    ) {
        let gathering = Gathering(of: writes.count)
        for (index, write) in writes.enumerated() {
            send(write, by: committer) { outcome in
                gathering.outcomes[index] = outcome
                let outcomes = gathering.outcomes.compactMap { $0 }
                if outcomes.count == writes.count { then(outcomes) }
            }
        }
    }

    private func send(
        _ write: Write,
        by committer: String?,
        _ then: @escaping (Result<WriteOutcome, TableError>) -> Void
    ) {
        let delay: ClosedRange<Int64> = chance(faults.freeze) ? 5_000...100_000 : 2...20
        after(delay) { [self] in
            guard chance(faults.loss) else {
                let outcome = apply(write, by: committer)
                return after(2...20) { then(.success(outcome)) }
            }
            let dice = Double.random(in: 0..<1, using: &random)
            guard dice >= 0.3 else {
                return after(100...100) { then(.failure(PlanRows.table)) }
            }
            if dice < 0.6 {
                _ = apply(write, by: committer)
            } else if dice < 0.8 {
                after(1_000...90_000) { [self] in _ = apply(write, by: committer) }
            }
            let open = TableError(.indefinite, reason: .unavailable, message: "test")
            after(2_000...2_000) { then(.failure(open)) }
        }
    }

    private func apply(_ write: Write, by committer: String?) -> WriteOutcome {
        let before = rows[write.key]
        let outcome = rows.apply(write)
        guard outcome.isApplied, case .put(let item) = write.operation else { return outcome }
        do {
            if case .member = item.key {
                try check(MemberRow(item), after: before)
            } else {
                try check(PositionRow(item), after: before, by: committer)
            }
        } catch {
            fail("\(error)")
        }
        return outcome
    }

    // MARK: Promises

    private func check(_ row: MemberRow, after before: Item?) throws {
        guard row.isGone, let before else { return }
        let stored = try MemberRow(before)
        guard !stored.isGone, !leaving.contains(row.name) else { return }
        let age = Duration.milliseconds(time - (granted[stored.renewal] ?? time))
        if age < stored.session { fail("\(row.name) is buried while it lives") }
        count("buried")
    }

    private func check(_ row: PositionRow, after before: Item?, by committer: String?) throws {
        let stored = try before.map { try PositionRow($0) }
        let (partition, index) = (row.partition, row.partition.index)
        if let lease = row.lease {
            let id = LeaseID(partition: partition, epoch: lease.epoch)
            if let owner = lease.owner, holders[id, default: owner] != owner {
                fail("partition \(index) has two holders in lease \(lease.epoch)")
            }
            if let owner = lease.owner { holders[id] = owner }
            if let committer, committers[id, default: committer] != committer {
                fail("two commit in lease \(lease.epoch) of partition \(index)")
            }
            if let committer { committers[id] = committer }
        } else if stored?.lease != nil {
            fail("partition \(index) has lost its lease")
        }
        let (from, to) = (stored?.position.logOffset ?? .zero, row.position.logOffset)
        if to < from { return fail("the position of \(index) goes back") }
        let skipped = (from.rawValue..<to.rawValue).filter { !processed[index].contains($0) }
        if !skipped.isEmpty { fail("partition \(index) passes over \(skipped)") }
        count(committer == nil ? "moved" : "commits")
    }

    private func checkEnd() {
        guard let state else { return fail("the state cannot be read") }
        for (position, end) in zip(state.positions, ends) where position.logOffset.rawValue != end {
            fail("not everything is committed: \(state.positions.map(\.logOffset.rawValue))")
        }
        let group = state.group { _ in false }
        let held = group.map { $0.assigned.count + $0.givingUp.count }
        let isWhole = held.reduce(0, +) == Self.partitions
        guard isWhole, (held.max() ?? 0) - (held.min() ?? 0) <= 1 else {
            return fail("out of balance: \(group)")
        }
    }

    // MARK: Calls

    private var leaving: Set<MemberName> = []

    private func anyProcess() -> Process { processes[Int.random(in: 0..<3, using: &random)] }

    /// Some process answers, or the client gives up after 12 s; the call then goes on without it.
    private func call<Answer>(
        _ handler: (Process, @escaping (Answer?) -> Void) -> Void,
        _ then: @escaping (Answer?) -> Void
    ) {
        let once = Once(then)
        let isLost = chance(faults.loss)
        handler(anyProcess()) { once.call(isLost ? nil : $0) }
        after(12_000...12_000) { once.call(nil) }
    }

    private final class Look {
        var plan: GroupPlan

        init(_ plan: consuming GroupPlan) { self.plan = plan }
    }

    private struct Page {
        let share: GroupShare
        let events: [Event]
        let cursor: String
    }

    private func poll(
        _ name: MemberName,
        from cursor: String?,
        _ process: Process,
        _ then: @escaping (Page?) -> Void
    ) {
        read(process) { [self] state in
            guard let state else { return then(nil) }
            let plan = GroupPlan(of: state, for: name, session: Self.session, rules: rules)
            let look = Look(plan)
            let now = instant(of: process)
            let session = Int64.random(in: 0...Int64.max, using: &random)
            granted[session] = time
            let action = look.plan.start(from: cursor, now: now.now, random: session) {
                process.timers.isOver($0, at: now)
            }
            follow(action, of: look, in: state, then)
        }
    }

    private func follow(
        _ action: GroupPlan.Action,
        of look: Look,
        in state: SubscriptionState,
        _ then: @escaping (Page?) -> Void
    ) {
        switch action {
        case .write(let writes):
            send(writes) { [self] outcomes in
                follow(look.plan.receive(writes: outcomes), of: look, in: state, then)
            }
        case .finish(let share): then(page(of: share, in: state))
        case .fail: then(nil)
        }
    }

    private func page(of share: GroupShare, in state: SubscriptionState) -> Page {
        var events: [Event] = []
        let positions = share.assigned.map { part -> Position in
            let index = part.partition.index
            let start = part.position.logOffset.rawValue
            let end = max(start, min(ends[index], start + 6))
            for offset in start..<end {
                events.append(Event(partition: index, offset: offset, lease: part.lease))
            }
            return .log(offset(end))
        }
        let stand = PartitionPositions(share.assigned.map(\.partition), values: positions)
        return Page(share: share, events: events, cursor: share.cursor(at: stand, of: state))
    }

    private final class Commit {
        var plan: GroupCommitPlan

        init(_ plan: consuming GroupCommitPlan) { self.plan = plan }
    }

    private func commit(
        _ name: MemberName,
        _ cursor: String,
        _ process: Process,
        _ then: @escaping (Bool?) -> Void
    ) {
        read(process) { [self] state in
            guard let state else { return then(nil) }
            let commit = Commit(GroupCommitPlan(of: state, trust: .always, rules: rules))
            let session = Int64.random(in: 0...Int64.max, using: &random)
            for index in 0..<5 as Range<Int64> { granted[(session &+ index) & .max] = time }
            let now = instant(of: process).now
            let action = commit.plan.start(to: cursor, now: now, random: session) { _, _ in true }
            follow(action, of: commit, by: name.name, then)
        }
    }

    private func follow(
        _ action: GroupCommitPlan.Action,
        of commit: Commit,
        by name: String,
        _ then: @escaping (Bool?) -> Void
    ) {
        switch action {
        case .checkTails:
            follow(commit.plan.receive(checks: []), of: commit, by: name, then)
        case .write(let writes):
            send(writes, by: name) { [self] outcomes in
                follow(commit.plan.receive(writes: outcomes), of: commit, by: name, then)
            }
        case .finish(let fate):
            if !fate.lost.isEmpty { count("lost") }
            then(fate.lost.isEmpty)
        case .fail: then(nil)
        }
    }

    private func leave(_ name: MemberName, _ process: Process) {
        read(process) { [self] state in
            guard let state else { return }
            var plan = LeavePlan(of: state, for: name, rules: rules)
            guard case .write(let writes) = plan.start(now: instant(of: process).now) else {
                return
            }
            leaving.insert(name)
            send(writes) { _ in }
        }
    }

    // MARK: Clients

    private func spawn(_ name: String, until end: Int64) {
        guard let name = MemberName(name) else { return fail("\(name) is no name") }
        let member = Member(name, until: end, isHasty: random.happens(0.5))
        after(0...9_000) { [self] in step(member) }
    }

    private func step(_ member: Member) {
        guard time < member.end else { return leave(member.name, anyProcess()) }
        call({ poll(member.name, from: member.cursor, $0, $1) }) { [self] (page: Page?) in
            guard let page else { return after(100...2_000) { [self] in step(member) } }
            member.cursor = page.cursor
            // What was handed out under a lease that is lost is dropped.
            let leases = page.share.parts.reduce(into: [:]) { $0[$1.partition.index] = $1.lease }
            member.events.removeAll { leases[$0.partition] != $0.lease }
            member.events += page.events
            if !page.events.isEmpty, member.isHasty, random.happens(0.6) {
                return after(chance(0.4) ? 20_000...150_000 : 0...10) { [self] in step(member) }
            }
            process(of: member)
        }
    }

    private func process(of member: Member) {
        guard let event = member.events.first else { return finish(member) }
        let delay: ClosedRange<Int64> = chance(0.01) ? 20_000...150_000 : 20...300
        after(delay) { [self] in
            processed[event.partition].insert(event.offset)
            member.events.removeFirst()
            process(of: member)
        }
    }

    /// Commits what was processed, or dies of it.
    private func finish(_ member: Member) {
        if chance(0.03) {
            born += 1
            return spawn("r\(born)", until: member.end)
        }
        guard let cursor = member.cursor else {
            return after(2_000...8_000) { [self] in step(member) }
        }
        call({ commit(member.name, cursor, $0, $1) }) { [self] (_: Bool?) in
            if random.happens(0.3) { member.cursor = nil }
            after(100...5_000) { [self] in step(member) }
        }
    }

    private func comers() {
        after(3_000...25_000) { [self] in
            guard isFaulty else { return }
            born += 1
            spawn("c\(born)", until: time + Int64.random(in: 5_000...45_000, using: &random))
            comers()
        }
    }

    private func publish(left: Int) {
        guard left > 0 else { return }
        after(0...1_600) { [self] in
            ends[Int.random(in: 0..<Self.partitions, using: &random)] += 1
            publish(left: left - 1)
        }
    }

    /// A client that reads everything and commits by a cursor without leases.
    private func plainClient() {
        after(10_000...60_000) { [self] in
            guard isFaulty, let state else { return }
            let positions = zip(state.positions, ends).map { position, end in
                Position.log(offset(min(position.logOffset.rawValue + 5, end)))
            }
            after(0...5_000) { [self] in
                for (index, pair) in zip(state.positions, positions).enumerated() {
                    let (from, to) = (pair.0.logOffset.rawValue, pair.1.logOffset.rawValue)
                    for offset in from..<max(from, to) { processed[index].insert(offset) }
                }
                commitPlainly(state.cursor(at: PartitionPositions(ofAll: positions)))
                plainClient()
            }
        }
    }

    private func commitPlainly(_ cursor: String) {
        read(anyProcess()) { [self] state in
            guard let state else { return }
            var plan = CommitPlan(of: state, trust: .always, rules: rules)
            _ = plan.start(to: cursor) { _, _ in true }
            guard case .write(let writes) = plan.receive(checks: []) else { return }
            born += 1
            count("plain")
            send(writes, by: "plain\(born)") { _ in }
        }
    }
}
