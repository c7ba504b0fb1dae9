import LedgerCore
import LedgerService
import LedgerTesting

/// Looks after a delivery: asks for parked events, now and then twice, drops or parks some, and moves
/// the subscription.
///
/// `@unchecked Sendable`: see ``World``.
final class Operator: @unchecked Sendable {
    private let delivery: DeliveryScenario
    private let simulation: Simulation
    private let world: World
    private let oracle: Oracle
    private let process: SimulatedProcess
    private let ledger: Ledger

    init(of delivery: DeliveryScenario, in simulation: Simulation) {
        self.delivery = delivery
        self.simulation = simulation
        world = simulation.world
        oracle = simulation.oracle
        process = simulation.process()
        ledger = process.ledger(simulation)
    }

    func run() async {
        for _ in 0..<delivery.rounds / 3 {
            let longest = max(delivery.longestPause * 4, .seconds(5))
            await process.pass(world.random.duration(from: .milliseconds(100), to: longest))
            switch world.random.index(10) {
            case 0...5: await replay()
            case 6 where delivery.seeks: await seek()
            case 7...8 where delivery.meddles: await park()
            case 9 where delivery.meddles: await discard()
            default: break
            }
        }
    }

    // MARK: Parked events

    /// Asks for some of the parked events, or for all.
    private func replay() async {
        guard let page = await list() else { return }
        let chosen = page.events.filter { _ in world.random.happens(0.5) }
        let wanted = Dictionary(grouping: chosen, by: \.row.partition)
            .mapValues { $0.map(\.row.offset) }
        let asked = world.random.happens(0.3) ? nil : wanted
        let isTwice = world.random.happens(0.3)
        if isTwice {
            let other = simulation.process().ledger(simulation)
            world.spawn { [self] in
                await world.sleep(world.random.duration(from: .milliseconds(1), to: .seconds(5)))
                await replay(asked, through: other)
            }
        }
        await replay(asked, through: ledger)
    }

    /// The first parked events.
    func list() async -> ParkedPage? {
        let (ledger, stream) = (ledger, simulation.stream)
        do throws(LedgerError) {
            return try await ledger.subscriptions.parked(
                in: DeliveryRecord.subscription,
                of: stream,
                partition: nil,
                limit: 1 + world.random.index(20),
                after: nil
            )
        } catch {
            take(error, of: "parked")
            return nil
        }
    }

    private func replay(_ events: [Partition: [Offset]]?, through ledger: Ledger) async {
        do throws(LedgerError) {
            let receipt = try await hold("a replay") {
                [stream = simulation.stream] ()
                    async throws(LedgerError) in
                try await ledger.subscriptions.replay(
                    events,
                    by: "operator",
                    in: DeliveryRecord.subscription,
                    of: stream
                )
            }
            note("replays \(receipt.replayed), \(receipt.left) are left")
        } catch { take(error, of: "replay") }
    }

    /// Asks for all parked events until none is left; what the log has lost is dropped.
    func replayAll() async {
        await replay(nil, through: ledger)
        guard let page = await list() else { return }
        for event in page.events where event.row.content == nil {
            await discard(event.row)
        }
    }

    private func discard() async {
        guard let page = await list(), !page.events.isEmpty else { return }
        await discard(world.random.pick(page.events).row)
    }

    private func discard(_ row: ParkedRow) async {
        do throws(LedgerError) {
            try await hold("a discard", of: row.offset) {
                [ledger, stream = simulation.stream] ()
                    async throws(LedgerError) in
                try await ledger.subscriptions.discard(
                    row.offset,
                    partition: Int64(row.partition.index),
                    in: DeliveryRecord.subscription,
                    of: stream
                )
            }
            note("drops \(row.offset.rawValue)")
        } catch { take(error, of: "discard") }
    }

    /// Parks an event that is open, or one that may not be.
    private func park() async {
        guard let stream = await stream() else { return }
        let partition = world.random.pick(stream.partitions)
        let open = oracle.openEvents(of: partition, in: stream.incarnation)
        let offset = open.isEmpty ? Offset.zero : world.random.pick(open)
        do throws(LedgerError) {
            let event = try await hold("a parking", of: offset) {
                [ledger, stream = simulation.stream] () async throws(LedgerError) in
                try await ledger.subscriptions.park(
                    offset,
                    partition: Int64(partition.index),
                    because: "by hand",
                    in: DeliveryRecord.subscription,
                    of: stream
                )
            }
            note("parks \(event.row.offset.rawValue) of \(partition.index)")
        } catch { take(error, of: "park") }
    }

    // MARK: The subscription

    /// Moves all partitions to their beginnings, or one to an offset of its own.
    private func seek() async {
        guard let stream = await stream() else { return }
        let partition = world.random.pick(stream.partitions)
        let end = oracle.log(of: partition, in: stream.incarnation).events.count
        let offset = Offset(Int64(world.random.index(end + 1)))
        let isPartial = world.random.happens(0.6)
        var call = CallNote.DeliveryCall()
        if isPartial { call.moved = [partition.index] }
        let offsets = offset.map { [partition.index: $0] } ?? [:]
        let (ledger, point) = (ledger, isPartial ? StartPoint.offsets(offsets) : .earliest)
        do throws(LedgerError) {
            try await simulation.hold("a seek", by: "operator", delivery: call) {
                [stream = simulation.stream] () async throws(LedgerError) in
                try await ledger.subscriptions.seek(
                    DeliveryRecord.subscription,
                    of: stream,
                    to: point
                )
            }
            note("seeks to \(point)")
        } catch { take(error, of: "seek") }
    }

    private func stream() async -> StreamRow? {
        guard let item = try? await simulation.store.get(.stream(simulation.stream)) else {
            return nil
        }
        return try? StreamRow(item)
    }

    // MARK: Calls

    private func hold<Answer: Sendable>(
        _ what: String,
        of offset: Offset? = nil,
        body: @Sendable () async throws(LedgerError) -> Answer
    ) async throws(LedgerError) -> Answer {
        try await simulation.hold(
            what,
            by: "operator",
            delivery: CallNote.DeliveryCall(removal: offset),
            body: body
        )
    }

    private func take(_ error: LedgerError, of call: String) {
        note("\(call): \(error)")
        switch error {
        case .corruptChunk, .internalError, .offsetOutOfRange, .positionBeyondTail,
            .wrongDeliveryMode:
            oracle.report("operator, \(call): \(error)", breaking: .reads)
        default: break
        }
    }

    private func note(_ line: @autoclosure () -> String) {
        world.trace.note("operator \(line())", at: world.now, process: process.number, code: 16)
    }
}
