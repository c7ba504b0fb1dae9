import LedgerCore
import LedgerTesting

/// One process's connection to the shared table: slow, and not to be relied on.
///
/// It acts as DynamoDB does: it removes log rows by itself, in any order. What is applied is told
/// to ``Truth`` in the same instant.
struct SimulatedTable: Table {
    /// How long a caller waits for an answer, milliseconds.
    private static let patience: Int64 = 2000

    private let process: SimulatedProcess
    private let simulation: Simulation
    private var world: World { process.world }
    private var store: MemoryTable { simulation.store }

    init(_ process: SimulatedProcess, _ simulation: Simulation) {
        self.process = process
        self.simulation = simulation
    }

    var deletesLogByItself: Bool { true }

    func get(_ key: TableKey) async throws(TableError) -> Item? {
        try await read(Truth.outline(key)) { () async throws(TableError) in
            try await store.get(key)
        }
    }

    func query(_ query: Query) async throws(TableError) -> QueryPage {
        try await read(query.group.partitionKey) { () async throws(TableError) in
            try await store.query(query)
        }
    }

    func write(_ write: Write, decided: Instant) async throws(TableError) -> WriteOutcome {
        try await change { [store, simulation] () async throws(TableError) in
            simulation.writesArrived += 1
            let outcome = try await store.write(write, decided: decided)
            if case .applied = outcome { await simulation.observe([write]) }
            return outcome
        }
    }

    func transact(
        _ writes: [Write],
        token: Incarnation,
        decided: Instant
    ) async throws(TableError) -> TransactionOutcome {
        // A token is forgotten after some minutes, and some tables never look at it.
        let own = world.random.happens(0.5) ? token : .random(using: &world.random)
        return try await change { [store, simulation] () async throws(TableError) in
            let isRepetition = simulation.truth.knows(own)
            let outcome = try await store.transact(writes, token: own, decided: decided)
            if case .applied = outcome, !isRepetition {
                simulation.truth.remember(own)
                await simulation.observe(writes)
            }
            return outcome
        }
    }

    func batchDelete(_ keys: [TableKey]) async throws(TableError) {
        try await change { [store, truth = simulation.truth] () async throws(TableError) in
            await truth.observeRemoval(keys)
            try await store.batchDelete(keys)
        }
    }

    func purgeExpired(before moment: Timestamp, limit: Int) async throws(TableError) -> Int { 0 }

    // MARK: There and back

    private func read<Answer>(
        _ what: @autoclosure () -> String,
        _ body: () async throws(TableError) -> Answer
    ) async throws(TableError) -> Answer {
        let fate = simulation.faults.next(&world.random)
        world.trace.note(world.now, process.number, 0, "read \(what()): \(fate)")
        switch fate {
        case .answered(let there, let back):
            await process.pass(there)
            let answer = try await body()
            await process.pass(back)
            return answer
        case .throttled(let delay):
            await process.pass(delay)
            throw TableError(.definite, .throttled, "throttled")
        case .lost, .unanswered, .late:
            await process.pass(Self.patience)
            throw TableError(.definite, .unavailable, "no answer")
        }
    }

    private func change<Answer: Sendable>(
        _ body: @escaping @Sendable () async throws(TableError) -> Answer
    ) async throws(TableError) -> Answer {
        let fate = simulation.faults.next(&world.random)
        world.trace.note(world.now, process.number, 1, "write: \(fate)")
        switch fate {
        case .answered(let there, let back):
            await world.sleep(there)
            let answer = try await body()
            await process.pass(back)
            return answer
        case .throttled(let delay):
            await process.pass(delay)
            throw TableError(.definite, .throttled, "throttled")
        case .lost: break
        case .unanswered(let delay): arrive(after: delay, body)
        case .late(let delay): arrive(after: delay, body)
        }
        await process.pass(Self.patience)
        throw TableError(.indefinite, .unavailable, "no answer")
    }

    private func arrive<Answer: Sendable>(
        after delay: Int64,
        _ body: @escaping @Sendable () async throws(TableError) -> Answer
    ) {
        world.spawn { [world] in
            await world.sleep(delay)
            do throws(TableError) { _ = try await body() } catch {}
        }
    }
}
