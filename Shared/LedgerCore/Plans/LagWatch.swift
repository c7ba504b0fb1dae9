/// The lags that a process shows, and how many subscriptions it has seen besides.
package struct LagReport: Sendable {
    /// The lags as they were last read, by the names of their subscriptions; the ages are of now.
    package let lags: [SubscriptionLag]
    /// Subscriptions whose lag is not among them: it is beyond the bound, or could not be read.
    package let notShown: Int
}

/// Chooses the subscriptions whose lag a process shows, and when each of them is read.
///
///     resting ── a report, a while after the last round ──→ due ── next ──→ reading
///        ↑                                                                     │
///        └──────── all have been read, or enough for one round ────────────────┘
///
/// Who is seen gets one of a fixed number of places, and keeps it: a consumer that stands still is
/// seen no more, and its lag is the one that matters. Only who was not seen for a day makes room for
/// those who have no place. Being read is not being seen.
///
/// A report shows what the last rounds have read, and asks for the next one. So as long as nobody
/// wants a report nothing is read.
package struct LagWatch: Sendable {
    private struct Reading: Sendable {
        let events: Int64
        let oldest: Timestamp?
        /// The uptime at which it was read.
        let uptime: Duration
    }

    private struct Place: Sendable {
        /// The uptime at which the subscription was last seen.
        var seen: Duration
        var reading: Reading?
    }

    private enum State: Sendable {
        /// Nothing is to be read. Next: due.
        case resting
        /// A round is to begin. Next: reading.
        case due
        /// These are still to be read, the last one first, and so many partitions. Next: resting.
        case reading([SubscriptionName], partitions: Int)
    }

    private var places: [SubscriptionName: Place] = [:]
    /// The uptimes at which those without a place were last seen.
    private var others: [SubscriptionName: Duration] = [:]
    private var state = State.resting
    /// The uptime at which the last round was asked for.
    private var asked: Duration?

    /// Has seen nobody yet.
    package init() {}

    /// True while a round is to begin.
    package var isDue: Bool {
        guard case .due = state else { return false }
        return true
    }

    /// Takes note that a subscription is there and used.
    package mutating func see(_ name: SubscriptionName, at uptime: Duration) {
        if places[name] != nil {
            places[name]?.seen = uptime
        } else if places.count < Limits.lagPlaces {
            others[name] = nil
            places[name] = Place(seen: uptime)
        } else if others[name] != nil || others.count < Limits.lagOthers {
            others[name] = uptime
        }
    }

    /// Shows what is known, and asks for the next round if that is due.
    ///
    /// `now` is the believed time, which tells the ages.
    package mutating func report(at uptime: Duration, now: Timestamp) -> LagReport {
        if case .resting = state, asked.map({ uptime - $0 >= Limits.lagPause }) ?? true {
            state = .due
            asked = uptime
        }
        let lags = places.compactMap { name, place -> SubscriptionLag? in
            guard let reading = place.reading, uptime - reading.uptime <= Limits.lagReadingAge
            else {
                return nil
            }
            let (events, oldest) = (reading.events, reading.oldest)
            return SubscriptionLag(of: name, events: events, oldest: oldest, at: now)
        }
        return LagReport(
            lags: lags.sorted { $0.name < $1.name },
            notShown: places.count - lags.count + others.count
        )
    }

    /// The subscription to be read next, then ``receive(_:of:at:)`` or ``forget(_:)``, or neither when
    /// that failed; nil when the round is over.
    package mutating func next(at uptime: Duration) -> SubscriptionName? {
        if isDue {
            makeRoom(at: uptime)
            state = .reading(inOrderOfReading, partitions: Limits.lagRoundPartitions)
        }
        guard case .reading(var names, let partitions) = state else { return nil }
        guard partitions > 0, let name = names.popLast() else {
            state = .resting
            return nil
        }
        state = .reading(names, partitions: partitions)
        return name
    }

    /// Takes what was read of a subscription.
    package mutating func receive(
        _ description: SubscriptionDescription,
        of name: SubscriptionName,
        at uptime: Duration
    ) {
        let (events, oldest) = (description.lag, description.oldestPending)
        places[name]?.reading = Reading(events: events, oldest: oldest, uptime: uptime)
        guard case .reading(let names, let partitions) = state else { return }
        state = .reading(names, partitions: partitions - description.partitions.count)
    }

    /// Drops a subscription that is no more.
    package mutating func forget(_ name: SubscriptionName) {
        places[name] = nil
    }

    /// Those with a place, the one that was not read for the longest time last.
    private var inOrderOfReading: [SubscriptionName] {
        places.map { name, place in
            (isRead: place.reading == nil ? 0 : 1, at: place.reading?.uptime ?? .zero, name: name)
        }.sorted { $0 > $1 }.map(\.name)
    }

    /// Gives those without a place what is free, and what belongs to those not seen for a day.
    private mutating func makeRoom(at uptime: Duration) {
        others = others.filter { uptime - $0.value < Limits.lagPlaceAge }
        let missing = others.count - (Limits.lagPlaces - places.count)
        let unseen = places.filter { uptime - $0.value.seen >= Limits.lagPlaceAge }
            .sorted { ($0.value.seen, $0.key) < ($1.value.seen, $1.key) }
        for (name, _) in unseen.prefix(max(missing, 0)) { places[name] = nil }
        let room = Limits.lagPlaces - places.count
        guard room > 0, !others.isEmpty else { return }
        let latest = others.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
        for (name, seen) in latest.prefix(room) {
            others[name] = nil
            places[name] = Place(seen: seen)
        }
    }
}
