import LedgerCore
import LedgerTesting

/// One process's connection to the shared table: slow, and not to be relied on.
///
/// It acts as DynamoDB does: it removes log rows by itself, in any order, shows a transaction's rows
/// one by one, and mixes the reasons of one that is cancelled; or, embedded, as SQLite does. What is
/// applied is told to ``Oracle`` in the same instant.
struct SimulatedTable: Table {
    /// The time that a caller waits for an answer.
    private static let patience: Duration = .seconds(2)

    private let process: SimulatedProcess
    private let simulation: Simulation
    private var world: World { process.world }
    private var store: MemoryTable { simulation.store }
    private var visibility: Visibility { simulation.visibility }

    init(of process: SimulatedProcess, in simulation: Simulation) {
        self.process = process
        self.simulation = simulation
    }

    var deletesLogByItself: Bool { store.deletesLogByItself }

    /// True, though messages overtake each other: whatever rests on a write that is under way must be
    /// right when that comes late, or never.
    var appliesInOrder: Bool { true }

    func get(_ key: TableKey) async throws(TableError) -> Item? {
        try await read(Oracle.outline(key)) { () async throws(TableError) in
            visibility.seen(key, stored: try await store.get(key))
        }
    }

    func query(_ query: Query) async throws(TableError) -> QueryPage {
        let began = world.now
        let page = try await read(query.group.partitionKey) { () async throws(TableError) in
            var wider = query
            wider.limit += visibility.extra(query.group)
            return visibility.seen(try await store.query(wider), limit: query.limit)
        }
        if case .idempotency(let stream) = query.group {
            CallNote.current?.look = CallNote.Look(stream: stream, time: began...world.now)
        }
        return page
    }

    func write(_ write: Write, decided: Instant) async throws(TableError) -> WriteOutcome {
        let note = CallNote.current
        let origin = WriteOrigin(call: note, decided: process.trueTime(of: decided))
        return try await change(decided) { [store, simulation] () async throws(TableError) in
            simulation.writesArrived += 1
            guard !simulation.visibility.isUnderWay(write.key) else { throw Self.conflict }
            let outcome = try await store.write(write, decided: decided)
            if case .applied = outcome {
                note?.noteChange(by: [write])
                await simulation.observe([write], by: origin)
            }
            return outcome
        }
    }

    func transact(
        _ writes: [Write],
        token: TransactionToken,
        decided: Instant
    ) async throws(TableError) -> TransactionOutcome {
        // A token is forgotten after some minutes, and some tables never look at it.
        let own = world.random.happens(0.5) ? token : .random(using: &world.random)
        let note = CallNote.current
        let origin = WriteOrigin(call: note, decided: process.trueTime(of: decided))
        return try await change(decided) { [self] () async throws(TableError) in
            let outcome = try await apply(writes, token: own, decided: decided, by: origin)
            if case .applied = outcome { note?.noteChange(by: writes) }
            return outcome
        }
    }

    private func apply(
        _ writes: [Write],
        token: TransactionToken,
        decided: Instant,
        by origin: WriteOrigin
    ) async throws(TableError) -> TransactionOutcome {
        guard !simulation.oracle.knows(token) else { return .applied }
        let underWay = Set(writes.indices.filter { visibility.isUnderWay(writes[$0].key) })
        var before: [(key: TableKey, before: Item?)] = []
        for write in writes { before.append((write.key, try await store.get(write.key))) }
        guard underWay.isEmpty else {
            return try cancelled(writes, rows: before, underWay: underWay)
        }
        let outcome = try await store.transact(writes, token: token, decided: decided)
        guard case .conditionFailed(let failed, _) = outcome else {
            simulation.oracle.remember(token)
            if simulation.scenario.isEmbedded {
                await simulation.observe(writes, by: origin)
            } else {
                let seen = visibility.hide(before)
                await simulation.observe(writes, by: origin)
                await world.sleep(seen - world.now)
            }
            return outcome
        }
        return simulation.scenario.isEmbedded ? outcome : mixed(failed, of: writes.count)
    }

    /// The answer while another transaction is under way at some rows: of these nothing is said, the
    /// others' conditions are judged.
    private func cancelled(
        _ writes: [Write],
        rows: [(key: TableKey, before: Item?)],
        underWay: Set<Int>
    ) throws(TableError) -> TransactionOutcome {
        var failed: [Int: Item?] = [:]
        for (index, write) in writes.enumerated() where !underWay.contains(index) {
            guard let condition = write.condition, !condition.holds(for: rows[index].before) else {
                continue
            }
            failed.updateValue(rows[index].before, forKey: index)
        }
        guard !failed.isEmpty else { throw Self.conflict }
        return .conditionFailed(failed, unjudged: underWay)
    }

