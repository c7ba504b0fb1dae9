/// Divides a call for events among the partitions of a delivery.
///
///     first ─→ those of the acknowledgement, or of a repeated lease, else one by chance
///       │
///       └─→ others, as many at once as the page has room for, until there are events
///             └─→ one whose event was too large, or must be alone ─→ done
///
/// The others are asked at once only where the first does not fill the page, so that a busy
/// subscription costs one write a page. An event that is larger than its partition's share of the page
/// fits in one partition only, or a page would be as large as all their largest events. One that must
/// be alone in its page comes only of a partition that is asked by itself.
package struct ReceiveCall: Sendable {
    private enum Round: Sendable {
        case first
        case others
        case furtherOthers
        case large
        case done
    }

    /// The partitions as the call left them, in the order in which they were asked.
    package private(set) var parts: [Delivered] = []
    private let lease: LeaseID
    private let limit: Int
    private let consumer: String
    private let verdicts: [Partition: Verdicts]
    /// All partitions, beginning with the one that is first this time.
    private let order: [Partition]
    /// Partitions that hold events under the lease already.
    private let repeated: [Partition]
    private var round = Round.first
    /// A partition that is asked by itself first, for an event that must be alone; nil: none is.
    private let lone: Partition?
    /// The partitions that were asked, whatever came of it.
    private var asked: Set<Partition> = []
    private let policy: DeliveryPolicy?

    /// A call for at most `limit` events; `first` is a random number, never negative.
    package init(
        of state: SubscriptionState,
        under lease: LeaseID,
        limit: Int,
        consumer: String,
        verdicts: [(Partition, Verdicts)],
        first: Int
    ) {
        policy = state.subscription.delivery?.policy
        self.lease = lease
        self.limit = limit
        self.consumer = consumer
        self.verdicts = Dictionary(uniqueKeysWithValues: verdicts)
        let all = state.stream.partitions
        let start = first % all.count
        order = Array(all[start...] + all[..<start])
        repeated = all.filter { partition in
            guard let row = state.deliveries[partition.index],
                row.epoch == state.subscription.epoch
            else { return false }
            return row.open.lease(lease) != nil
        }
        lone = Self.lone(in: state, by: first)
    }

    /// A partition with an event that must be alone, in every other call.
    ///
    /// Where acknowledgements are sent along, several partitions would else be asked at once each time.
    private static func lone(in state: SubscriptionState, by chance: Int) -> Partition? {
        guard chance.isMultiple(of: 2), let policy = state.subscription.delivery?.policy else {
            return nil
        }
        return state.stream.partitions.first { partition in
            guard let row = state.deliveries[partition.index],
                row.epoch == state.subscription.epoch
            else { return false }
            return row.open.events.contains { event in
                event.lease == nil && event.state != .parked && policy.isLast(event.deliveries + 1)
            }
        }
    }

    /// The tasks to do next, in parallel, then ``receive(_:)``; nil: the call is done.
    package mutating func next() -> [(Partition, DeliveryTask)]? {
        switch round {
        case .first:
            round = repeated.isEmpty ? .others : .done
            let settled = order.filter { verdicts[$0] != nil || repeated.contains($0) }
            guard let lone, repeated.isEmpty, settled.count > 1 else {
                return tasks(at: settled.isEmpty ? [order[0]] : settled)
            }
            let others = settled.filter { $0 != lone }.map { partition in
                (partition, DeliveryTask(verdicts: verdicts[partition], request: nil))
            }
            return tasks(at: [lone]) + others
        case .others, .furtherOthers:
            let others = order.filter { !asked.contains($0) }
            let isEnough = isAlone || round == .furtherOthers && hasEvents
            guard left > 0, !others.isEmpty, !isEnough else {
                round = .large
                return next()
            }
            round = .furtherOthers
            return tasks(at: Array(others.prefix(left)))
        case .large:
            round = .done
            guard !hasEvents, let part = parts.first(where: { !$0.isIdle }) else { return nil }
            return tasks(at: [part.row.partition])
        case .done: return nil
        }
    }

    /// Takes what became of the tasks, as far as they succeeded.
    package mutating func receive(_ delivered: [Delivered]) {
        for part in delivered {
            let former = parts.firstIndex { $0.row.partition == part.row.partition }
            if let former {
                parts[former] = part.adding(parts[former])
            } else {
                parts.append(part)
            }
        }
    }

    /// True when the page is one event on its last permitted delivery: nothing may join it.
    private var isAlone: Bool {
        let events = parts.flatMap(\.events)
        guard events.count == 1, let policy else { return false }
        return policy.isLast(events[0].deliveries)
    }

    /// Events that the page has room for.
    private var left: Int { max(limit - parts.reduce(0) { $0 + $1.events.count }, 0) }

    /// True when events were handed out: an error of another partition then must not lose them.
    package var hasEvents: Bool { parts.contains { !$0.events.isEmpty } }

    /// True once the acknowledgement was taken in a partition: a later error must not deny that.
    package var hasSettled: Bool { parts.contains { verdicts[$0.row.partition] != nil } }

    /// True while the acknowledgement is being taken, whose failure must be told.
    package var isSettling: Bool { parts.isEmpty && !verdicts.isEmpty }

    private mutating func tasks(at partitions: [Partition]) -> [(Partition, DeliveryTask)] {
        let (share, more) = left.quotientAndRemainder(dividingBy: partitions.count)
        asked.formUnion(partitions)
        let room = Limits.pageBytes - parts.reduce(0) { $0 + $1.page.bytes }
        return partitions.enumerated().map { index, partition in
            let count = repeated.contains(partition) ? limit : share + (index < more ? 1 : 0)
            let request = DeliveryTask.Request(
                under: lease,
                for: consumer,
                limit: count,
                bytes: max(room / partitions.count, 0),
                fitsFirst: index == 0 && !hasEvents,
                allowsLast: partitions.count == 1 && !hasEvents
            )
            let isAsked = repeated.isEmpty || repeated.contains(partition)
            let task = DeliveryTask(
                verdicts: parts.isEmpty ? verdicts[partition] : nil,
                request: isAsked && count > 0 ? request : nil
            )
            return (partition, task)
        }
    }

    /// True when nothing that may be handed out now was left anywhere.
    package var isDrained: Bool {
        parts.count == order.count && parts.allSatisfy(\.isDrained)
    }

    /// The text of the lease; nil: nothing was handed out.
    package func token(in subscription: SubscriptionRow) -> String? {
        let granted = parts.filter { !$0.events.isEmpty }.compactMap { part in
            part.row.open.lease(lease).map {
                LeaseToken.Part(part.row.partition, granted: $0.granted)
            }
        }
        guard !granted.isEmpty else { return nil }
        let token = LeaseToken(
            subscription: subscription.incarnation,
            epoch: subscription.epoch,
            lease: lease,
            parts: granted.sorted { $0.partition < $1.partition }
        )
        return token.encoded(secret: subscription.secret)
    }
}
