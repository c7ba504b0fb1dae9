import LedgerCore
import LedgerService
import LedgerTesting

/// A member of a group: polls, commits late or twice, stands still, leaves, and comes back under its
/// name.
///
/// `@unchecked Sendable`: see ``World``.
final class Member: @unchecked Sendable {
    let name: MemberName
    private let group: GroupScenario
    private let simulation: Simulation
    private let world: World
    private let oracle: Oracle
    private var process: SimulatedProcess
    private var ledger: Ledger
    private var cursor: String?
    /// The cursor of the page before.
    private var former: String?

    init(_ number: Int, of group: GroupScenario, in simulation: Simulation) {
        name = MemberName("m\(number)").unsafelyUnwrapped
        self.group = group
        self.simulation = simulation
        world = simulation.world
        oracle = simulation.oracle
        process = simulation.process()
        ledger = process.ledger(simulation)
    }

    func run() async {
        for _ in 0..<group.polls {
            let pause = world.random.duration(from: .milliseconds(10), to: group.longestPause)
            await process.pass(pause)
            if world.random.happens(group.unrest) { await disturb() }
            let wait = world.random.duration(in: .zero...simulation.scenario.wait)
            guard let page = await poll(limit: 1 + world.random.index(6), wait: wait) else {
                continue
            }
            await finish(page)
        }
    }

    /// Commits the page, or does not, or lets a commit go its own way.
    private func finish(_ page: GroupPage) async {
        let former = former
        self.former = page.page.cursor
        if world.random.happens(group.haste) {
            let late = world.random.pick([page.page.cursor, former ?? page.page.cursor])
            let longest = world.random.pick([.milliseconds(20), group.session * 2])
            let pause = world.random.duration(in: .zero...longest)
            world.spawn { [self] in
                await world.sleep(pause)
                await commit(late)
            }
        }
        guard world.random.happens(0.5) else { return }
        await commit(page.page.cursor, stoppingAt: world.random.happens(0.2) ? part(of: page) : [:])
        if world.random.happens(0.3) { cursor = nil }
    }

    /// A place within the events of one partition of the page, by the partition's number.
    private func part(of page: GroupPage) -> [Int: Offset] {
        let events = page.page.page.events
        guard !events.isEmpty else { return [:] }
        let event = world.random.pick(events)
        return [event.partition.index: event.offset]
    }

    private func disturb() async {
        switch world.random.index(10) {
        case 0...2: crash()
        case 3, 4: await leave()
        case 5...7:
            await process.pass(world.random.duration(in: group.session / 2...group.session * 3))
        case 8: await heartbeat()
        default: if group.seeks { await seek() }
        }
    }

    /// Loses the process and all that was not committed; what is on its way goes on.
    private func crash() {
        process = simulation.process()
        ledger = process.ledger(simulation)
        cursor = nil
        former = nil
    }

    // MARK: Calls

    /// One poll as a member, whose page is held against what really happened.
    func poll(limit: Int, wait: Duration) async -> GroupPage? {
        let sent = cursor
        let (ledger, group, name) = (ledger, group, name)
        do throws(LedgerError) {
            let page = try await call { [simulation] () async throws(LedgerError) in
                try await ledger.subscriptions.poll(
                    GroupRecord.subscription,
                    of: simulation.stream,
                    as: MemberRequest(name, session: group.session),
                    cursor: sent,
                    limit: limit,
                    wait: wait
                )
            }
            note("got \(page.page.page.events.count) of \(page.share.parts.map(\.partition.index))")
            GroupPageCheck(page, of: name, from: sent, by: oracle).run()
            cursor = page.page.cursor
            return page
        } catch {
            note("poll: \(error)")
            await handle(error)
            return nil
        }
    }

    /// Commits a page, or only a part of it, and holds the answer to its word.
    func commit(_ cursor: String, stoppingAt offsets: [Int: Offset] = [:]) async {
        let (ledger, stream) = (ledger, simulation.stream)
        do throws(LedgerError) {
            try await simulation.hold("a commit of a group", by: name.name) {
                () async throws(LedgerError) in
                try await ledger.subscriptions.commit(
                    GroupRecord.subscription,
                    of: stream,
                    cursor: cursor,
                    offsets: offsets
                )
            }
            note("commits")
            oracle.judgeCommitted(cursor, stoppingAt: offsets, in: nil)
        } catch {
            note("commit: \(error)")
            if case .leaseLost(_, let committed) = error {
                oracle.judgeCommitted(cursor, stoppingAt: offsets, in: committed)
            }
        }
    }

    private func leave() async {
        let (ledger, name) = (ledger, name)
        do throws(LedgerError) {
            try await simulation.hold("a departure", by: name.name) {
                [simulation] () async throws(LedgerError) in
                try await ledger.subscriptions.leave(
                    name,
                    in: GroupRecord.subscription,
                    of: simulation.stream
                )
            }
            note("leaves")
        } catch { note("leave: \(error)") }
        if world.random.happens(0.7) { cursor = nil }
        await process.pass(world.random.duration(in: .zero...group.session * 2))
    }

    private func heartbeat() async {
        let (ledger, group, name) = (ledger, group, name)
        do throws(LedgerError) {
            _ = try await call { [simulation] () async throws(LedgerError) in
                try await ledger.subscriptions.heartbeat(
                    of: MemberRequest(name, session: group.session),
                    in: GroupRecord.subscription,
                    of: simulation.stream
                )
            }
            note("renews")
        } catch { note("heartbeat: \(error)") }
    }

    private func seek() async {
        let (ledger, start) = (ledger, start)
        do throws(LedgerError) {
            try await simulation.hold("a seek", by: name.name) {
                [simulation] () async throws(LedgerError) in
                try await ledger.subscriptions.seek(
                    GroupRecord.subscription,
                    of: simulation.stream,
                    to: start
                )
            }
            note("seeks")
        } catch { note("seek: \(error)") }
    }

    private func subscribe() async {
        let (ledger, start) = (ledger, start)
        do throws(LedgerError) {
            _ = try await simulation.hold("a creation", by: name.name) {
                [simulation] () async throws(LedgerError) in
                try await ledger.subscriptions.create(
                    GroupRecord.subscription,
                    of: simulation.stream,
                    startingAt: start,
                    text: []
                )
            }
        } catch { note("create: \(error)") }
    }

    private func handle(_ error: LedgerError) async {
        switch error {
        case .subscriptionNotFound, .streamNotFound:
            cursor = nil
            await subscribe()
        case .cursorSuperseded: cursor = nil
        case .offsetExpired:
            cursor = nil
            await seek()
        case .invalidCursor where simulation.scenario.recreates: cursor = nil
        case .corruptChunk, .internalError, .offsetOutOfRange, .positionBeyondTail, .invalidCursor,
            .invalid:
            oracle.report("\(name): \(error)", breaking: .reads)
        default: break
        }
    }

    private var start: StartPoint {
        group.startsCompacted && simulation.scenario.compaction ? .compacted : .earliest
    }

    /// Runs a call in this member's name.
    private func call<Answer: Sendable>(
        body: @Sendable () async throws(LedgerError) -> Answer
    ) async throws(LedgerError) -> Answer {
        let result: Result<Answer, LedgerError> =
            await CallNote.$current.withValue(CallNote(caller: name.name)) {
                do throws(LedgerError) { return .success(try await body()) } catch {
                    return .failure(error)
                }
            }
        return try result.get()
    }

    private func note(_ line: @autoclosure () -> String) {
        world.trace.note("\(name) \(line())", at: world.now, process: process.number, code: 13)
    }
}