    /// The answer as if another transaction had been under way at some of the rows, sometimes.
    private func mixed(_ failed: [Int: Item?], of count: Int) -> TransactionOutcome {
        guard count > 1, world.random.happens(0.3) else { return .conditionFailed(failed) }
        let judged = world.random.pick(failed.keys.sorted())
        let unjudged = (0..<count).filter { $0 != judged && world.random.happens(0.5) }
        let left = failed.filter { !unjudged.contains($0.key) }
        return .conditionFailed(left, unjudged: Set(unjudged))
    }

    private static let conflict = TableError(
        .definite,
        reason: .throttled,
        message: "a transaction is under way"
    )

    func batchDelete(_ keys: [TableKey]) async throws(TableError) {
        try await change(nil) { [store, oracle = simulation.oracle] () async throws(TableError) in
            await oracle.observeRemoval(keys)
            try await store.batchDelete(keys)
        }
    }

    func purgeExpired(before moment: Timestamp, limit: Int) async throws(TableError) -> Int {
        try await store.purgeExpired(before: moment, limit: limit)
    }

    // MARK: There and back

    private func read<Answer>(
        _ what: @autoclosure () -> String,
        body: () async throws(TableError) -> Answer
    ) async throws(TableError) -> Answer {
        let fate = simulation.faults.next(&world.random)
        world.trace.note("read \(what()): \(fate)", at: world.now, process: process.number, code: 0)
        switch fate {
        case .answered(let there, let back):
            await process.pass(.zero)
            try await travel(there)
            let answer = try await body()
            await process.pass(back)
            return answer
        case .throttled(let delay):
            await process.pass(delay)
            throw TableError(.definite, reason: .throttled, message: "throttled")
        case .lost, .unanswered, .late:
            await process.pass(Self.patience)
            throw TableError(.definite, reason: .unavailable, message: "no answer")
        }
    }

    /// A read's way to the engine; a table of its own refuses what a clock that is wrong has signed.
    private func travel(_ there: Duration) async throws(TableError) {
        guard !simulation.scenario.isEmbedded else { return await process.pass(there) }
        let signed = process.instant
        await world.sleep(there)
        try checkSignature(signed)
    }

    /// Refuses what was signed five minutes ago or ahead: the table's own clock is right.
    private func checkSignature(_ signed: Instant) throws(TableError) {
        let age = SimulatedClock.beginning.advanced(by: world.now) - signed.now
        guard max(age, .zero - age) < Limits.decisionAge else {
            throw TableError(.definite, reason: .unavailable, message: "the signature has expired")
        }
    }

    /// Brings a change to the table, as its fate will have it; `decided` is nil where its age does not
    /// matter.
    private func change<Answer: Sendable>(
        _ decided: Instant?,
        body: @escaping @Sendable () async throws(TableError) -> Answer
    ) async throws(TableError) -> Answer {
        let fate = simulation.faults.next(&world.random)
        world.trace.note("write: \(fate)", at: world.now, process: process.number, code: 1)
        try await prepare(decided)
        let arriving: @Sendable () async throws(TableError) -> Answer = {
            [self] () async throws(TableError) in
            try checkAge(decided)
            return try await body()
        }
        switch fate {
        case _ where simulation.isBrownedOut:
            await process.pass(world.random.delay(upTo: .milliseconds(30)))
            throw TableError(.definite, reason: .throttled, message: "throttled for a while")
        case .answered(let there, let back):
            if simulation.scenario.isEmbedded {
                await process.pass(there)
            } else {
                await world.sleep(there)
            }
            let answer = try await arriving()
            await process.pass(back)
            return answer
        case .throttled(let delay):
            await process.pass(delay)
            throw TableError(.definite, reason: .throttled, message: "throttled")
        case .lost: break
        case .unanswered(let delay): arrive(after: delay, body: arriving)
        case .late(let delay): arrive(after: delay, body: arriving)
        }
        await process.pass(Self.patience)
        throw TableError(.indefinite, reason: .unavailable, message: "no answer")
    }

    /// Passes credentials, queues, a look at the decision's age, and the way to the wire: the process may
    /// stand still anywhere in it.
    private func prepare(_ decided: Instant?) async throws(TableError) {
        guard process.freezer?.isActive == true, !simulation.scenario.isEmbedded else { return }
        await process.pass(.zero)
        if simulation.rules.keep(.decisionAge) { try decided?.checkAge(at: process.instant) }
        await process.pass(.zero)
    }

    /// Refuses what was decided too long ago, where the write arrives.
    ///
    /// An engine in the process itself looks right before it carries out the write. What goes to a
    /// table of its own is signed as of its decision.
    private func checkAge(_ decided: Instant?) throws(TableError) {
        guard let decided, simulation.rules.keep(.decisionAge) else { return }
        guard !simulation.scenario.isEmbedded else {
            return try decided.checkAge(at: process.instant)
        }
        try checkSignature(decided)
    }

    private func arrive<Answer: Sendable>(
        after delay: Duration,
        body: @escaping @Sendable () async throws(TableError) -> Answer
    ) {
        world.spawn { [world] in
            await world.sleep(delay)
            do throws(TableError) { _ = try await body() } catch {}
        }
    }
}
