package import LedgerCore

/// An acknowledgement as a consumer sends it.
package struct Acknowledgement: Hashable, Sendable {
    /// The text of the lease.
    package let lease: String
    /// By partition and offset.
    package let verdicts: [Partition: [Offset: Verdict]]
    /// True when all that the lease holds and that is not named is done.
    package let acksOthers: Bool
    /// The time from now on for which the lease is to last; nil: as it does.
    package let lasting: Duration?

    package init(
        of lease: String,
        verdicts: [Partition: [Offset: Verdict]],
        acksOthers: Bool,
        lasting: Duration?
    ) {
        self.lease = lease
        self.verdicts = verdicts
        self.acksOthers = acksOthers
        self.lasting = lasting
    }
}

/// The effect of an acknowledgement.
package struct AcknowledgementReceipt: Hashable, Sendable {
    /// Events that are done.
    package fileprivate(set) var acknowledged = 0
    /// Events that a verdict did not reach.
    package fileprivate(set) var notHeld: [NotHeld] = []
    /// Events that its lease still holds; 0: it is over.
    package fileprivate(set) var held = 0

    fileprivate mutating func add(_ delivered: Delivered) {
        acknowledged += delivered.acknowledged
        notHeld += delivered.notHeld
        held += delivered.held ?? 0
    }
}

/// A request for events of a delivery.
package struct ReceiveRequest: Sendable {
    /// Events at most.
    package var limit: Int
    /// The time to wait for events when there are none.
    package var wait: Duration
    /// The consumer's name, as it calls itself; may be empty.
    package var consumer: String
    /// The name of this attempt, whose repetition gets the same events; nil: it has none.
    package var attempt: String?
    /// An acknowledgement that is sent along.
    package var acknowledgement: Acknowledgement?

    package init(
        limit: Int,
        wait: Duration = .zero,
        consumer: String = "",
        attempt: String? = nil,
        acknowledgement: Acknowledgement? = nil
    ) {
        self.limit = limit
        self.wait = wait
        self.consumer = consumer
        self.attempt = attempt
        self.acknowledgement = acknowledgement
    }
}

/// Events that were handed out under one lease.
package struct ReceivedPage: Sendable {
    /// The stream as it was when the page was made.
    package let stream: StreamRow
    /// The subscription as it was then.
    let subscription: SubscriptionRow
    /// The policy under which they are delivered.
    package let policy: DeliveryPolicy
    /// The text of the lease; nil: no events were handed out.
    package let lease: String?
    /// The events by partition, in the order of delivery.
    package let parts: [Delivered]
    /// True when nothing that may be handed out now was left.
    package let isDrained: Bool
    /// What became of the acknowledgement that was sent along; nil: none was.
    package let receipt: AcknowledgementReceipt?

    /// About how many events are left; 0 exactly when drained.
    package var remaining: Int64 {
        isDrained ? 0 : max(parts.reduce(0) { $0 + $1.remaining }, 1)
    }

    fileprivate var isEmpty: Bool { parts.allSatisfy(\.events.isEmpty) }

    /// True if there are no events anywhere, nor could there be until something changes.
    var isIdle: Bool {
        isEmpty && parts.count == stream.partitionCount && parts.allSatisfy(\.isIdle)
    }
}

/// Events that are acknowledged one by one: handing out and taking back.
extension Subscriptions {
    /// Hands out a subscription's next events under a lease, after taking the acknowledgement that
    /// was sent along.
    ///
    /// When there are none it waits for them, at most as long as the request says.
    package func receive(
        _ id: SubscriptionID,
        of streamID: StreamID,
        as request: ReceiveRequest
    ) async throws(LedgerError) -> ReceivedPage {
        let begun = clock.instant()
        let guest = signals.join(streamID, subscription: id)
        defer { signals.leave(guest) }
        var state = try await state(of: id, of: streamID)
        var request = request
        var page = try await page(of: state, as: request)
        let receipt = page.receipt
        request.acknowledgement = nil
        var plan = ReceiveWait(begun: begun, patience: request.wait)
        var action = plan.receive(page.rows, isIdle: page.isIdle, now: clock.instant())
        while true {
            switch action {
            case .wait(let length):
                let stand = AppendSignals.Stand(of: page)
                let news = await reads.news(for: guest, beyond: stand, atMost: length)
                action = plan.receive(news, isCancelled: Task.isCancelled)
            case .receive:
                let look = await result { () throws(LedgerError) in
                    let state = try await self.state(of: id, of: streamID)
                    return (state, try await self.page(of: state, as: request))
                }
                (state, page) = try look.orThrow(afterChange: receipt != nil)
                action = plan.receive(page.rows, isIdle: page.isIdle, now: clock.instant())
            case .finish: return page.answering(receipt)
            }
        }
    }

