import LedgerCore
import LedgerService
import LedgerTesting

/// One page in the hands of a receiver, which processes it event by event.
struct ReceivedWork {
    private let page: HandedPage
    private let receiver: Receiver
    private var verdicts: [Partition: [Offset: Verdict]] = [:]
    /// Keys of which an event failed: their later ones are not tried.
    private var spoiled: Set<[UInt8]> = []
    /// The true time since which the lease lasts, as the receiver believes.
    private var since: Duration
    private var isLeaving = false
    private let isSloppy: Bool
    private var world: World { receiver.world }
    private var oracle: Oracle { receiver.oracle }
    private var ackWait: Duration { receiver.delivery.policy.ackWait }

    init(_ page: HandedPage, of receiver: Receiver) {
        self.page = page
        self.receiver = receiver
        since = receiver.world.now
        isSloppy =
            !receiver.isCalm && receiver.world.random.happens(receiver.delivery.sloppiness)
    }

    /// Processes the events in their order.
    ///
    /// - Returns: The acknowledgement; nil: it died of one of them.
    mutating func run() async -> Acknowledgement? {
        if isSloppy { await claimLast() }
        for event in page.events {
            if !receiver.isCalm, world.random.happens(0.02) { isLeaving = true }
            guard !isLeaving else {
                put(.release, on: event)
                continue
            }
            guard !spoiled.contains(event.key) else {
                skip(event)
                continue
            }
            await extend()
            guard await process(event) else { return nil }
        }
        return acknowledgement
    }

    private mutating func put(_ verdict: Verdict, on event: HandedEvent) {
        verdicts[event.partition, default: [:]][event.offset] = verdict
    }

    /// Says of the last event that it is done, too early.
    private mutating func claimLast() async {
        guard page.events.count > 1, let event = page.events.last, world.random.happens(0.5) else {
            return
        }
        claim(event)
        _ = await receiver.send(acknowledging([event.partition: [event.offset: .ack]]))
    }

    private func claim(_ event: HandedEvent) {
        oracle.deliveries.update(page.lease.span(of: event.partition)) {
            $0.claimed.insert(event.offset)
        }
    }

    /// Leaves an event alone, whose key has failed; or says that it is done.
    private mutating func skip(_ event: HandedEvent) {
        guard isSloppy else { return }
        claim(event)
        put(.ack, on: event)
    }

    /// Asks for more time where that may be needed.
    private mutating func extend() async {
        guard world.now - since > ackWait / 2, receiver.isCalm || world.random.happens(0.5) else {
            return
        }
        let now = world.now
        let longer = acknowledging([:], lasting: ackWait)
        guard await receiver.send(longer) else { return }
        since = now
    }

    /// Processes one event.
    ///
    /// - Returns: false when the receiver dies of it.
    private mutating func process(_ event: HandedEvent) async -> Bool {
        let span = page.lease.span(of: event.partition)
        oracle.deliveries.update(span) { $0.tries[event.offset, default: 0] += 1 }
        let longest = receiver.simulation.isDraining ? .milliseconds(40) : ackWait / 10
        await receiver.process.pass(world.random.duration(from: .milliseconds(20), to: longest))
        if !receiver.isCalm, world.random.happens(receiver.delivery.unrest / 2) {
            await receiver.process.pass(world.random.duration(in: .zero...ackWait * 3))
        }
        switch illness(of: event) {
        case .crash: return false
        case .reject:
            spoil(event.key)
            put(.reject(reason: "never"), on: event)
        case .nack:
            spoil(event.key)
            put(.nack(after: pause, reason: "not now"), on: event)
        case nil:
            oracle.processed(event, under: page.lease)
            put(.ack, on: event)
        }
        return true
    }

    /// Leaves the later events of a key alone, where its order counts.
    private mutating func spoil(_ key: [UInt8]) {
        if receiver.delivery.policy.order == .key { spoiled.insert(key) }
    }

    /// The pause that a receiver asks for; nil: the policy's.
    private var pause: Duration? {
        world.random.happens(0.6) ? nil : world.random.duration(in: .zero...ackWait)
    }

    /// The thing that happens to whoever processes an event; all is well once the faults have stopped.
    private func illness(of event: HandedEvent) -> DeliveryScenario.Illness? {
        guard !receiver.simulation.isDraining else { return nil }
        if oracle.deliveries.illnesses[event.value] == nil {
            let kinds = receiver.delivery.onlyIllness.map { [$0] } ?? [.crash, .nack, .reject]
            let isIll = world.random.happens(receiver.delivery.poison)
            oracle.deliveries.illnesses[event.value] = .some(isIll ? world.random.pick(kinds) : nil)
        }
        if let illness = oracle.deliveries.illnesses[event.value] ?? nil { return illness }
        // The others fail for a moment.
        return !receiver.isCalm && world.random.happens(0.05) ? .nack : nil
    }

    // MARK: The end

    /// What became of the events; where all of them are decided, what is done may go unnamed.
    private var acknowledgement: Acknowledgement {
        let count = verdicts.values.reduce(0) { $0 + $1.count }
        guard count == page.events.count, world.random.happens(0.4) else {
            return acknowledging(verdicts)
        }
        let named = verdicts.mapValues { $0.filter { $0.value != .ack } }
        return Acknowledgement(
            of: page.text,
            verdicts: named.filter { !$0.value.isEmpty },
            acksOthers: true,
            lasting: nil
        )
    }

    private func acknowledging(
        _ verdicts: [Partition: [Offset: Verdict]],
        lasting: Duration? = nil
    ) -> Acknowledgement {
        Acknowledgement(of: page.text, verdicts: verdicts, acksOthers: false, lasting: lasting)
    }
}
