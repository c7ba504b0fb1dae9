/// Sends a subscription's events to its webhook, as far as its endpoint's health permits.
///
///     start ─┬─ every event ─→ serving ─┬─ nothing left, time over, table fails ──→ ending
///            │                   ↑      └─ the endpoint fails: store ─────────────→ ending
///            ├─ a probe ─→ gathering ─→ claiming ─→ probing ─→ judging ─┬─ active ─→ serving
///            │                └────────────┴───────────┴────────────────┴─────────→ ending
///            └─ nothing ──────────────────────────────────────────────────────────→ ending
///     ending: gives back what was not sent, waits for answers, says the verdicts ─→ finished
///
/// Events come in pages, each under a lease. Of each key one is under way at a time; behind one that
/// fails no later one of its key is sent. Verdicts go along with the next request for a page. A
/// failing endpoint gets one event, and another one at each probe, so that an event which always
/// fails does not keep it failing.
package struct PushPlan: ~Copyable {
    /// The next step of the shell; steps of one answer are done at the same time.
    package enum Action: Sendable {
        /// Read the row of the endpoint's health, and then receive events, with verdicts; then
        /// ``Event/received(_:row:)`` or ``Event/notReceived(_:)``.
        case receive(limit: Int, Telling?)
        /// Acknowledge, then ``Event/told(_:unless:)``.
        case tell(Telling)
        /// Send an event, then ``Event/answered(_:_:)`` with the ticket.
        case send(Int, WebhookEvent)
        /// Store the health, then ``Event/stored(_:)``.
        case store(WebhookRow, Write)
        /// Be back with ``Event/woken`` after so long, or earlier if asked again.
        case wake(after: Duration)
        /// End the requests that are under way; each then is ``Event/answered(_:_:)`` with nil.
        case cut
        /// It is over.
        case finish(End)
    }

    /// What happened.
    package enum Event: Sendable {
        /// A page, and the row as it was read before; nil: there is no webhook any more.
        case received(Page, row: WebhookRow?)
        /// A page or the row could not be read, which ends it so; the verdicts may not be taken.
        case notReceived(End)
        /// What was said of a lease was taken; or else that is not known, which ends it so.
        case told(Int, unless: End?)
        /// The answer to an event; nil: its request was ended.
        case answered(Int, WebhookAnswer?)
        case stored(StoreOutcome)
        /// The time is over that was asked for.
        case woken
        /// The process ends.
        case stopping
    }

    /// What became of an ``Action/store(_:)``.
    package enum StoreOutcome: Sendable {
        case applied
        /// Another process was first; the row as it is, nil: there is none.
        case conflict(WebhookRow?)
        /// It may or may not be stored.
        case failed
    }

    /// The way in which it ends.
    package enum End: Hashable, Sendable {
        /// All that may be sent now is; with the moment at which the next timer of an event is over.
        case drained(nextDue: Timestamp?)
        /// The endpoint gets nothing now.
        case blocked
        /// The time was over, and events may be left.
        case overdue
        /// The webhook or its subscription was changed meanwhile: it is to begin anew.
        case changed
        /// The table failed.
        case failed
    }

    /// Events that were handed out.
    package struct Page: Sendable {
        /// The subscription as it was read with them.
        package let subscription: SubscriptionRow
        /// The text of the lease; nil: there are no events.
        package let lease: String?
        package let events: [WebhookEvent]
        /// True when nothing that may be handed out now was left.
        package let isDrained: Bool
        /// True when nothing was handed out, nor could be until something changes.
        package let isIdle: Bool
        /// The next moment at which the timer of an event or a lease is over; nil: there is none.
        package let nextDue: Timestamp?

        package init(
            of subscription: SubscriptionRow,
            under lease: String?,
            events: [WebhookEvent],
            isDrained: Bool,
            isIdle: Bool,
            nextDue: Timestamp?
        ) {
            self.subscription = subscription
            self.lease = lease
            self.events = events
            self.isDrained = isDrained
            self.isIdle = isIdle
            self.nextDue = nextDue
        }
    }

    /// Verdicts on events of one lease.
    package struct Telling: Sendable {
        /// The number under which the plan knows the lease.
        package let lease: Int
        package let text: String
        package let verdicts: [Partition: [Offset: Verdict]]
        /// The time from now on for which the lease is to last; nil: as it does.
        package let lasting: Duration?
    }

    private enum State {
        /// Nothing was decided. Next: serving, gathering, ending.
        case created
        /// The endpoint gets every event. Next: ending.
        case serving
        /// A probe is to be sent, and events are received for it. Next: claiming, serving (another
        /// process has probed), ending.
        case gathering
        /// It is being stored that this process sends the probe. Next: probing, ending.
        case claiming(PushQueue.Entry)
        /// The probe is under way, or is to be. Next: judging, ending.
        case probing(unsent: PushQueue.Entry?)
        /// What the probe showed is being stored. Next: serving, ending.
        case judging
        /// Nothing more is sent. Next: finished.
        case ending(End)
        /// It is over. Next: nothing.
        case finished
    }

    /// The subscription as it was read last.
    package private(set) var subscription: SubscriptionRow
    /// Where its events go.
    package private(set) var webhook: WebhookSettings
    /// The row of the health as it was read or stored last.
    package private(set) var row: WebhookRow
    /// The health by what was answered since.
    private var health: WebhookHealth
    private let isOver: (Timer, Instant) -> Bool
    private var budget: PushBudget
    private var state = State.created
    private var queue = PushQueue()
    private var leases = PushLeases()
    private var probe: Int?
    /// A request for events that is under way.
    private var request: (begun: Instant, along: Int?, isQuiet: Bool)?
    /// The row that is being stored.
    private var storing: WebhookRow?
    /// True where nothing more of the health is stored.
    private var isSettled = false
    /// True when a page has shown that there is nothing more at present.
    private var isDry = false
    private var lastReceived: Instant?
    /// The next moment, by the last page, at which the timer of an event is over.
    private var nextDue: Timestamp?
    /// Pages that were asked for to probe.
    private var gatherings = 0
    private var hasCut = false
    /// The uptime at which ``Event/woken`` comes; nil: it was not asked for.
    private var wakes: Duration?

    /// A run of one webhook.
    ///
    /// - Parameters:
    ///   - subscription: A subscription with a webhook.
    ///   - webhook: Its webhook.
    ///   - row: The health of its endpoint, read after the subscription.
    ///   - budget: The time within which it ends.
    ///   - isOver: True once a timer is over, as far as this process can know.
    package init(
        of subscription: SubscriptionRow,
        to webhook: WebhookSettings,
        health row: WebhookRow,
        within budget: PushBudget,
        isOver: @escaping (Timer, Instant) -> Bool
    ) {
        self.subscription = subscription
        self.webhook = webhook
        self.row = row
        health = row.health
        self.budget = budget
        self.isOver = isOver
    }

    /// Begins, with the first steps.
    package mutating func start(now: Instant) -> [Action] {
        guard case .created = state else { preconditionFailure("a run starts once") }
        follow(row, at: now)
        return next(at: now)
    }

    /// Takes what happened, and says what comes next.
    package mutating func receive(_ event: Event, now: Instant) -> [Action] {
        if case .finished = state { return [] }
        switch event {
        case .received(let page, let row): take(page, row: row, at: now)
        case .notReceived(let reason):
            if let id = request?.along { leases.untold(id) }
            request = nil
            end(reason)
        case .told(let id, let reason): take(told: id, unless: reason)
        case .answered(let ticket, let answer):
            if let answer { take(answer, to: ticket, at: now) } else { takeBack(ticket) }
        case .stored(let outcome): take(outcome, at: now)
        case .woken: wakes = nil
        case .stopping:
            budget = budget.ending(at: now)
            end(.overdue)
        }
        return next(at: now)
    }

    // MARK: What happened

    /// Does what the row permits, where nothing is under way that decides it otherwise.
    private mutating func follow(_ row: WebhookRow, at now: Instant) {
        switch (row.permission { isOver($0, now) }, state) {
        case (.everything, .created), (.everything, .gathering): state = .serving
        case (.probe, .created): state = .gathering
        case (.everything, _), (.probe, .gathering): break
        case (.probe, _), (.nothing, _): end(.blocked)
        }
    }

    private mutating func take(_ page: Page, row found: WebhookRow?, at now: Instant) {
        guard let request else { preconditionFailure("a page came that was not asked for") }
        self.request = nil
        (lastReceived, nextDue) = (now, page.nextDue)
        if let id = request.along { leases.told(id) }
        let isSame =
            page.subscription.incarnation == subscription.incarnation
            && page.subscription.epoch == subscription.epoch
            && page.subscription.webhook?.url == webhook.url
        if isSame, let settings = page.subscription.webhook {
            subscription = page.subscription
            webhook = settings
        }
        add(page, askedAt: request.begun)
        guard isSame, let found else { return end(.changed) }
        if storing == nil, probe == nil, found.version > row.version {
            row = found
            health = found.health
            follow(found, at: now)
        }
        isDry = page.events.isEmpty ? page.isIdle : page.isDrained
        guard page.events.isEmpty, page.isIdle, case .serving = state else { return }
        if request.isQuiet, queue.isEmpty, leases.isSilent { end(.drained(nextDue: nextDue)) }
    }

    private mutating func add(_ page: Page, askedAt begun: Instant) {
        guard let lease = page.lease, let policy = page.subscription.delivery?.policy else {
            return
        }
        let id = leases.add(lease, of: page.events.count, lasting: policy.ackWait, at: begun)
        queue.add(page.events, under: id, inOrder: policy.order == .key)
    }

    private mutating func take(told id: Int, unless reason: End?) {
        guard let reason else { return leases.told(id) }
        // It is said once more, and then no more: leases end by themselves.
        if isEnding { leases.giveUp(id) } else { leases.untold(id) }
        end(reason)
    }

    /// A request was ended before it was answered: its event was not tried, as far as anybody knows.
    private mutating func takeBack(_ ticket: Int) {
        if ticket == probe { probe = nil }
        let (entry, behind) = queue.fail(ticket)
        for entry in [entry] + behind { leases.settle(entry, as: .release) }
    }

    private mutating func take(_ answer: WebhookAnswer, to ticket: Int, at now: Instant) {
        guard ticket != probe else { return take(probed: answer, to: ticket, at: now) }
        let wasActive = health.isActive
        if let key = queue.event(of: ticket)?.key {
            health.receive(.answered(answer, key: key), at: now.now)
        }
        switch answer {
        case .acknowledged: leases.settle(queue.finish(ticket), as: .ack)
        case .failed(let reason, let retryAfter) where health.isActive:
            giveUp(ticket, as: .nack(after: retryAfter, reason: reason))
        case .failed, .unavailable, .gone: giveUp(ticket, as: .release)
        }
        guard wasActive, !health.isActive else { return }
        // What made an outage were no failures of these events.
        if case .failed = answer { leases.forgive() }
        end(.blocked)
    }

    private mutating func giveUp(_ ticket: Int, as verdict: Verdict) {
        let (entry, behind) = queue.fail(ticket)
        leases.settle(entry, as: verdict)
        for entry in behind { leases.settle(entry, as: .release) }
    }

    private mutating func take(probed answer: WebhookAnswer, to ticket: Int, at now: Instant) {
        probe = nil
        let hours = webhook.disableAfterHours
        health.receive(.probed(answer, disableAfterHours: hours), at: now.now)
        if case .acknowledged = answer {
            leases.settle(queue.finish(ticket), as: .ack)
        } else {
            giveUp(ticket, as: .release)
        }
        if case .probing = state { state = .judging }
    }

    private mutating func take(_ outcome: StoreOutcome, at now: Instant) {
        guard let stored = storing else { preconditionFailure("nothing was to be stored") }
        storing = nil
        switch outcome {
        case .applied:
            row = stored
            // Its pause begins now, as this process knows it.
            _ = row.permission { isOver($0, now) }
            goOn()
        case .conflict(let found):
            isSettled = true
            row = found ?? row
            health = row.health
            end(.changed)
        case .failed:
            isSettled = true
            end(.failed)
        }
    }

    /// The row was stored for which the present state waits, if it waits for one.
    private mutating func goOn() {
        switch state {
        case .claiming(let entry):
            probe = entry.ticket
            state = .probing(unsent: entry)
        case .judging:
            if health.isActive { state = .serving } else { end(.blocked) }
        default: break
        }
    }

    /// Sends nothing more, for the first reason that there is.
    private mutating func end(_ end: End) {
        switch state {
        case .ending, .finished: return
        case .claiming(let entry), .probing(unsent: let entry?): takeBack(entry.ticket)
        case .created, .serving, .gathering, .probing(unsent: nil), .judging: break
        }
        state = .ending(end)
    }

    // MARK: What comes next

    private mutating func next(at now: Instant) -> [Action] {
        for id in leases.over(at: now) {
            for entry in queue.removeWaiting(under: id) { leases.forget(entry) }
        }
        if !budget.mayBegin(at: now, within: webhook.timeout) { end(.overdue) }
        var actions: [Action] = []
        switch state {
        case .serving: actions += serve(at: now)
        case .gathering: actions += gather(at: now)
        case .probing(let entry?):
            state = .probing(unsent: nil)
            actions.append(.send(entry.ticket, entry.event))
        case .ending:
            for entry in queue.removeWaiting() { leases.settle(entry, as: .release) }
        case .created, .claiming, .probing, .judging, .finished: break
        }
        actions += leases.tellDue(at: now, isLast: isEnding).map { .tell($0) }
        actions += store()
        if budget.isOver(at: now), queue.underWayCount > 0, !hasCut {
            hasCut = true
            actions.append(.cut)
        }
        return actions + finish() + wake(at: now)
    }

    private var isEnding: Bool {
        if case .ending = state { true } else { false }
    }

    private mutating func serve(at now: Instant) -> [Action] {
        var actions: [Action] = []
        while queue.underWayCount < webhook.concurrency, let entry = queue.begin() {
            actions.append(.send(entry.ticket, entry.event))
        }
        guard mayReceive, receivePause(at: now) <= .zero else { return actions }
        return actions + receive(Limits.webhookPage, at: now)
    }

    /// True when there is room for the events of another page.
    private var mayReceive: Bool {
        request == nil && queue.readyCount == 0 && queue.underWayCount < webhook.concurrency
            && leases.openCount < Limits.webhookPages
    }

    /// The time before the next page is asked for: some where there was nothing more, and what is
    /// under way may soon have news.
    private func receivePause(at now: Instant) -> Duration {
        guard isDry, !queue.isEmpty || leases.isTelling, let lastReceived else { return .zero }
        return Limits.webhookLookPause - now.elapsed(since: lastReceived)
    }

    private mutating func receive(_ limit: Int, at now: Instant) -> [Action] {
        let along = leases.tellBest(at: now)
        let others = leases.tellDue(at: now, isLast: true)
        let isQuiet = queue.isEmpty && others.isEmpty
        request = (now, along?.lease, isQuiet)
        return [.receive(limit: limit, along)] + others.map { .tell($0) }
    }

    /// Receives as many events as there were probes before, and sends the last one.
    private mutating func gather(at now: Instant) -> [Action] {
        guard request == nil, case .failing(let probing) = health.state else { return [] }
        let wanted = min(probing.failures + 1, Limits.webhookProbeChoices)
        let missing = wanted - queue.readyCount
        if missing > 0, !isDry, gatherings < Limits.webhookProbeChoices {
            gatherings += 1
            return receive(missing, at: now)
        }
        guard queue.readyCount > 0,
            let entry = queue.begin(after: min(wanted, queue.readyCount) - 1)
        else {
            end(.drained(nextDue: nextDue))
            return []
        }
        health.receive(.probing(timeout: webhook.timeout), at: now.now)
        state = .claiming(entry)
        return []
    }

    /// Stores the health where that has to be; a mere streak at the end.
    private mutating func store() -> [Action] {
        guard storing == nil, !isSettled else { return [] }
        let isLast = isEnding && isQuiet
        guard health.isOtherCourse(than: row.health) || isLast && health != row.health else {
            return []
        }
        let (changed, write) = row.changing(to: health)
        storing = changed
        return [.store(changed, write)]
    }

    /// True when nothing is under way.
    private var isQuiet: Bool {
        queue.isEmpty && leases.isSilent && request == nil && storing == nil
    }

    private mutating func finish() -> [Action] {
        guard case .ending(let end) = state, isQuiet else { return [] }
        state = .finished
        return [.finish(end)]
    }

    /// The time until something is to be done although nothing happens.
    private mutating func wake(at now: Instant) -> [Action] {
        if case .finished = state { return [] }
        var pauses = [leases.pause(at: now)]
        if case .serving = state, mayReceive { pauses.append(receivePause(at: now)) }
        pauses.append(
            isEnding
                ? (hasCut || queue.underWayCount == 0 ? nil : budget.left(at: now))
                : budget.beginning(at: now, within: webhook.timeout)
        )
        guard let pause = pauses.compactMap(\.self).min() else { return [] }
        let due = now.uptime + max(pause, .milliseconds(1))
        if let wakes, wakes <= due { return [] }
        wakes = due
        return [.wake(after: due - now.uptime)]
    }
}
