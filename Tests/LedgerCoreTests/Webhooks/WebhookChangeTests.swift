import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("Changes of a webhook")
struct WebhookChangeTests {
    private static let secret = PushBench.settings().secrets.current
    private static let other = WebhookSecret(bytes: [UInt8](repeating: 9, count: 32))

    @Test("A new webhook needs an address, and is as usual otherwise")
    func new() throws {
        #expect(WebhookChange().applied(to: nil, secret: Self.secret) == nil)
        var change = WebhookChange()
        change.url = try WebhookURL("https://example.com/")
        let webhook = try #require(change.applied(to: nil, secret: Self.secret))
        #expect(webhook.url.text == "https://example.com/" && webhook.concurrency == 16)
        #expect(webhook.timeout == .seconds(20) && webhook.disableAfterHours == 120)
        #expect(webhook.secrets == WebhookSecrets(current: Self.secret))
    }

    @Test("A change leaves what it does not name as it is, and never makes another secret")
    func partly() throws {
        let former = PushBench.settings(concurrency: 7)
        let other = try #require(Self.other)
        var change = WebhookChange()
        change.timeout = .seconds(5)
        let changed = try #require(change.applied(to: former, secret: other))
        #expect(changed.url == former.url && changed.concurrency == 7)
        #expect(changed.timeout == .seconds(5) && changed.secrets == former.secrets)
        change = WebhookChange()
        change.url = try WebhookURL("https://example.org/")
        (change.concurrency, change.disableAfterHours) = (64, 1)
        let moved = try #require(change.applied(to: former, secret: other))
        #expect(moved.url.text == "https://example.org/" && moved.concurrency == 64)
        #expect(moved.disableAfterHours == 1 && moved.secrets == former.secrets)
    }

    @Test("The usual policy of webhooks keeps the limits, and lasts for more than three days")
    func policy() {
        let policy = DeliveryPolicy.ofWebhooks
        #expect(policy.isValid && policy.backoff.count == policy.maxDeliveries.map { $0 - 1 })
        let all = policy.backoff.reduce(.zero, +)
        #expect(all > .hours(72) && policy.ackWait == .seconds(60))
    }

    @Test("A subscription that is made with a webhook has its health from the beginning")
    func creation() throws {
        let subscription = PushBench.subscription()
        let writes = subscription.creation(at: PlanRows.now)
        #expect(writes.map(\.key) == [subscription.item.key, subscription.webhookKey])
        #expect(writes.allSatisfy { $0.condition == .notExists })
        guard case .put(let item) = writes[1].operation else {
            Issue.record("the health is not put")
            return
        }
        #expect(try WebhookRow(item).health.kind == .pending)
        #expect(SubscriptionRow.test().creation(at: PlanRows.now).count == 1)
    }

    @Test("A change of the webhook holds only over the subscription as it was read")
    func over() throws {
        let former = PushBench.subscription()
        let row = WebhookRow(of: former, at: PlanRows.now)
        let filter = EventFilter(types: nil, keys: [TextPattern(exactly: [1])])
        let filtered = former.filtering(by: filter)
        let moved = PushBench.settings("https://example.org/")
        let (changed, writes) = filtered.sending(
            to: moved,
            replacing: row,
            over: former,
            at: PlanRows.now
        )
        #expect(changed.webhook == moved && changed.filter == filtered.filter)
        #expect(writes[0].condition?.holds(for: former.item) == true)
        #expect(writes[0].condition?.holds(for: changed.item) == false)
        #expect(writes.count == 2 && writes[1].condition?.holds(for: row.item) == true)
    }
}