    /// Takes an acknowledgement: what it does not reach is listed, and comes again or is finished.
    package func acknowledge(
        _ acknowledgement: Acknowledgement,
        in id: SubscriptionID,
        of streamID: StreamID
    ) async throws(LedgerError) -> AcknowledgementReceipt {
        let state = try await state(of: id, of: streamID)
        _ = try access.unlessRefused { () throws(Refusal) in try state.value.requireEventsMode() }
        let shares = try shares(of: acknowledgement, in: state.value)
        var receipt = AcknowledgementReceipt()
        (receipt.notHeld, receipt.held) = (shares.unreached, shares.heldElsewhere)
        let outcomes = await inParallel(shares.verdicts) { [self] partition, verdicts in
            await result { () throws(LedgerError) in
                try await settle(verdicts, at: partition, of: state)
            }
        }
        let settled = outcomes.compactMap { try? $0.get() }
        if let error = LedgerError.first(of: outcomes) {
            throw settled.isEmpty ? error : error.afterChange
        }
        for delivered in settled { receipt.add(delivered) }
        receipt.notHeld.sort { ($0.partition, $0.offset) < ($1.partition, $1.offset) }
        return receipt
    }

    /// Applies verdicts, in as many transactions as they take.
    private func settle(
        _ verdicts: Verdicts,
        at partition: Partition,
        of state: Observed<SubscriptionState>
    ) async throws(LedgerError) -> Delivered {
        var done: Delivered?
        var left = verdicts
        while true {
            let outcome = await result { [left] () throws(LedgerError) in
                try await turn(at: partition, of: state, doing: DeliveryTask(verdicts: left))
            }
            let delivered = try outcome.orThrow(afterChange: done != nil)
            done = done?.adding(delivered) ?? delivered
            guard !delivered.left.isEmpty else { return done ?? delivered }
            left = Verdicts(
                of: verdicts.grant,
                events: delivered.left,
                acksOthers: false,
                lasting: nil
            )
        }
    }

    /// An acknowledgement by partition.
    private struct Shares {
        let verdicts: [(Partition, Verdicts)]
        /// Events of partitions that its lease is not of.
        let unreached: [NotHeld]
        /// Events that its lease holds in partitions of which it says nothing.
        let heldElsewhere: Int
    }

    private func shares(
        of acknowledgement: Acknowledgement,
        in state: SubscriptionState
    ) throws(LedgerError) -> Shares {
        let token = try access.unlessRefused { () throws(Refusal) in
            try LeaseToken.read(
                acknowledgement.lease,
                of: state.subscription,
                rules: access.configuration.rules
            )
        }
        let verdicts = token.parts.map { part in
            let share = Verdicts(
                of: LeaseGrant(of: token.lease, at: part.granted),
                events: acknowledgement.verdicts[part.partition] ?? [:],
                acksOthers: acknowledgement.acksOthers,
                lasting: acknowledgement.lasting
            )
            return (part.partition, share)
        }
        let leased = token.parts.map(\.partition)
        let others = acknowledgement.verdicts.filter { !leased.contains($0.key) }
        let unreached = others.flatMap { partition, events in
            events.keys.map { NotHeld(partition: partition, offset: $0, reason: .leaseOver) }
        }
        let heldElsewhere = verdicts.filter(\.1.isEmpty).map { partition, share in
            state.held(under: share.grant, in: partition)
        }
        return Shares(
            verdicts: verdicts.filter { !$0.1.isEmpty },
            unreached: unreached,
            heldElsewhere: heldElsewhere.reduce(0, +)
        )
    }

    // MARK: A page

