import CoreMetrics
import LedgerCore
import Logging
import Synchronization

/// Sends the events of one subscription to its webhook: the shell of ``PushPlan``.
///
/// Each step is a task of its own, which leaves what came of it in a mailbox. A cancelled caller ends
/// none of them, but has the run end soon: what was said of the events must be known.
final class PushRun: Sendable {
    /// A webhook as a run of it begins.
    struct Standing: Sendable {
        let subscription: SubscriptionRow
        let webhook: WebhookSettings
        /// Read after the subscription.
        let row: WebhookRow

        init(
            _ subscription: SubscriptionRow,
            to webhook: WebhookSettings,
            health row: WebhookRow
        ) {
            self.subscription = subscription
            self.webhook = webhook
            self.row = row
        }
    }

    /// The name under which the ledger itself receives events.
    private static let consumer = "webhook"
    /// Calls for the same page, before it is given up.
    private static let tries = 3

    private let webhooks: Webhooks
    private let name: SubscriptionName
    private let standing: Standing
    private let events: AsyncStream<PushPlan.Event>
    private let mailbox: AsyncStream<PushPlan.Event>.Continuation
    private let requests = Mutex<[Int: Task<Void, Never>]>([:])
    private let timer = Mutex<Task<Void, Never>?>(nil)
    private let seen = Mutex<AppendSignals.Stand?>(nil)
    /// The state of the endpoint that the log knows of.
    private let logged: Mutex<WebhookHealth.Kind>

    init(of name: SubscriptionName, from standing: Standing, by webhooks: Webhooks) {
        self.name = name
        self.standing = standing
        self.webhooks = webhooks
        logged = Mutex(standing.row.health.kind)
        (events, mailbox) = AsyncStream.makeStream()
    }

    private var access: TableAccess { webhooks.access }
    private var clock: BelievedClock { webhooks.clock }

    /// How far the last page has read, for who waits for more; nil before the first.
    var stand: AppendSignals.Stand? { seen.withLock { $0 } }

    /// Sends what is due, until the budget or the caller ends it; returns how it ended, and the
    /// webhook as it was then.
    func run(within budget: PushBudget) async -> (end: PushPlan.End, left: Standing) {
        await withTaskCancellationHandler {
            await Task(executorPreference: access.configuration.executor) { [self] in
                await send(within: budget)
            }.value
        } onCancel: {
            mailbox.yield(.stopping)
        }
    }

    private func send(within budget: PushBudget) async -> (PushPlan.End, Standing) {
        var plan = PushPlan(
            of: standing.subscription,
            to: standing.webhook,
            health: standing.row,
            within: budget,
            isOver: { [timers = webhooks.subscriptions.timers] in timers.isOver($0, at: $1) }
        )
        var inbox = events.makeAsyncIterator()
        var actions = plan.start(now: clock.instant())
        while true {
            for action in actions {
                if case .finish(let end) = action {
                    timer.withLock { $0?.cancel() }
                    return (end, Standing(plan.subscription, to: plan.webhook, health: plan.row))
                }
                begin(action, for: plan.subscription, to: plan.webhook)
            }
            guard let event = await inbox.next() else {
                preconditionFailure("a run's mailbox stays open until it ends")
            }
            actions = plan.receive(event, now: clock.instant())
        }
    }

    private func begin(
        _ action: PushPlan.Action,
        for subscription: SubscriptionRow,
        to webhook: WebhookSettings
    ) {
        switch action {
        case .receive(let limit, let telling):
            post { await $0.received(limit, along: telling, of: subscription) }
        case .tell(let telling): post { await $0.told(telling) }
        case .store(let row, let write): post { await $0.stored(row, by: write) }
        case .send(let ticket, let event):
            requests.withLock { requests in
                requests[ticket] = post { run in
                    let answer = await run.answer(to: event, of: subscription, at: webhook)
                    run.requests.withLock { $0[ticket] = nil }
                    return .answered(ticket, answer)
                }
            }
        case .wake(let pause): wake(after: pause)
        case .cut: for request in requests.withLock({ Array($0.values) }) { request.cancel() }
        case .finish: preconditionFailure("the end is no step")
        }
    }

    /// Does a step in a task of its own.
    @discardableResult
    private func post(
        _ step: @escaping @Sendable (PushRun) async -> PushPlan.Event
    ) -> Task<Void, Never> {
        Task(executorPreference: access.configuration.executor) { [self] in
            mailbox.yield(await step(self))
        }
    }

    private func wake(after pause: Duration) {
        let next = Task(executorPreference: access.configuration.executor) { [self] in
            let isOver = await result { () throws(CancellationError) in
                try await clock.sleep(for: pause)
            }
            if case .success = isOver { mailbox.yield(.woken) }
        }
        timer.withLock { timer in
            timer?.cancel()
            timer = next
        }
    }

    // MARK: Steps

