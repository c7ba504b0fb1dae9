import LedgerCore
import LedgerService
import LedgerTesting

/// A consumer that acknowledges each event by itself: late, in part, or what it has not processed; it
/// stands still, dies of what it processes, and repeats its calls.
///
/// `@unchecked Sendable`: see ``World``.
final class Receiver: @unchecked Sendable {
    /// The calls with one acknowledgement or attempt before a receiver gives up.
    private static let tries = 3
    /// The same where nothing goes wrong but what is processed: others may be first, again and again.
    private static let calmTries = 50

    let name: String
    let delivery: DeliveryScenario
    let simulation: Simulation
    let world: World
    let oracle: Oracle
    private(set) var process: SimulatedProcess
    private var ledger: Ledger
    /// An acknowledgement to be sent along with the next call.
    private var pending: Acknowledgement?
    private var attempts = 0

    init(_ number: Int, of delivery: DeliveryScenario, in simulation: Simulation) {
        name = "e\(number)"
        self.delivery = delivery
        self.simulation = simulation
        world = simulation.world
        oracle = simulation.oracle
        process = simulation.process()
        ledger = process.ledger(simulation)
    }

    func run() async {
        for _ in 0..<delivery.rounds {
            if !isCalm || pending == nil {
                await process.pass(
                    world.random.duration(from: .milliseconds(10), to: delivery.longestPause)
                )
            }
            if world.random.happens(delivery.unrest) { await disturb() }
            let wait = world.random.duration(in: .zero...simulation.scenario.wait)
            await step(limit: 1 + world.random.index(6), wait: wait)
        }
        if let pending { await acknowledge(pending) }
    }

    /// True where each delivery is accounted for, so that nothing may be lost for want of patience, and
    /// in the last look.
    var isCalm: Bool { delivery.onlyIllness != nil || simulation.isDraining }

    /// Receives, processes and acknowledges one page.
    ///
    /// - Returns: The page; nil: there was none.
    @discardableResult
    func step(limit: Int, wait: Duration) async -> ReceivedPage? {
        let acknowledgement = pending
        pending = nil
        var request = ReceiveRequest(
            limit: limit,
            wait: wait,
            consumer: name,
            acknowledgement: acknowledgement
        )
        attempts += 1
        if isCalm || world.random.happens(0.6) { request.attempt = "\(name)-\(attempts)" }
        guard let page = await receive(request) else { return nil }
        guard let handed = HandedPage(page, by: oracle) else { return page }
        var work = ReceivedWork(handed, of: self)
        guard let result = await work.run() else {
            await crash()
            return page
        }
        if !simulation.isDraining, world.random.happens(delivery.alongShare) {
            pending = result
        } else {
            await acknowledge(result)
        }
        return page
    }

    private func disturb() async {
        switch world.random.index(4) {
        case 0: await crash()
        case 1: pending = nil
        default:
            let longest = delivery.policy.ackWait * 3
            await process.pass(world.random.duration(in: .seconds(1)...longest))
        }
    }

    /// Loses the process and all that was not acknowledged; what is on its way goes on.
    private func crash() async {
        note("dies")
        pending = nil
        await process.pass(world.random.duration(from: .milliseconds(100), to: .seconds(10)))
        process = simulation.process()
        ledger = process.ledger(simulation)
    }

    // MARK: Receiving

    /// Calls for events, as often as it takes or patience lasts; a named attempt also twice at once.
    private func receive(_ request: ReceiveRequest) async -> ReceivedPage? {
        let last = isCalm ? Self.calmTries : request.attempt == nil ? 1 : Self.tries
        var request = request
        for number in 1...last {
            let isTwice =
                request.attempt != nil && !simulation.isDraining
                && world.random.happens(delivery.haste)
            switch isTwice ? await twice(request) : await once(request, through: ledger) {
            case .success(let page): return page
            case .failure(let error):
                await handle(error)
                if case .cursorSuperseded = error { request.acknowledgement = nil }
                if case .invalidLease = error { request.acknowledgement = nil }
            }
            guard number < last else { return nil }
            await process.pass(world.random.duration(from: .milliseconds(50), to: .seconds(2)))
        }
        return nil
    }

    /// The same call by two processes: the first answer counts.
    private func twice(_ request: ReceiveRequest) async -> Result<ReceivedPage, LedgerError> {
        let ledgers = [ledger, simulation.process().ledger(simulation)]
        let latest = world.random.pick([.seconds(2), delivery.policy.ackWait])
        world.spawn { [self] in
            await world.sleep(world.random.duration(from: .milliseconds(1), to: latest))
            _ = await once(request, through: ledgers[1])
        }
        return await once(request, through: ledgers[0])
    }

