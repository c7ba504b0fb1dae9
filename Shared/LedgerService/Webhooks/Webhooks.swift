package import LedgerCore
import Synchronization

/// Webhooks: the proof that an endpoint wants events, the secrets, and the sending of events.
///
/// A webhook is a consumer of its subscription that the ledger itself runs, in any process that
/// may send (``Ledger/Configuration/webhookSender``): several share the work by the rows of the
/// delivery.
package final class Webhooks: Sendable {
    let access: TableAccess
    let streams: StreamCatalog
    let subscriptions: Subscriptions
    let signals: AppendSignals
    /// The requests under way.
    let slots = PushSlots()
    /// The names of subscriptions with webhooks, as far as this process has looked for them.
    let names = Mutex<[SubscriptionIncarnation: SubscriptionName]>([:])
    /// The webhooks that have a loop of this process.
    let served = Mutex<Set<SubscriptionIncarnation>>([])
    /// By subscription, the error that was logged last.
    let complaints = Mutex<[SubscriptionName: String]>([:])
    /// The damage of rows that was found last, which is logged once.
    let damage = Mutex<Set<String>>([])
    /// The number of webhooks by state, as they were last seen.
    private let counts = Mutex<[WebhookHealth.Kind: Int]>([:])

    init(
        _ access: TableAccess,
        streams: StreamCatalog,
        subscriptions: Subscriptions,
        signals: AppendSignals
    ) {
        self.access = access
        self.streams = streams
        self.subscriptions = subscriptions
        self.signals = signals
    }

    var clock: BelievedClock { access.clock }

    /// The number of webhooks in each state, as this process has seen them last.
    package var counted: [WebhookHealth.Kind: Int] { counts.withLock { $0 } }

    /// Takes note of the states of all webhooks.
    func count(_ rows: [WebhookRow]) {
        let counted = Dictionary(grouping: rows, by: \.health.kind).mapValues(\.count)
        counts.withLock { $0 = counted }
    }

    // MARK: Asked for by an operator

    /// What became of a verification.
    package struct Verification: Sendable {
        /// The health of the endpoint now.
        package let health: WebhookHealth
        /// Why the endpoint did not prove itself, for a person; nil: it did, or need not.
        package let problem: String?
    }

    /// Has the endpoint of a pending webhook prove that it wants events: it is sent a challenge, and
    /// must answer with it.
    ///
    /// A webhook in any other state is sent nothing.
    package func verify(
        _ id: SubscriptionID,
        of streamID: StreamID
    ) async throws(LedgerError) -> Verification {
        let decided = clock.instant()
        let (_, row) = try await standing(of: id, in: streamID)
        // Read once more: the address that is asked must not be older than the row.
        let subscription = try await subscription(id, of: streamID)
        guard let webhook = subscription.webhook else { throw .webhookNotFound(id) }
        guard row.health.kind == .pending else {
            return Verification(health: row.health, problem: nil)
        }
        let challenge: WebhookChallenge = access.freshID()
        let request = WebhookRequest(
            verifying: challenge,
            of: subscription.incarnation,
            signedBy: webhook.secrets,
            at: clock.wall()
        )
        if let problem = await answer(to: request, of: webhook, challenging: challenge) {
            return Verification(health: row.health, problem: problem)
        }
        var health = row.health
        health.receive(.verified, at: clock.wall())
        let (_, write) = row.changing(to: health)
        guard try await access.apply(write, decided: decided).isApplied else {
            return try await access.afterChange { () throws(LedgerError) in
                let health = try await standing(of: id, in: streamID).row.health
                return Verification(health: health, problem: "it was changed meanwhile")
            }
        }
        log(.active, of: SubscriptionName(id, of: streamID))
        return Verification(health: health, problem: nil)
    }

    /// Nil when the endpoint answers with the challenge, else why that does not count.
    private func answer(
        to request: WebhookRequest,
        of webhook: WebhookSettings,
        challenging challenge: WebhookChallenge
    ) async -> String? {
        guard await slots.take() else { return "the call was cancelled" }
        defer { slots.give() }
        switch await send(request, to: webhook, within: Limits.webhookVerification) {
        case .failure(let silence): return silence.reason
        case .success(let response):
            guard !challenge.isMet(byStatus: response.status, body: response.body) else {
                return nil
            }
            return (200...299).contains(response.status)
                ? "the answer is not the challenge" : "status \(response.status)"
        }
    }

    /// Makes a new secret and returns it: it signs from now on, and with it the one before, for
    /// ``Limits/webhookSecretOverlap``.
    package func rotate(
        _ id: SubscriptionID,
        of streamID: StreamID
    ) async throws(LedgerError) -> WebhookSecret {
        let secret = access.freshWebhookSecret()
        try await access.compareAndSet { () throws(LedgerError) in
            let decided = clock.instant()
            let (subscription, row) = try await standing(of: id, in: streamID)
            guard var webhook = subscription.webhook else { throw .webhookNotFound(id) }
            let now = clock.wall()
            webhook.secrets = webhook.secrets.rotated(to: secret, at: now)
            let changed = subscription.sending(to: webhook, replacing: row, at: now)
            return (try await access.isApplied(changed.writes, decided: decided), ())
        }
        return secret
    }

    /// Has everything sent to the endpoint again that fails or is disabled.
    package func resume(
        _ id: SubscriptionID,
        of streamID: StreamID
    ) async throws(LedgerError) -> WebhookHealth {
        try await access.compareAndSet { () throws(LedgerError) in
            let decided = clock.instant()
            let row = try await standing(of: id, in: streamID).row
            var health = row.health
            health.receive(.resumed, at: clock.wall())
            guard health != row.health else { return (true, health) }
            let write = row.changing(to: health).write
            return (try await access.apply(write, decided: decided).isApplied, health)
        }
    }

    // MARK: Rows

    /// A subscription with its webhook's health, which was read after it.
    func standing(
        of id: SubscriptionID,
        in streamID: StreamID
    ) async throws(LedgerError) -> (subscription: SubscriptionRow, row: WebhookRow) {
        let subscription = try await subscription(id, of: streamID)
        guard let row = try await subscriptions.webhookRow(of: subscription) else {
            throw .webhookNotFound(id)
        }
        return (subscription, row)
    }

    private func subscription(
        _ id: SubscriptionID,
        of streamID: StreamID
    ) async throws(LedgerError) -> SubscriptionRow {
        let stream = try await streams.stream(streamID, freshness: .now).value
        let item = try await access.row(.subscription(stream.incarnation, id))
        return try access.unlessRefused { () throws(Refusal) in
            try SubscriptionRow.existing(item, named: id)
        }
    }

    // MARK: Sending

    /// Sends a request, if it may go there, and there is a sender.
    ///
    /// An address is judged again: what is allowed may be less than when it was stored.
    func send(
        _ request: WebhookRequest,
        to webhook: WebhookSettings,
        within longest: Duration = Limits.webhookTimeout.upperBound
    ) async -> Result<WebhookResponse, WebhookSilence> {
        let allowance = access.configuration.webhookAllowance
        guard let sender = access.configuration.webhookSender else {
            return .failure(WebhookSilence("this process sends nothing"))
        }
        do throws(WebhookURLProblem) {
            try webhook.url.check(against: allowance)
        } catch {
            return .failure(WebhookSilence("its address \(error.message)"))
        }
        let call = WebhookCall(
            request,
            to: webhook.url,
            timeout: min(webhook.timeout, longest),
            isAllowed: allowance.contains(webhook.url)
        )
        return await result { () throws(WebhookSilence) in try await sender.send(call) }
    }
}