    private func received(
        _ limit: Int,
        along telling: PushPlan.Telling?,
        of subscription: SubscriptionRow
    ) async -> PushPlan.Event {
        do throws(LedgerError) {
            // Before the page: were it not there, nobody would know whom to give the events to.
            let row = try await webhooks.subscriptions.webhookRow(of: subscription)
            return .received(try await page(limit, along: telling).get(), row: row)
        } catch {
            return .notReceived(end(of: error))
        }
    }

    private func page(
        _ limit: Int,
        along telling: PushPlan.Telling?
    ) async -> Result<PushPlan.Page, LedgerError> {
        let request = ReceiveRequest(
            limit: limit,
            consumer: Self.consumer,
            // Named, so that a lost answer's events come again with the next try.
            attempt: "\(UInt64(bitPattern: access.freshNumber()))",
            acknowledgement: telling.map { Acknowledgement($0) }
        )
        for _ in 1..<Self.tries {
            let page = await received(request)
            guard case .failure(let error) = page, error.mayPass else { return page }
            await access.pause(Limits.webhookLookPause)
        }
        return await received(request)
    }

    private func received(
        _ request: ReceiveRequest
    ) async -> Result<PushPlan.Page, LedgerError> {
        await result { () throws(LedgerError) in
            let page = try await webhooks.subscriptions.receive(
                name.subscription,
                of: name.stream,
                as: request
            )
            seen.withLock { $0 = AppendSignals.Stand(of: page) }
            return PushPlan.Page(page, now: clock.wall())
        }
    }

    private func told(_ telling: PushPlan.Telling) async -> PushPlan.Event {
        do throws(LedgerError) {
            _ = try await webhooks.subscriptions.acknowledge(
                Acknowledgement(telling),
                in: name.subscription,
                of: name.stream
            )
            return .told(telling.lease, unless: nil)
        } catch {
            return .told(telling.lease, unless: end(of: error))
        }
    }

    private func stored(_ row: WebhookRow, by write: Write) async -> PushPlan.Event {
        do throws(LedgerError) {
            switch try await access.apply(write, decided: clock.instant()) {
            case .applied:
                log(row.health.kind)
                return .stored(.applied)
            case .conditionFailed(let item):
                let found = try access.decoded { () throws(TableError) in
                    try item.map { item throws(TableError) in try WebhookRow(item) }
                }
                return .stored(.conflict(found))
            }
        } catch {
            _ = end(of: error)
            return .stored(.failed)
        }
    }

    private func log(_ kind: WebhookHealth.Kind) {
        let isNew = logged.withLock { logged in
            defer { logged = kind }
            return logged != kind
        }
        if isNew { webhooks.log(kind, of: name) }
    }

    /// Sends an event; nil when that was ended before there was an answer.
    private func answer(
        to event: WebhookEvent,
        of subscription: SubscriptionRow,
        at webhook: WebhookSettings
    ) async -> WebhookAnswer? {
        guard await webhooks.slots.take() else { return nil }
        defer { webhooks.slots.give() }
        let request = WebhookRequest(
            delivering: event,
            to: subscription.incarnation,
            signedBy: webhook.secrets,
            at: clock.wall()
        )
        let outcome = await webhooks.send(request, to: webhook)
        let answer: WebhookAnswer
        switch outcome {
        case .success(let response):
            answer = WebhookAnswer(
                status: response.status,
                retryAfter: response.retryAfter,
                at: clock.wall()
            )
        case .failure(let silence):
            guard !Task.isCancelled else { return nil }
            answer = .missing(silence.reason)
        }
        access.metrics.pushes(answer).increment()
        return answer
    }

    /// What an error means for the run; the log says what the operator must know.
    private func end(of error: LedgerError) -> PushPlan.End {
        switch error {
        case .cursorSuperseded, .invalidLease, .subscriptionNotFound, .streamNotFound,
            .wrongDeliveryMode:
            return .changed
        default:
            webhooks.log(error, of: name)
            return .failed
        }
    }
}

extension LedgerError {
    /// True when the same call may succeed a little later.
    fileprivate var mayPass: Bool {
        switch self {
        case .unavailable, .throttled, .contention: true
        default: false
        }
    }
}

extension Acknowledgement {
    fileprivate init(_ telling: PushPlan.Telling) {
        self.init(
            of: telling.text,
            verdicts: telling.verdicts,
            acksOthers: false,
            lasting: telling.lasting
        )
    }
}

extension PushPlan.Page {
    fileprivate init(_ page: ReceivedPage, now: Timestamp) {
        self.init(
            of: page.subscription,
            under: page.lease,
            events: page.parts.flatMap { $0.webhookEvents(of: page.stream.id) },
            isDrained: page.isDrained,
            isIdle: page.isIdle,
            nextDue: page.parts.compactMap { $0.row.nextDue(after: now) }.min()
        )
    }
}
