/// A member of a subscription's group, by its last renewal: row `POS`, beside the positions.
///
/// A member that leaves, or whose session is over, is put as gone and never deleted by hand: only
/// the compactor may delete.
package struct MemberRow: Hashable, Sendable {
    package let stream: StreamIncarnation
    package let subscription: SubscriptionIncarnation
    package let name: MemberName
    /// 63 random bits, new with each renewal, so that a session has a name.
    package let renewal: Int64
    /// The last renewal, by the clock of the process that wrote it.
    package let renewed: Timestamp
    /// The length of its session, whole milliseconds.
    package let session: Duration
    /// True once it has left or was declared gone.
    package let isGone: Bool
    private let ttl: TTL

    /// A member that renews its session now, for `session`.
    ///
    /// The sign of `random` is dropped.
    package init(
        _ name: MemberName,
        of subscription: SubscriptionRow,
        renewedAt now: Timestamp,
        for session: Duration,
        random: Int64
    ) {
        stream = subscription.stream
        self.subscription = subscription.incarnation
        self.name = name
        renewal = random & .max
        renewed = now
        self.session = session
        isGone = false
        ttl = .after(second: now.advanced(by: Limits.memberAge).seconds)
    }

    private init(gone member: MemberRow, at now: Timestamp) {
        stream = member.stream
        subscription = member.subscription
        name = member.name
        renewal = member.renewal
        renewed = member.renewed
        session = member.session
        isGone = true
        ttl = .after(second: now.advanced(by: Limits.goneMemberAge).seconds)
    }

    /// The timer of its session.
    package var timer: Timer {
        Timer(.session(subscription, name, renewal: renewal), start: renewed, length: session)
    }

    /// True unless it renewed within the last third of a session of this length.
    package func isDue(at now: Timestamp, for session: Duration) -> Bool {
        let age = now - renewed
        return isGone || self.session != session || age < .zero || age >= session / 3
    }

    /// The write of this renewal, unless another one came after `previous`.
    package func renew(_ previous: MemberRow?) -> Write {
        .put(item, if: previous?.isSameRenewal ?? .notExists)
    }

    /// The write that declares it gone, unless it has renewed since it was read.
    package func bury(at now: Timestamp, rules: Rules) -> Write {
        let gone = MemberRow(gone: self, at: now)
        return .put(gone.item, if: rules.keep(.session) ? isSameRenewal : .exists)
    }

    private var isSameRenewal: Condition { .compare(.count, .equal, .number(renewal)) }

    package var item: Item {
        var item = Item(.member(stream: stream, subscription: subscription, name), capacity: 5)
        item[.count] = .number(renewal)
        item[.timestamp] = .number(renewed.milliseconds)
        item[.session] = .number(session.wholeMilliseconds)
        item[.state] = .number(isGone ? State.gone : State.alive)
        item[.ttl] = ttl.attribute
        return item
    }

    private enum State {
        static let alive: Int64 = 0
        static let gone: Int64 = 1
    }

    /// Reads the row; throws ``TableError/Reason/corrupt`` when it is damaged.
    package init(_ item: Item) throws(TableError) {
        guard case .member(let stream, let subscription, let name) = item.key else {
            throw item.misplaced
        }
        self.stream = stream
        self.subscription = subscription
        self.name = name
        renewal = try item.requiredNumber(.count)
        renewed = try item.requiredTimestamp(.timestamp)
        session = .milliseconds(try item.requiredNumber(.session))
        ttl = .after(second: try item.requiredNumber(.ttl))
        switch try item.requiredNumber(.state) {
        case State.alive: isGone = false
        case State.gone: isGone = true
        default: throw item.damaged(.state)
        }
        guard renewal >= 0 else { throw item.damaged(.count) }
        guard Limits.session.contains(session) else { throw item.damaged(.session) }
    }
}