    private func once(
        _ request: ReceiveRequest,
        through ledger: Ledger
    ) async -> Result<ReceivedPage, LedgerError> {
        let acknowledged = request.acknowledgement
        let lease = acknowledged.flatMap { oracle.deliveries.lease($0.lease) }
        do throws(LedgerError) {
            let page = try await simulation.hold(
                "a call for events",
                by: name,
                delivery: CallNote.DeliveryCall(lease: lease?.token.lease)
            ) { [stream = simulation.stream] () async throws(LedgerError) in
                try await ledger.subscriptions.receive(
                    DeliveryRecord.subscription,
                    of: stream,
                    as: request
                )
            }
            note("got \(page.parts.map { "\($0.row.partition.index): \($0.events.count)" })")
            if let lease, let acknowledged, let receipt = page.receipt {
                oracle.judge(receipt, of: acknowledged, under: lease)
            }
            return .success(page)
        } catch {
            note("receive: \(error)")
            return .failure(error)
        }
    }

    // MARK: Acknowledging

    /// Sends an acknowledgement, as often as it takes or patience lasts.
    func acknowledge(_ acknowledgement: Acknowledgement) async {
        for _ in 0..<(isCalm ? Self.calmTries : Self.tries) {
            if await send(acknowledgement) { return }
            await process.pass(world.random.duration(from: .milliseconds(50), to: .seconds(2)))
        }
    }

    /// Sends an acknowledgement once.
    ///
    /// - Returns: false when it may be worth another try.
    func send(_ acknowledgement: Acknowledgement) async -> Bool {
        guard let lease = oracle.deliveries.lease(acknowledgement.lease) else { return true }
        let (ledger, stream) = (ledger, simulation.stream)
        do throws(LedgerError) {
            let receipt = try await simulation.hold(
                "an acknowledgement",
                by: name,
                delivery: CallNote.DeliveryCall(lease: lease.token.lease)
            ) { () async throws(LedgerError) in
                try await ledger.subscriptions.acknowledge(
                    acknowledgement,
                    in: DeliveryRecord.subscription,
                    of: stream
                )
            }
            note("acknowledges \(receipt.acknowledged), not \(receipt.notHeld.count)")
            oracle.judge(receipt, of: acknowledgement, under: lease)
            return true
        } catch {
            note("acknowledge: \(error)")
            switch error {
            case .cursorSuperseded, .invalidLease, .streamNotFound, .subscriptionNotFound:
                await handle(error)
                return true
            default:
                await handle(error)
                return false
            }
        }
    }

    // MARK: The subscription

    private func handle(_ error: LedgerError) async {
        switch error {
        case .subscriptionNotFound, .streamNotFound: await subscribe()
        case .offsetExpired(let partition, let earliest):
            oracle.judgeExpiry(of: partition, before: earliest)
            await seek()
        case .invalidLease where simulation.scenario.recreates: break
        case .corruptChunk, .internalError, .offsetOutOfRange, .positionBeyondTail, .invalidLease,
            .invalid, .wrongDeliveryMode:
            oracle.report("\(name): \(error)", breaking: .reads)
        default: break
        }
    }

    private func subscribe() async {
        let (ledger, stream, policy) = (ledger, simulation.stream, delivery.policy)
        do throws(LedgerError) {
            _ = try await simulation.hold("a creation", by: name) { () async throws(LedgerError) in
                try await ledger.subscriptions.create(
                    DeliveryRecord.subscription,
                    of: stream,
                    startingAt: .earliest,
                    text: [],
                    delivery: policy
                )
            }
        } catch { note("create: \(error)") }
    }

    /// Goes on with what the log has not lost.
    private func seek() async {
        let (ledger, stream) = (ledger, simulation.stream)
        do throws(LedgerError) {
            try await simulation.hold("a seek", by: name) { () async throws(LedgerError) in
                try await ledger.subscriptions.seek(
                    DeliveryRecord.subscription,
                    of: stream,
                    to: .earliest
                )
            }
            note("seeks")
        } catch { note("seek: \(error)") }
    }

    func note(_ line: @autoclosure () -> String) {
        world.trace.note("\(name) \(line())", at: world.now, process: process.number, code: 15)
    }
}
