package import LedgerCore
import LedgerService
import LedgerTesting

/// One simulated history of the ledger's own code, from one seed.
///
/// `@unchecked Sendable`: see ``World``.
package final class Simulation: @unchecked Sendable {
    /// The end of a history.
    package struct Report: Sendable {
        /// The seed that it began with, and that repeats it.
        package let seed: UInt64
        /// The promises that were broken; empty when every one held.
        package let violations: [Violation]
        /// A hash of all steps, equal for equal histories.
        package let fingerprint: UInt64
        /// The number of events that were stored.
        package let events: Int
        /// The virtual time that passed.
        package let duration: Duration
    }

    let rules: Rules
    let world: World
    let store: MemoryTable
    let oracle: Oracle
    let records = RecordStream()
    let visibility: Visibility
    let scenario: Scenario
    let freezer: Freezer
    let stream = StreamID("orders").unsafelyUnwrapped
    var faults: Faults
    /// Writes of one row that arrived at the table, each of which is billed.
    var writesArrived = 0
    /// True while the table refuses every write.
    var isBrownedOut = false
    /// True once the scripted part is over, so that background work may end.
    var isDraining = false
    private var processes: [SimulatedProcess] = []
    /// The processes that serve requests, where they are shared.
    private var servers: [SimulatedProcess] = []

    private init(seed: UInt64, rules: Rules, prints: Bool) {
        self.rules = rules
        world = World(seed: seed, trace: Trace(prints: prints))
        scenario = Scenario(
            &world.random,
            group: .drawn(for: seed),
            delivery: .drawn(for: seed)
        )
        store = MemoryTable(deletesLogByItself: !scenario.isEmbedded)
        visibility = Visibility(world)
        oracle = Oracle(world, store: store)
        oracle.groups.judgesSessions = !scenario.leaps
        oracle.deliveries = DeliveryRecord(of: scenario)
        freezer = Freezer(
            world,
            share: scenario.freezing,
            count: scenario.freezes,
            longest: scenario.longestFreeze
        )
        faults = .none
    }

    /// Runs a history to its end.
    ///
    /// - Parameters:
    ///   - seed: the beginning of all its randomness.
    ///   - rules: those that its processes and its table keep.
    ///   - prints: true to write every step to standard output.
    /// - Returns: how it ended.
    package static func run(
        seed: UInt64,
        rules: Rules = .all,
        prints: Bool = false
    ) -> Report {
        let simulation = Simulation(seed: seed, rules: rules, prints: prints)
        let world = simulation.world
        defer { simulation.letGo() }
        world.spawn { await simulation.play() }
        if !world.run(steps: 2_000_000) {
            simulation.oracle.report(
                "no end in sight: \(world.running) tasks are still waiting",
                breaking: .progress
            )
        }
        return Report(
            seed: seed,
            violations: simulation.oracle.violations,
            fingerprint: world.trace.fingerprint,
            events: simulation.oracle.appended,
            duration: world.now
        )
    }

    /// Ends the circle of a process, its ledger and the table that leads back here.
    private func letGo() {
        for process in processes { process.forgetLedger() }
    }

    /// Takes writes that were just applied as one, and their origin.
    func observe(_ writes: [Write], by origin: WriteOrigin) async {
        await oracle.observe(writes, by: origin)
        records.observe(writes)
    }

    /// A process to send requests to: one of those that are shared, or one that starts now.
    func process() -> SimulatedProcess {
        guard let count = scenario.servers else { return start() }
        if servers.count < count {
            servers.append(start())
        } else if !scenario.isEmbedded, world.random.happens(0.1) {
            // A server is replaced; who uses it goes on with it to its end.
            servers[world.random.index(count)] = start()
        }
        return world.random.pick(servers)
    }

    /// A process that starts now.
    ///
    /// - Parameter mayFreeze: false for one that is never stopped, as others are.
    /// - Returns: the process, which is known to the history.
    func start(mayFreeze: Bool = true) -> SimulatedProcess {
        let skew = scenario.skew == .zero ? .zero : drawnSkew()
        let process = SimulatedProcess(
            processes.count + 1,
            in: world,
            skew: skew,
            freezer: mayFreeze ? freezer : nil
        )
        processes.append(process)
        return process
    }

    private func drawnSkew() -> Duration {
        world.random.duration(in: .zero - scenario.skew...scenario.skew)
    }

    /// A pause up to the longest that the writers make, or to `least` where that is longer.
    private func pause(from shortest: Duration, least: Duration) -> Duration {
        world.random.duration(from: shortest, to: max(scenario.longestPause, least))
    }

    /// Runs a call and holds an answer that nothing was changed to its word.
    func hold<Answer: Sendable>(
        _ what: String,
        by caller: String? = nil,
        delivery: CallNote.DeliveryCall? = nil,
        body: @Sendable () async throws(LedgerError) -> Answer
    ) async throws(LedgerError) -> Answer {
        try await CallNote.hold(what, by: caller, delivery: delivery, to: oracle, body: body)
    }

    /// A random one of the processes there ever were.
    func anyProcess() -> SimulatedProcess { world.random.pick(processes) }

    /// The script: everything at once, then calm, then the last look.
    private func play() async {
        if scenario.hasSteadyFaults { await SteadyFaults(self).run() }
        await createStream()
        faults = scenario.faults
        await together { group in
            for number in 0..<scenario.writers {
                group.addTask { [self] in await Writer(number, in: self).run() }
            }
            for number in 0..<scenario.consumers {
                group.addTask { [self] in await Consumer(number, in: self).run() }
            }
            startGroup(&group)
            startDelivery(&group)
            if scenario.recreates { group.addTask { [self] in await recreate() } }
            if scenario.changesRetention { group.addTask { [self] in await changeRetention() } }
        }
        await calmDown()
        await FinalLook(self).run()
    }

    private func startGroup(_ tasks: inout TaskGroup<Void>) {
        guard let group = scenario.group else { return }
        for number in 0..<group.members {
            tasks.addTask { [self] in await Member(number, of: group, in: self).run() }
        }
        for _ in 0..<group.plainClients {
            tasks.addTask { [self] in await PlainClient(of: group, in: self).run() }
        }
    }

    private func startDelivery(_ tasks: inout TaskGroup<Void>) {
        guard let delivery = scenario.delivery else { return }
        for number in 0..<delivery.receivers {
            tasks.addTask { [self] in await Receiver(number, of: delivery, in: self).run() }
        }
        tasks.addTask { [self] in await Operator(of: delivery, in: self).run() }
    }

    private func together(_ body: (inout TaskGroup<Void>) -> Void) async {
        for _ in 0..<scenario.compactors { world.spawn { [self] in await compact() } }
        for _ in 0..<scenario.doorbells { world.spawn { [self] in await answerDoorbell() } }
        for _ in 0..<scenario.sweepers { world.spawn { [self] in await sweep() } }
        if !scenario.isEmbedded { world.spawn { [self] in await expire() } }
        if scenario.brownsOut { world.spawn { [self] in await brownOut() } }
        if scenario.freezing > 0 { world.spawn { [self] in await freeze() } }
        if scenario.leaps { world.spawn { [self] in await leap() } }
        await withTaskGroup(of: Void.self) { body(&$0) }
    }

    /// Ends all faults, and waits until everything on its way has arrived.
    private func calmDown() async {
        faults = .none
        isDraining = true
        isBrownedOut = false
        freezer.end()
        for process in processes {
            process.frozenUntil = .zero
            process.leap = .zero
        }
        await world.sleep(.seconds(360))
    }

    private func createStream() async {
        var settings = StreamSettings()
        settings.partitionCount = scenario.partitions
        settings.retentionHours = scenario.retentionHours
        settings.compaction = scenario.compaction
        let ledger = process().ledger(self)
        while true {
            do throws(LedgerError) {
                let created = try await hold("a creation") {
                    [self, settings] () async throws(LedgerError) in
                    try await ledger.createStream(stream, settings).stream
                }
                if created.compaction { oracle.compacting.insert(created.incarnation) }
                return
            } catch {
                world.trace.note("create: \(error)", at: world.now, process: 0, code: 8)
                if case .streamAlreadyExists = error { return await adopt(ledger) }
                await world.sleep(
                    world.random.duration(from: .milliseconds(500), to: .seconds(600))
                )
            }
        }
    }

    /// Takes up the stream of a creation whose answer was lost.
    private func adopt(_ ledger: Ledger) async {
        guard let item = try? await store.get(.stream(stream)), let row = try? StreamRow(item)
        else { return }
        if row.compaction { oracle.compacting.insert(row.incarnation) }
    }

    // MARK: Others

    private func recreate() async {
        await world.sleep(pause(from: .milliseconds(50), least: .milliseconds(100)))
        let ledger = process().ledger(self)
        while true {
            do throws(LedgerError) {
                try await hold("a deletion") { [self] () async throws(LedgerError) in
                    try await ledger.deleteStream(stream)
                }
                break
            } catch {
                world.trace.note("delete: \(error)", at: world.now, process: 0, code: 8)
                if case .streamNotFound = error { break }
                await world.sleep(
                    world.random.duration(from: .milliseconds(500), to: .seconds(600))
                )
            }
        }
        await createStream()
    }

    private func changeRetention() async {
        let ledger = process().ledger(self)
        for _ in 0..<3 {
            await world.sleep(pause(from: .milliseconds(50), least: .milliseconds(100)))
            let hours = world.random.pick([1, 24, 72, nil])
            _ = try? await hold("a change") { [self] () async throws(LedgerError) in
                try await ledger.updateStream(stream, retentionHours: hours)
            }
        }
    }

    private func compact() async {
        let process = process()
        let ledger = process.ledger(self)
        while !isDraining {
            await process.pass(world.random.duration(from: .milliseconds(20), to: .hours(12)))
            _ = try? await hold("a compaction") { [self] () async throws(LedgerError) in
                _ = try await ledger.compact(stream)
            }
        }
    }

    /// Acts as a function that gets the table's records.
    private func answerDoorbell() async {
        let process = process()
        let ledger = process.ledger(self)
        while !isDraining {
            await process.pass(world.random.duration(from: .milliseconds(20), to: .hours(1)))
            let news = records.next(&world.random)
            let failed = await ledger.fold(news)
            records.giveBack(failed.sorted().map { news[$0] })
        }
    }

    private func sweep() async {
        let process = process()
        let ledger = process.ledger(self)
        let absence = world.random.pick([Duration.hours(1), .hours(6), .hours(60)])
        while !isDraining {
            await process.pass(world.random.duration(in: .seconds(60)...absence))
            await ledger.checkClock()
            await sweep(ledger)
        }
    }

    /// A run as a function has it, often cut off by its budget, or a whole round.
    private func sweep(_ ledger: Ledger) async {
        guard world.random.happens(0.7) else {
            _ = await ledger.sweep()
            return
        }
        let budget = world.random.duration(from: .milliseconds(10), to: .seconds(300))
        _ = await ledger.sweepDue(within: budget, wantsRound: world.random.happens(0.5))
    }

    /// The engine's own removal: any expired row, at any lateness, in any order.
    private func expire() async {
        let share = world.random.pick([0.1, 0.5, 1])
        while !isDraining {
            await world.sleep(world.random.duration(in: .seconds(600) ... .hours(6)))
            let now = SimulatedClock.beginning.advanced(by: world.now)
            store.expire(now: now) { _ in world.random.happens(share) }
        }
    }

    /// Sets clocks days ahead, and right again before they have stood for an hour.
    ///
    /// Never twice by the same: whoever stood still in between would have seen a clock that stands.
    private func leap() async {
        var leaps = (16...160).map { Duration.hours($0 * 3) }
        while !isDraining, !leaps.isEmpty {
            await world.sleep(pause(from: .milliseconds(10), least: .milliseconds(20)))
            guard !isDraining else { return }
            let process = anyProcess()
            process.leap = leaps.remove(at: world.random.index(leaps.count))
            world.trace.note(
                "clock ahead by \(process.leap.wholeMilliseconds) ms",
                at: world.now,
                process: process.number,
                code: 11
            )
            await world.sleep(world.random.duration(from: .seconds(1), to: .seconds(1800)))
            process.leap = .zero
            world.trace.note("clock right again", at: world.now, process: process.number, code: 11)
        }
    }

    /// Refuses all writes for up to a minute.
    private func brownOut() async {
        while !isDraining {
            await world.sleep(pause(from: .milliseconds(10), least: .seconds(300)))
            isBrownedOut = !isDraining
            await world.sleep(world.random.duration(in: .seconds(1) ... .seconds(60)))
            isBrownedOut = false
        }
    }

    /// Stops processes, whatever they do, and sets clocks meanwhile.
    private func freeze() async {
        while freezer.isActive {
            await world.sleep(pause(from: .milliseconds(10), least: .milliseconds(20)))
            guard freezer.isActive else { return }
            let process = anyProcess()
            let length = freezer.next()
            process.freeze(length)
            await world.sleep(world.random.duration(in: .zero...length))
            if world.random.happens(0.2), scenario.skew > .zero {
                process.skew = drawnSkew()
            }
        }
    }
}