    // Not inlined: see ``TableAccess/readTail(of:in:alwaysProgress:)``.
    @inline(never)
    private func page(
        of state: Observed<SubscriptionState>,
        as request: ReceiveRequest
    ) async throws(LedgerError) -> ReceivedPage {
        let delivery = try access.unlessRefused { () throws(Refusal) in
            try state.value.requireEventsMode()
        }
        let lease =
            request.attempt.map { LeaseID(of: $0, in: state.value.subscription) }
            ?? LeaseID(rawValue: UInt64(bitPattern: access.freshNumber()))
        let shares = try request.acknowledgement.map { acknowledgement throws(LedgerError) in
            try self.shares(of: acknowledgement, in: state.value)
        }
        var call = ReceiveCall(
            of: state.value,
            under: lease,
            limit: request.limit,
            consumer: request.consumer,
            verdicts: shares?.verdicts ?? [],
            first: Int(access.freshNumber() & .max)
        )
        while let tasks = call.next() {
            let outcomes = await inParallel(tasks) { [self] partition, task in
                await result { () throws(LedgerError) in
                    let delivered = try await turn(at: partition, of: state, doing: task)
                    return try await settlingRest(of: delivered, as: task, of: state)
                }
            }
            try take(outcomes, in: &call)
        }
        var receipt = shares.map { _ in AcknowledgementReceipt() }
        receipt?.notHeld = shares?.unreached ?? []
        receipt?.held = shares?.heldElsewhere ?? 0
        for part in call.parts { receipt?.add(part) }
        return ReceivedPage(
            stream: state.value.stream,
            subscription: state.value.subscription,
            policy: delivery.policy,
            lease: call.token(in: state.value.subscription),
            parts: call.parts,
            isDrained: call.isDrained,
            receipt: receipt
        )
    }

    /// Takes the outcomes of a call's tasks; an error counts unless events would be lost by it.
    private func take(
        _ outcomes: [Result<Delivered, LedgerError>],
        in call: inout ReceiveCall
    ) throws(LedgerError) {
        let isSettling = call.isSettling
        let delivered = outcomes.compactMap { try? $0.get() }
        call.receive(delivered)
        guard isSettling || !call.hasEvents, let error = LedgerError.first(of: outcomes) else {
            return
        }
        throw call.hasSettled ? error.afterChange : error
    }

    /// Applies the verdicts that found no room in a task's transaction.
    private func settlingRest(
        of delivered: Delivered,
        as task: DeliveryTask,
        of state: Observed<SubscriptionState>
    ) async throws(LedgerError) -> Delivered {
        guard let verdicts = task.verdicts, !delivered.left.isEmpty else { return delivered }
        let rest = Verdicts(
            of: verdicts.grant,
            events: delivered.left,
            acksOthers: false,
            lasting: nil
        )
        let partition = delivered.row.partition
        return try await access.afterChange { () throws(LedgerError) in
            delivered.adding(try await settle(rest, at: partition, of: state))
        }
    }
}

extension Result where Failure == LedgerError {
    /// The value; its error, after a step that was applied, says no more that nothing was changed.
    func orThrow(afterChange hasChanged: Bool) throws(LedgerError) -> Success {
        switch self {
        case .success(let value): return value
        case .failure(let error): throw hasChanged ? error.afterChange : error
        }
    }
}

extension ReceivedPage {
    /// The rows as the call left them.
    fileprivate var rows: [DeliveryRow] { parts.map(\.row) }

    /// The page with what became of an acknowledgement before it.
    fileprivate func answering(_ receipt: AcknowledgementReceipt?) -> ReceivedPage {
        ReceivedPage(
            stream: stream,
            subscription: subscription,
            policy: policy,
            lease: lease,
            parts: parts,
            isDrained: isDrained,
            receipt: receipt
        )
    }
}

extension AppendSignals.Stand {
    /// The stand of a guest who has received all there is.
    ///
    /// Where a partition hands out nothing new, an append is no news: the guest would look for it
    /// again and again.
    init(of page: ReceivedPage) {
        let open = page.parts.filter(\.mayHandOutNew)
        let rows = open.map(\.row).sorted { $0.partition < $1.partition }
        self.init(
            stream: page.stream.incarnation,
            subscription: page.subscription,
            partitions: rows.map(\.partition),
            offsets: rows.map(\.scanned)
        )
    }
}
