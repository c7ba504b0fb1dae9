import LedgerCore

/// The guests that wait for events of one stream, and how far its partitions are known to go.
///
///     join ─→ enter ─┬─ news since it joined ─────────→ no wait
///              ↑     └─ waits ─┬─ append, change ─→ Wake ─→ it reads
///              └───────────────┴────────────────────────────┴─→ leave
///
/// A guest joins before it looks at the table, and waits when it found nothing: news from its
/// joining on wakes it, or keeps it from sleeping. Guests of one partition and guests of several
/// are kept apart, so that an append costs as much as it wakes.
struct WaitingRoom {
    typealias Continuation = CheckedContinuation<AppendSignals.News, Never>

    /// A guest to be woken, once the room's lock is free.
    struct Wake {
        let continuation: Continuation
        let news: AppendSignals.News
    }

    private struct Guest {
        let subscription: SubscriptionID?
        /// Its subscription as it read it.
        var row: SubscriptionRow?
        /// True if something other than events came since it last heard.
        var hasChange = false
        var stand: AppendSignals.Stand?
        var continuation: Continuation?
    }

    /// The rows to look at for all guests.
    struct View {
        /// The incarnation that the guests know.
        let stream: StreamIncarnation
        /// The partitions that are waited for, and how far they are known to go.
        let ends: [(partition: Partition, end: Offset)]
        /// Some of the subscriptions that wait, in turns.
        let subscriptions: [SubscriptionRow]
    }

    /// The incarnation that ``ends`` are of.
    private var stream: StreamIncarnation?
    private var ends = [Offset](repeating: .zero, count: Limits.partitions.upperBound)
    private var guests: [UInt64: Guest] = [:]
    /// The guests that wait, by the only partition; nil: for several.
    private var waiting: [Int?: Set<UInt64>] = [:]
    /// The id under which someone looks for all guests; nil: nobody does.
    private(set) var looker: UInt64?
    /// The number of guests whose subscriptions had their turn in this round.
    private var turn = 0

    var isEmpty: Bool { guests.isEmpty }
    var count: Int { guests.count }

    mutating func join(_ id: UInt64, subscription: SubscriptionID?) {
        guests[id] = Guest(subscription: subscription)
    }

    mutating func leave(_ id: UInt64) { guests[id] = nil }

    // MARK: Waiting

    /// Begins a wait at `stand`.
    ///
    /// - Returns: News that is known already, so that there is no wait; else the guests that wait
    ///   behind what this one has seen.
    mutating func enter(
        _ id: UInt64,
        at stand: AppendSignals.Stand,
        waking continuation: Continuation
    ) -> (known: AppendSignals.News?, wakes: [Wake]) {
        guard guests[id]?.hasChange == false else {
            guests[id]?.hasChange = false
            return (.change, [])
        }
        guard fresh(beyond: stand).isEmpty else { return (.events, []) }
        let wakes = learn(from: stand)
        guests[id]?.stand = stand
        guests[id]?.row = stand.subscription
        guests[id]?.continuation = continuation
        waiting[stand.only, default: []].insert(id)
        return (nil, wakes)
    }

    /// The partitions that are known to go beyond `stand`.
    func fresh(beyond stand: AppendSignals.Stand) -> [Partition] {
        guard stand.stream == stream else { return [] }
        return zip(stand.partitions, stand.offsets).filter { ends[$0.index] > $1 }.map(\.0)
    }

    /// Ends a wait; nil when it is over already.
    mutating func wake(_ id: UInt64, with news: AppendSignals.News) -> Wake? {
        guard let guest = guests[id], let continuation = guest.continuation else { return nil }
        if let stand = guest.stand { waiting[stand.only]?.remove(id) }
        guests[id]?.continuation = nil
        return Wake(continuation: continuation, news: news)
    }

    /// Takes as news what a guest that stands there has seen: nobody tells of it again.
    private mutating func learn(from stand: AppendSignals.Stand) -> [Wake] {
        turnTo(stand.stream)
        return zip(stand.partitions, stand.offsets).flatMap { partition, offset in
            append(to: partition, of: stand.stream, upTo: offset)
        }
    }

    private mutating func turnTo(_ stream: StreamIncarnation) {
        guard self.stream != stream else { return }
        self.stream = stream
        for index in ends.indices { ends[index] = .zero }
    }

    // MARK: News

    /// Takes the news that a partition goes as far as `end`.
    mutating func append(
        to partition: Partition,
        of stream: StreamIncarnation,
        upTo end: Offset
    ) -> [Wake] {
        turnTo(stream)
        guard end > ends[partition.index] else { return [] }
        ends[partition.index] = end
        var wakes: [Wake] = []
        for only in [partition.index, nil] as [Int?] {
            let waiting = (waiting[only] ?? []).sorted()
            for id in waiting where isBehind(id, of: end, in: partition, of: stream) {
                if let wake = wake(id, with: .events) { wakes.append(wake) }
            }
        }
        return wakes
    }

    private func isBehind(
        _ id: UInt64,
        of end: Offset,
        in partition: Partition,
        of stream: StreamIncarnation
    ) -> Bool {
        guard let stand = guests[id]?.stand, stand.stream == stream else { return false }
        return stand.offset(of: partition).map { $0 < end } ?? false
    }

    /// Takes the news that the stream, or one subscription of it, was moved, made anew or is gone.
    mutating func change(of subscription: SubscriptionID?) -> [Wake] {
        var wakes: [Wake] = []
        for id in guests.keys.sorted()
        where subscription == nil || guests[id]?.subscription == subscription {
            if let wake = wake(id, with: .change) {
                wakes.append(wake)
            } else {
                guests[id]?.hasChange = true
            }
        }
        return wakes
    }

    mutating func wakeAll(_ news: AppendSignals.News) -> [Wake] {
        guests.keys.sorted().compactMap { wake($0, with: news) }
    }

    // MARK: Looking

    /// Makes `id` look for all guests from now on; false if another does.
    mutating func startsLooking(_ id: UInt64) -> Bool {
        guard looker == nil else { return false }
        looker = id
        return true
    }

    /// The rows to look at, with the subscriptions of `count` guests; nil while nobody waits.
    mutating func view(subscriptions count: Int) -> View? {
        guard let stream, waiting.values.contains(where: { !$0.isEmpty }) else { return nil }
        let isAwaited = isAwaited
        return View(
            stream: stream,
            ends: Partition.all(ends.count).filter { isAwaited[$0.index] }
                .map { ($0, ends[$0.index]) },
            subscriptions: nextSubscriptions(count)
        )
    }

    /// By partition, true if anyone waits for its events.
    private var isAwaited: [Bool] {
        var isAwaited = ends.map { _ in false }
        for id in waiting.values.joined() {
            for partition in guests[id]?.stand?.partitions ?? [] {
                isAwaited[partition.index] = true
            }
        }
        return isAwaited
    }

    private mutating func nextSubscriptions(_ count: Int) -> [SubscriptionRow] {
        if turn >= guests.count { turn = 0 }
        let next = guests.keys.sorted().dropFirst(turn).prefix(count)
        turn += next.count
        var seen: Set<SubscriptionIncarnation> = []
        return next.compactMap { guests[$0]?.row }.filter { seen.insert($0.incarnation).inserted }
    }
}
