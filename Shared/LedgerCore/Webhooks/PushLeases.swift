/// The leases under which events are sent to a webhook, and what is to be said of these events.
///
/// Verdicts are gathered and said together, with the next request for events where there is one.
struct PushLeases: Sendable {
    typealias ID = Int

    private struct Lease {
        let text: String
        let granted: Instant
        /// The beginning of its time as this process knows it, never later than it was.
        var since: Instant
        let length: Duration
        /// Events without a verdict.
        var open: Int
        /// Verdicts that were not said yet.
        var verdicts: [Partition: [Offset: Verdict]] = [:]
        /// What is being said.
        var telling: (verdicts: [Partition: [Offset: Verdict]], begun: Instant, lasts: Bool)?

        /// True while it may be given more time.
        func mayLast(at now: Instant) -> Bool {
            now.elapsed(since: granted) + length <= Limits.longestLease
        }

        /// The time until something must be said of it, or until it is over; nil: nothing is due.
        func pause(at now: Instant) -> Duration? {
            let left = length - now.elapsed(since: since)
            let isDue = telling == nil && (!verdicts.isEmpty || open > 0 && mayLast(at: now))
            if isDue { return left - length / 2 }
            return open > 0 && left > .zero ? left : nil
        }
    }

    private var leases: [ID: Lease] = [:]
    private var nextID = 0

    /// Leases of which events have no verdict yet.
    var openCount: Int { leases.values.count { $0.open > 0 } }
    /// True when all was said, and taken.
    var isSilent: Bool { leases.values.allSatisfy { $0.verdicts.isEmpty && $0.telling == nil } }
    /// True when some of what was said was not taken yet.
    var isTelling: Bool { leases.values.contains { $0.telling != nil } }

    /// Begins with a lease of so many events, which was asked for at `now` or later.
    mutating func add(
        _ text: String,
        of count: Int,
        lasting length: Duration,
        at now: Instant
    ) -> ID {
        let id = nextID
        nextID += 1
        leases[id] = Lease(text: text, granted: now, since: now, length: length, open: count)
        return id
    }

    /// Takes the verdict on an event.
    mutating func settle(_ entry: PushQueue.Entry, as verdict: Verdict) {
        guard var lease = leases[entry.lease] else { return }
        lease.verdicts[entry.event.partition, default: [:]][entry.event.offset] = verdict
        lease.open -= 1
        leases[entry.lease] = lease
    }

    /// There will be no verdict on an event: the lease is over.
    mutating func forget(_ entry: PushQueue.Entry) {
        leases[entry.lease]?.open -= 1
        drop(entry.lease)
    }

    /// Has the events that failed come again as if they had not been tried, unless that was said.
    mutating func forgive() {
        leases = leases.mapValues { lease in
            var forgiving = lease
            forgiving.verdicts = lease.verdicts.mapValues { events in
                events.mapValues { verdict in
                    if case .nack = verdict { .release } else { verdict }
                }
            }
            return forgiving
        }
    }

    private mutating func drop(_ id: ID) {
        guard let lease = leases[id], lease.open == 0, lease.verdicts.isEmpty, lease.telling == nil
        else { return }
        leases[id] = nil
    }

    // MARK: Time

    /// Leases whose time is over, as far as this process knows.
    func over(at now: Instant) -> [ID] {
        leases.keys.sorted().filter { id in
            guard let lease = leases[id], lease.open > 0 else { return false }
            return now.elapsed(since: lease.since) >= lease.length
        }
    }

    /// The time until something must be said, or a lease is over; nil: nothing is due.
    func pause(at now: Instant) -> Duration? {
        leases.values.compactMap { $0.pause(at: now) }.min()
    }

    // MARK: Saying

    /// What can go along with a request for events: the verdicts of one lease, a finished one before
    /// others; nil: there are none.
    mutating func tellBest(at now: Instant) -> PushPlan.Telling? {
        let silent = leases.filter { $0.value.telling == nil && !$0.value.verdicts.isEmpty }
        let best = silent.min {
            ($0.value.open > 0 ? 1 : 0, $0.key) < ($1.value.open > 0 ? 1 : 0, $1.key)
        }
        return best.flatMap { tell($0.key, at: now) }
    }

    /// What must be said now: of leases half of whose time is over, and with `isLast` of those whose
    /// events all have verdicts.
    mutating func tellDue(at now: Instant, isLast: Bool) -> [PushPlan.Telling] {
        leases.keys.sorted().compactMap { id in
            guard let lease = leases[id], lease.telling == nil else { return nil }
            let isDue = lease.pause(at: now).map { $0 <= .zero } ?? false
            guard isDue || isLast && lease.open == 0 else { return nil }
            return tell(id, at: now)
        }
    }

    private mutating func tell(_ id: ID, at now: Instant) -> PushPlan.Telling? {
        guard var lease = leases[id] else { return nil }
        let isHalfOver = now.elapsed(since: lease.since) >= lease.length / 2
        let lasts = lease.open > 0 && isHalfOver && lease.mayLast(at: now)
        guard lasts || !lease.verdicts.isEmpty else { return nil }
        lease.telling = (lease.verdicts, now, lasts)
        lease.verdicts = [:]
        leases[id] = lease
        return PushPlan.Telling(
            lease: id,
            text: lease.text,
            verdicts: lease.telling?.verdicts ?? [:],
            lasting: lasts ? lease.length : nil
        )
    }

    /// What was said of a lease was taken.
    mutating func told(_ id: ID) {
        guard let telling = leases[id]?.telling else { return }
        if telling.lasts { leases[id]?.since = telling.begun }
        leases[id]?.telling = nil
        drop(id)
    }

    /// What was said of a lease may not have been taken: it is to be said again.
    mutating func untold(_ id: ID) {
        guard let telling = leases[id]?.telling else { return }
        leases[id]?.telling = nil
        for (partition, events) in telling.verdicts {
            leases[id]?.verdicts[partition, default: [:]].merge(events) { $1 }
        }
    }

    /// Nothing more is said: leases end by themselves.
    mutating func giveUp(_ id: ID) {
        leases[id]?.telling = nil
        leases[id]?.verdicts = [:]
        drop(id)
    }
}
