import LedgerCore

/// Who waits for events of one stream, and how far its partitions are known to go.
///
/// A guest joins before it looks at the table, and waits when it found nothing: what is known of
/// from its joining on wakes it, or keeps it from sleeping. Those who wait for one partition and
/// those who wait for several are kept apart, so that an append costs what it wakes.
struct WaitingRoom {
    typealias Continuation = CheckedContinuation<AppendSignals.News, Never>

    /// Someone to be woken, once the room's lock is free.
    struct Wake {
        let continuation: Continuation
        let news: AppendSignals.News
    }

    private struct Guest {
        let subscription: SubscriptionID?
        /// Its subscription as it knows it.
        var row: SubscriptionRow?
        /// Something other than events came since it last heard.
        var hasChange = false
        var stand: AppendSignals.Stand?
        var continuation: Continuation?
    }

    /// What someone must look at who looks for all guests.
    struct View {
        /// As the guests know it.
        let stream: Incarnation
        /// The partitions that are waited for, and how far they are known to go.
        let ends: [(partition: Partition, end: Offset)]
        /// Some of the subscriptions that wait, in turns.
        let subscriptions: [SubscriptionRow]
    }

    /// The stream that ``ends`` are of.
    private var stream: Incarnation?
    private var ends = [Offset](repeating: .zero, count: Limits.partitions.upperBound)
    private var guests: [UInt64: Guest] = [:]
    /// Who waits, by the only partition; nil: for several.
    private var waiting: [Int?: Set<UInt64>] = [:]
    /// Who looks for all guests; nil: nobody.
    private(set) var looker: UInt64?
    private var turn = 0

    var isEmpty: Bool { guests.isEmpty }

    mutating func join(_ id: UInt64, _ subscription: SubscriptionID?) {
        guests[id] = Guest(subscription: subscription)
    }

    mutating func leave(_ id: UInt64) { guests[id] = nil }

    // MARK: Waiting

    /// Begins a wait at `stand`.
    ///
    /// - Returns: What is known already, so that there is no wait.
    mutating func enter(
        _ id: UInt64,
        _ stand: AppendSignals.Stand,
        _ continuation: Continuation
    ) -> AppendSignals.News? {
        guard guests[id]?.hasChange == false else {
            guests[id]?.hasChange = false
            return .change
        }
        guard fresh(stand).isEmpty else { return .events }
        know(stand)
        guests[id]?.stand = stand
        guests[id]?.row = stand.subscription
        guests[id]?.continuation = continuation
        waiting[stand.only, default: []].insert(id)
        return nil
    }

    /// The partitions that are known to go beyond `stand`.
    func fresh(_ stand: AppendSignals.Stand) -> [Partition] {
        guard stand.stream == stream else { return [] }
        return stand.partitions.filter { ends[$0.index] > stand.offset(of: $0) }
    }

    /// Ends a wait; nil when it is over already.
    mutating func wake(_ id: UInt64, _ news: AppendSignals.News) -> Wake? {
        guard let guest = guests[id], let continuation = guest.continuation else { return nil }
        if let stand = guest.stand { waiting[stand.only]?.remove(id) }
        guests[id]?.continuation = nil
        return Wake(continuation: continuation, news: news)
    }

    /// Whoever stands there has seen the log go so far.
    private mutating func know(_ stand: AppendSignals.Stand) {
        turnTo(stand.stream)
        for partition in stand.partitions {
            ends[partition.index] = max(ends[partition.index], stand.offset(of: partition))
        }
    }

    private mutating func turnTo(_ stream: Incarnation) {
        guard self.stream != stream else { return }
        self.stream = stream
        for index in ends.indices { ends[index] = .zero }
    }

    // MARK: News

    /// A partition goes as far as `end`.
    mutating func append(_ stream: Incarnation, _ partition: Partition, _ end: Offset) -> [Wake] {
        turnTo(stream)
        guard end > ends[partition.index] else { return [] }
        ends[partition.index] = end
        var wakes: [Wake] = []
        for only in [partition.index, nil] as [Int?] {
            let waiting = (waiting[only] ?? []).sorted()
            for id in waiting where isBehind(id, stream, partition, end) {
                if let wake = wake(id, .events) { wakes.append(wake) }
            }
        }
        return wakes
    }

    private func isBehind(
        _ id: UInt64,
        _ stream: Incarnation,
        _ partition: Partition,
        _ end: Offset
    ) -> Bool {
        guard let stand = guests[id]?.stand, stand.stream == stream else { return false }
        return stand.offset(of: partition) < end
    }

    /// The stream, or one subscription of it, was moved, made anew or is gone.
    mutating func change(of subscription: SubscriptionID?) -> [Wake] {
        var wakes: [Wake] = []
        for id in guests.keys.sorted()
        where subscription == nil || guests[id]?.subscription == subscription {
            if let wake = wake(id, .change) {
                wakes.append(wake)
            } else {
                guests[id]?.hasChange = true
            }
        }
        return wakes
    }

    /// Everyone who waits.
    mutating func wakeAll(_ news: AppendSignals.News) -> [Wake] {
        guests.keys.sorted().compactMap { wake($0, news) }
    }

    // MARK: Looking

    /// Whether `id` is to look for all guests from now on: nobody else does.
    mutating func startsLooking(_ id: UInt64) -> Bool {
        guard looker == nil else { return false }
        looker = id
        return true
    }

    /// What to look at; nil while nobody waits.
    ///
    /// `count`: How many guests' subscriptions to look at.
    mutating func view(subscriptions count: Int) -> View? {
        guard let stream, waiting.values.contains(where: { !$0.isEmpty }) else { return nil }
        let isWhole = !(waiting[nil] ?? []).isEmpty
        var partitions: Set<Int> = []
        for (only, ids) in waiting where !ids.isEmpty {
            if let only { partitions.insert(only) }
        }
        if isWhole { partitions.formUnion(widest) }
        return View(
            stream: stream,
            ends: Partition.all(ends.count).filter { partitions.contains($0.index) }
                .map { ($0, ends[$0.index]) },
            subscriptions: nextSubscriptions(count)
        )
    }

    /// The partitions of those who wait for several: all of the stream.
    private var widest: Range<Int> {
        guard let id = waiting[nil]?.first, let stand = guests[id]?.stand else { return 0..<0 }
        return stand.first.index..<(stand.first.index + stand.offsets.count)
    }

    private mutating func nextSubscriptions(_ count: Int) -> [SubscriptionRow] {
        if turn >= guests.count { turn = 0 }
        let next = guests.keys.sorted().dropFirst(turn).prefix(count)
        turn += next.count
        var seen: Set<Incarnation> = []
        return next.compactMap { guests[$0]?.row }.filter { seen.insert($0.incarnation).inserted }
    }
}
