/// The health of a webhook's endpoint: row `PUSH`.
///
/// It is there as long as its subscription has a webhook: put and deleted with it, in one
/// transaction.
package struct WebhookRow: Hashable, Sendable {
    package let stream: StreamIncarnation
    package let subscription: SubscriptionIncarnation
    /// The endpoint's state, and what led to it.
    package let health: WebhookHealth
    /// Raised by one with every change; it begins with the time, in milliseconds.
    package let version: Int64

    /// The first row of a webhook that `subscription` gets at `now`.
    package init(of subscription: SubscriptionRow, at now: Timestamp) {
        stream = subscription.stream
        self.subscription = subscription.incarnation
        health = .unverified(at: now)
        // Whoever still knows the row of an earlier webhook of the subscription must not take this one
        // for it, and change it.
        version = max(1, now.milliseconds)
    }

    private init(_ row: WebhookRow, becoming health: WebhookHealth) {
        stream = row.stream
        subscription = row.subscription
        self.health = health
        version = row.version + 1
    }

    /// The write of a first row.
    package var creation: Write { .put(item, if: .notExists) }

    /// The row with another state, and the write that makes it so; it fails if another process
    /// wrote first.
    package func changing(to health: WebhookHealth) -> (row: WebhookRow, write: Write) {
        let changed = WebhookRow(self, becoming: health)
        let isUnchanged = Condition.compare(.version, .equal, .number(version))
        return (changed, .put(changed.item, if: isUnchanged))
    }

    /// What may be sent to an endpoint.
    package enum Permission: Hashable, Sendable {
        /// Every event.
        case everything
        /// One event, by whoever first stores that it is probing.
        case probe
        /// Nothing.
        case nothing
    }

    /// What may be sent to it; `isOver` tells whether a timer is.
    package func permission(isOver: (Timer) -> Bool) -> Permission {
        switch health.state {
        case .active: .everything
        case .failing: probeTimer.map(isOver) ?? false ? .probe : .nothing
        case .pending, .disabled: .nothing
        }
    }

    /// The pause before the next probe; nil unless the endpoint fails.
    package var probeTimer: Timer? {
        guard case .failing(let probing) = health.state else { return nil }
        let name = Timer.Name.probe(subscription, version: version)
        return Timer(name, start: probing.pauseStart, length: probing.pause)
    }

    package var item: Item {
        let key = TableKey.push(stream: stream, subscription: subscription)
        var item = Item(key, capacity: 6)
        item[.timestamp] = .number(health.since.milliseconds)
        item[.version] = .number(version)
        switch health.state {
        case .pending: item[.state] = .number(State.pending)
        case .active(let streak):
            item[.state] = .number(State.active)
            item[.count] = .number(Int64(streak.count))
            item[.failedKeys] = streak.keys.isEmpty ? nil : .bytes(Self.bytes(of: streak.keys))
        case .failing(let probing):
            item[.state] = .number(State.failing)
            item[.count] = .number(Int64(probing.failures))
            item[.nextStart] = .number(probing.pauseStart.milliseconds)
            item[.nextLength] = .number(probing.pause.wholeMilliseconds)
        case .disabled: item[.state] = .number(State.disabled)
        }
        return item
    }

    private enum State {
        static let pending: Int64 = 0
        static let active: Int64 = 1
        static let failing: Int64 = 2
        static let disabled: Int64 = 3
    }

    /// Reads the row; throws ``TableError/Reason/corrupt`` when it is damaged.
    package init(_ item: Item) throws(TableError) {
        guard case .push(let stream, let subscription) = item.key else { throw item.misplaced }
        self.stream = stream
        self.subscription = subscription
        version = try item.requiredCounter(.version)
        guard version > 0 else { throw item.damaged(.version) }
        let state: WebhookHealth.State =
            switch try item.requiredNumber(.state) {
            case State.pending: .pending
            case State.active: .active(try Self.streak(item))
            case State.failing: .failing(try Self.probing(item))
            case State.disabled: .disabled
            default: throw item.damaged(.state)
            }
        health = WebhookHealth(state, since: try item.requiredTimestamp(.timestamp))
    }

    private static func streak(_ item: Item) throws(TableError) -> WebhookHealth.FailureStreak {
        let count = try item.requiredCounter(.count)
        guard count <= Limits.webhookFailures else { throw item.damaged(.count) }
        let keys = try keys(item)
        guard keys.count <= count else { throw item.damaged(.failedKeys) }
        return WebhookHealth.FailureStreak(count: Int(count), keys: keys)
    }

    private static func keys(_ item: Item) throws(TableError) -> Set<UInt32> {
        guard item[.failedKeys] != nil else { return [] }
        let bytes = try item.requiredBytes(.failedKeys)
        let keys = Set(
            stride(from: 0, to: bytes.count, by: 4).map { start in
                bytes[start..<min(start + 4, bytes.count)].reduce(0) { $0 << 8 | UInt32($1) }
            }
        )
        guard (1...Limits.webhookFailureKeys).contains(keys.count), bytes == Self.bytes(of: keys)
        else { throw item.damaged(.failedKeys) }
        return keys
    }

    /// The keys as a row has them, in order.
    private static func bytes(of keys: Set<UInt32>) -> [UInt8] {
        keys.sorted().flatMap { key in withUnsafeBytes(of: key.bigEndian) { Array($0) } }
    }

    private static func probing(_ item: Item) throws(TableError) -> WebhookHealth.Probing {
        let pause = Duration.milliseconds(try item.requiredNumber(.nextLength))
        guard pause >= .zero, pause <= Limits.webhookRetryAfter else {
            throw item.damaged(.nextLength)
        }
        return WebhookHealth.Probing(
            failures: Int(try item.requiredCounter(.count)),
            pauseStart: try item.requiredTimestamp(.nextStart),
            pause: pause
        )
    }
}
