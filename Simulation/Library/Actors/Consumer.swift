import LedgerCore
import LedgerService
import LedgerTesting

/// Polls, commits, seeks and crashes, and holds every page against the oracle.
///
/// `@unchecked Sendable`: see ``World``.
final class Consumer: @unchecked Sendable {
    private let id: SubscriptionID
    let simulation: Simulation
    let world: World
    let oracle: Oracle
    private var process: SimulatedProcess
    private var ledger: Ledger
    private let start: StartPoint
    /// The view that this consumer has of where it stands; nil when it must begin anew.
    private var view: ConsumerView?
    private var cursor: String?

    init(_ number: Int, in simulation: Simulation) {
        id = SubscriptionID("c\(number)").unsafelyUnwrapped
        self.simulation = simulation
        world = simulation.world
        oracle = simulation.oracle
        process = simulation.process()
        ledger = process.ledger(simulation)
        let compacts = simulation.scenario.compaction
        start = compacts && world.random.happens(0.6) ? .compacted : .earliest
    }

    func run() async {
        let longest = max(simulation.scenario.longestPause, .milliseconds(20))
        for _ in 0..<simulation.scenario.polls {
            await process.pass(world.random.duration(from: .milliseconds(10), to: longest))
            if world.random.happens(0.15) { crash() }
            if world.random.happens(0.1) { await seek() }
            await step(limit: 1 + world.random.index(6))
        }
    }

    /// Polls on until everything was read; the ledger is calm by now.
    func finish() async {
        crash()
        for _ in 0..<2000 {
            await process.pass(.milliseconds(5))
            guard await step(limit: 50) else { continue }
            return
        }
        oracle.report("\(id) never catches up", breaking: .progress)
    }

    /// Loses the process, and with it everything that was not committed.
    private func crash() {
        process = simulation.process()
        ledger = process.ledger(simulation)
        cursor = nil
        view?.crash()
    }

    // MARK: Steps

    /// One poll, and perhaps a commit.
    ///
    /// - Returns: true when it has caught up.
    @discardableResult
    private func step(limit: Int) async -> Bool {
        guard await subscribe() else { return false }
        let before = await ends()
        do throws(LedgerError) {
            let page = try await ledger.subscriptions.poll(
                id,
                of: simulation.stream,
                cursor: cursor,
                limit: limit,
                wait: simulation.isDraining
                    ? .zero : world.random.duration(in: .zero...simulation.scenario.wait)
            )
            let positions = page.page.positions.values
            world.trace.note(
                "\(id) from \(start) got \(page.page.events.count), now at \(positions)",
                at: world.now,
                process: process.number,
                code: 4
            )
            guard view?.stream == page.stream.incarnation else {
                view = nil
                cursor = nil
                return false
            }
            view?.take(page, ends: before, of: self)
            cursor = page.cursor
            if world.random.happens(0.6) { await commit(page.cursor) }
            return page.page.caughtUp
        } catch {
            world.trace.note(
                "\(id) poll: \(error)",
                at: world.now,
                process: process.number,
                code: 5
            )
            await handle(error)
            return false
        }
    }

    private func commit(_ cursor: String) async {
        view?.commitBegins()
        do throws(LedgerError) {
            try await simulation.hold("a commit") { [self] () async throws(LedgerError) in
                try await ledger.subscriptions.commit(id, of: simulation.stream, cursor: cursor)
            }
            view?.commitEnded()
        } catch {
            world.trace.note(
                "\(id) commit: \(error)",
                at: world.now,
                process: process.number,
                code: 6
            )
        }
    }

    private func seek() async {
        guard view != nil else { return }
        await seek(to: start)
    }

    /// Seeks until it succeeds: after a seek whose outcome is open nothing is known.
    private func seek(to point: StartPoint) async {
        let old = cursor
        cursor = nil
        while true {
            do throws(LedgerError) {
                try await simulation.hold("a seek") { [self] () async throws(LedgerError) in
                    try await ledger.subscriptions.seek(id, of: simulation.stream, to: point)
                }
                view = await freshView()
                if let old { await expectRefusal(of: old) }
                return
            } catch {
                world.trace.note(
                    "\(id) seek: \(error)",
                    at: world.now,
                    process: process.number,
                    code: 7
                )
                switch error {
                case .streamNotFound, .subscriptionNotFound:
                    view = nil
                    return
                default:
                    let pause = world.random.duration(
                        from: .milliseconds(500),
                        to: .seconds(600)
                    )
                    await process.pass(pause)
                }
            }
        }
    }

    /// Polls with a cursor from before a seek, which must be refused.
    private func expectRefusal(of cursor: String) async {
        let polled = try? await ledger.subscriptions.poll(
            id,
            of: simulation.stream,
            cursor: cursor,
            limit: 1,
            wait: .zero
        )
        if polled != nil {
            oracle.report("\(id): a cursor from before a seek still works", breaking: .seeks)
        }
    }

    private func subscribe() async -> Bool {
        guard view == nil else { return true }
        cursor = nil
        do throws(LedgerError) {
            _ = try await simulation.hold("a creation") { [self] () async throws(LedgerError) in
                try await ledger.subscriptions.create(
                    id,
                    of: simulation.stream,
                    startingAt: start,
                    text: []
                )
            }
            view = await freshView()
        } catch {
            guard case .subscriptionAlreadyExists = error else { return false }
            // The answer to the creation was lost, or the stream is another one.
            view = await freshView()
        }
        return view != nil
    }

    private func handle(_ error: LedgerError) async {
        switch error {
        case .offsetExpired(let partition, _):
            view?.checkExpiry(partition, of: self)
            await seek(to: start)
        case .streamNotFound, .subscriptionNotFound:
            view = nil
        case .corruptChunk, .internalError, .offsetOutOfRange, .positionBeyondTail, .invalidCursor,
            .invalid:
            oracle.report("\(id): \(error)", breaking: .reads)
        default: break
        }
    }

    // MARK: What is known from outside

    private func freshView() async -> ConsumerView? {
        guard let row = await currentStream() else { return nil }
        return ConsumerView(row, startsCompacted: start == .compacted)
    }

    private func currentStream() async -> StreamRow? {
        guard let item = try? await simulation.store.get(.stream(simulation.stream)) else {
            return nil
        }
        return try? StreamRow(item)
    }

    /// The true end of each partition of the stream, as one who reads now may see it.
    private func ends() async -> [Int64] {
        guard let view else { return [] }
        return Partition.all(simulation.scenario.partitions).map { visibleEnd($0, of: view.stream) }
    }

    /// The end of a partition without the last chunks whose transaction is still under way: nobody was
    /// told of them.
    private func visibleEnd(_ partition: Partition, of stream: StreamIncarnation) -> Int64 {
        var events = oracle.log(of: partition, in: stream).events[...]
        while let chunk = events.last?.chunk,
            simulation.visibility.isUnderWay(.chunk(stream, partition, chunk))
        {
            events = events[..<Int(chunk.rawValue)]
        }
        return Int64(events.count)
    }
}
