import LedgerCore
import LedgerService
import LedgerTesting

/// Polls, commits, seeks and crashes, and checks every page against the truth.
final class Consumer: @unchecked Sendable {
    private let id: SubscriptionID
    let simulation: Simulation
    let world: World
    let truth: Truth
    private var process: SimulatedProcess
    private var ledger: Ledger
    private let start: StartPoint
    /// What this consumer knows of where it stands; nil: begins anew.
    private var view: ConsumerView?
    private var cursor: String?

    init(_ number: Int, _ simulation: Simulation) {
        id = SubscriptionID("c\(number)").unsafelyUnwrapped
        self.simulation = simulation
        world = simulation.world
        truth = simulation.truth
        process = simulation.process()
        ledger = process.ledger(simulation)
        let compacts = simulation.scenario.compaction
        start = compacts && world.random.happens(0.6) ? .compacted : .earliest
    }

    func run() async {
        let longest = max(simulation.scenario.longestPause, 20)
        for _ in 0..<simulation.scenario.polls {
            await process.pass(world.random.duration(10, longest))
            if world.random.happens(0.15) { crash() }
            if world.random.happens(0.1) { await seek() }
            await step(limit: 1 + world.random.index(6))
        }
    }

    /// Polls on until everything was read; the ledger is calm by now.
    func finish() async {
        crash()
        for _ in 0..<2000 {
            await process.pass(5)
            guard await step(limit: 50) else { continue }
            return
        }
        truth.violate(.progress, "\(id) never catches up")
    }

    /// The process is gone, and with it what was not committed.
    private func crash() {
        process = simulation.process()
        ledger = process.ledger(simulation)
        cursor = nil
        view?.crash()
    }

    // MARK: Steps

    /// One poll, and perhaps a commit.
    ///
    /// - Returns: Whether it has caught up.
    @discardableResult
    private func step(limit: Int) async -> Bool {
        guard await subscribe() else { return false }
        let before = await ends()
        do throws(LedgerError) {
            let page = try await ledger.poll(
                id,
                of: simulation.stream,
                cursor: cursor,
                limit: limit,
                wait: simulation.isDraining ? 0 : world.random.number(0...simulation.scenario.wait)
            )
            world.trace.note(
                world.now,
                process.number,
                4,
                "\(id) from \(start) got \(page.page.events.count), now at \(page.page.positions)"
            )
            guard view?.stream == page.stream.incarnation else {
                view = nil
                cursor = nil
                return false
            }
            view?.take(page, before, of: self)
            cursor = page.cursor
            if world.random.happens(0.6) { await commit(page.cursor) }
            return page.page.caughtUp
        } catch {
            world.trace.note(world.now, process.number, 5, "\(id) poll: \(error)")
            await handle(error)
            return false
        }
    }

    private func commit(_ cursor: String) async {
        view?.commitBegins()
        do throws(LedgerError) {
            try await simulation.hold("a commit") { [self] () async throws(LedgerError) in
                try await ledger.commit(id, of: simulation.stream, cursor: cursor)
            }
            view?.commitEnded()
        } catch {
            world.trace.note(world.now, process.number, 6, "\(id) commit: \(error)")
        }
    }

    private func seek() async {
        guard view != nil else { return }
        await seek(to: start)
    }

    /// After a seek whose outcome is open nothing is known, so it is repeated until it succeeds.
    private func seek(to point: StartPoint) async {
        let old = cursor
        cursor = nil
        while true {
            do throws(LedgerError) {
                try await simulation.hold("a seek") { [self] () async throws(LedgerError) in
                    try await ledger.seek(id, of: simulation.stream, to: point)
                }
                view = await freshView()
                if let old { await expectRefusal(of: old) }
                return
            } catch {
                world.trace.note(world.now, process.number, 7, "\(id) seek: \(error)")
                switch error {
                case .streamNotFound, .subscriptionNotFound:
                    view = nil
                    return
                default: await process.pass(world.random.duration(500, 600_000))
                }
            }
        }
    }

    /// A cursor from before a seek must be of no use any more.
    private func expectRefusal(of cursor: String) async {
        let polled = try? await ledger.poll(
            id,
            of: simulation.stream,
            cursor: cursor,
            limit: 1,
            wait: 0
        )
        if polled != nil { truth.violate(.seeks, "\(id): a cursor from before a seek still works") }
    }

    private func subscribe() async -> Bool {
        guard view == nil else { return true }
        cursor = nil
        do throws(LedgerError) {
            _ = try await simulation.hold("a creation") { [self] () async throws(LedgerError) in
                try await ledger.createSubscription(
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
            truth.violate(.reads, "\(id): \(error)")
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

    /// Where each partition of the stream ends now, truly, for one who reads.
    private func ends() async -> [Int64] {
        guard let view else { return [] }
        return Partition.all(simulation.scenario.partitions).map { visibleEnd($0, of: view.stream) }
    }

    /// Without the chunks at the end whose transaction is still under way: nobody was told of them.
    private func visibleEnd(_ partition: Partition, of stream: Incarnation) -> Int64 {
        var events = truth.log(stream, partition).events[...]
        while let chunk = events.last?.chunk,
            simulation.visibility.isUnderWay(.chunk(stream, partition, chunk))
        {
            events = events[..<Int(chunk.rawValue)]
        }
        return Int64(events.count)
    }
}
