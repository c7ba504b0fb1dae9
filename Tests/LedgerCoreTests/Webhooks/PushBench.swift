import LedgerTesting

@testable import LedgerCore

/// A run of a webhook whose steps a test does by hand.
struct PushBench: ~Copyable {
    static let start = Instant(now: PlanRows.now, uptime: .seconds(1000))
    static let url = "https://example.com/hook"

    private var plan: PushPlan
    private(set) var now = PushBench.start
    let subscription: SubscriptionRow
    /// The health as it is stored.
    private(set) var row: WebhookRow
    private(set) var stored: WebhookRow?
    /// By offset, the ticket of the request that is under way.
    private(set) var tickets: [Int64: Int] = [:]
    /// Numbers of leases by what is being said of them.
    private(set) var telling: [Int] = []
    private var leases = 0

    init(
        _ state: WebhookHealth.State = .active(WebhookHealth.FailureStreak()),
        since: Timestamp = PlanRows.now,
        order: DeliveryPolicy.Order = .key,
        concurrency: Int = 4,
        budget: Duration? = nil,
        isOver: @escaping (Timer) -> Bool = { _ in true }
    ) {
        subscription = Self.subscription(order: order, concurrency: concurrency)
        row =
            WebhookRow(of: subscription, at: PlanRows.now)
            .changing(to: WebhookHealth(state, since: since)).row
        plan = PushPlan(
            of: subscription,
            to: Self.settings(concurrency: concurrency),
            health: row,
            within: PushBudget(from: Self.start, of: budget),
            isOver: { timer, _ in isOver(timer) }
        )
    }

    static func settings(_ url: String = url, concurrency: Int = 4) -> WebhookSettings {
        guard let url = try? WebhookURL(url),
            let secret = WebhookSecret(bytes: [UInt8](repeating: 5, count: 32))
        else { preconditionFailure("an address and a secret of tests") }
        return WebhookSettings(
            url: url,
            concurrency: concurrency,
            secrets: WebhookSecrets(current: secret)
        )
    }

    static func subscription(
        _ url: String = url,
        order: DeliveryPolicy.Order = .key,
        concurrency: Int = 4
    ) -> SubscriptionRow {
        let policy = DeliveryPolicy(order: order, ackWait: .seconds(60))
        return SubscriptionRow.test(webhook: settings(url, concurrency: concurrency))
            .delivering(by: SubscriptionRow.Delivery(policy, salt: DeliverySalt(high: 1, low: 2)))
    }

    /// Events of partition 0 by the numbers of their keys, with these offsets.
    static func events(_ keys: [Int], from offset: Int64 = 0) -> [WebhookEvent] {
        zip(offset..., keys).compactMap { number, key in
            guard let offset = Offset(number) else { return nil }
            return WebhookEvent(
                stream: PlanRows.name,
                partition: Partition.all(1)[0],
                offset: offset,
                key: EventKey(trusted: Array("k\(key)".utf8)),
                type: Array("t".utf8),
                data: Array("1".utf8),
                timestamp: PlanRows.now,
                deliveries: 1
            )
        }
    }

    // MARK: Steps

    mutating func begin() -> [String] {
        let actions = plan.start(now: now)
        return words(actions)
    }

    mutating func receive(_ event: PushPlan.Event) -> [String] {
        let actions = plan.receive(event, now: now)
        return words(actions)
    }

    /// A page of events of these keys, which has all there are unless it says otherwise.
    mutating func page(
        _ keys: [Int],
        from offset: Int64 = 0,
        isDrained: Bool = true,
        of subscription: SubscriptionRow? = nil,
        row: WebhookRow?? = nil,
        nextDue: Timestamp? = nil
    ) -> [String] {
        leases += 1
        let page = PushPlan.Page(
            of: subscription ?? self.subscription,
            under: keys.isEmpty ? nil : "l\(leases)",
            events: Self.events(keys, from: offset),
            isDrained: isDrained,
            isIdle: keys.isEmpty && isDrained,
            nextDue: nextDue
        )
        let found = row ?? self.row
        return receive(.received(page, row: found))
    }

    /// An answer to the event at an offset; nil: its request was ended.
    mutating func answer(_ offset: Int64, _ answer: WebhookAnswer? = .acknowledged) -> [String] {
        guard let ticket = tickets.removeValue(forKey: offset) else { return ["not under way"] }
        return receive(.answered(ticket, answer))
    }

    /// What was said first is taken, unless it says otherwise.
    mutating func told(unless end: PushPlan.End? = nil) -> [String] {
        guard !telling.isEmpty else { return ["nothing was said"] }
        return receive(.told(telling.removeFirst(), unless: end))
    }

    mutating func store() -> [String] {
        row = stored ?? row
        return receive(.stored(.applied))
    }

    /// Lets time pass.
    mutating func pass(_ length: Duration) {
        now = Instant(now: now.now.advanced(by: length), uptime: now.uptime + length)
    }

    /// Lets time pass, and wakes the run.
    mutating func wait(_ length: Duration) -> [String] {
        pass(length)
        return receive(.woken)
    }

    // MARK: Words

    /// Actions in words, without those that only set a timer.
    private mutating func words(_ actions: [PushPlan.Action]) -> [String] {
        actions.compactMap { action in
            switch action {
            case .receive(let limit, let along):
                return "receive \(limit)" + (along.map { " with \(Self.words($0))" } ?? "")
            case .tell(let telling):
                self.telling.append(telling.lease)
                return "tell \(Self.words(telling))"
            case .send(let ticket, let event):
                tickets[event.offset.rawValue] = ticket
                return "send \(event.offset.rawValue)"
            case .store(let row, _):
                stored = row
                return "store \(row.health.kind)"
            case .wake: return nil
            case .cut: return "cut"
            case .finish(let end): return "finish \(Self.words(end))"
            }
        }
    }

    private static func words(_ telling: PushPlan.Telling) -> String {
        let verdicts = telling.verdicts.values.flatMap { $0 }.sorted { $0.key < $1.key }
        let words = verdicts.map { "\($0.key.rawValue) \(Self.words($0.value))" }
        let lasting = telling.lasting.map { ["\($0.wholeSeconds) s more"] } ?? []
        return "\(telling.text): " + (words + lasting).joined(separator: ", ")
    }

    private static func words(_ verdict: Verdict) -> String {
        switch verdict {
        case .ack: "ack"
        case .nack(let pause, let reason):
            "nack" + (pause.map { " for \($0.wholeSeconds) s" } ?? "") + " (\(reason))"
        case .reject: "reject"
        case .release: "release"
        }
    }

    private static func words(_ end: PushPlan.End) -> String {
        switch end {
        case .drained(let due): "drained" + (due == nil ? "" : " until due")
        case .blocked: "blocked"
        case .overdue: "overdue"
        case .changed: "changed"
        case .failed: "failed"
        }
    }
}
