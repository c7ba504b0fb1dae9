import LedgerBytes

/// A key as the rows of a delivery hold it: the first four bytes of SHA-256(salt ‖ key).
///
/// The salt is the subscription's own, so nobody can make keys collide on purpose. Keys that
/// collide wait for each other, which is slower and otherwise harmless.
package struct KeyHash: Hashable, Comparable, Sendable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The hash of a key under a subscription's salt.
    package init(of key: UnsafeRawBufferPointer, salt: DeliverySalt) {
        var hash = SHA256()
        hash.update(salt.bytes)
        hash.update(key)
        let digest = hash.finalize().bytes
        rawValue = digest[..<4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    package static func < (left: KeyHash, right: KeyHash) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// The number of a lease of events: random, or made of the name of a client's attempt.
package struct LeaseID: Hashable, Comparable, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package static func < (left: LeaseID, right: LeaseID) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// One time that events were handed out under a lease.
///
/// A repeated attempt whose events are all done hands out others under the same number: an
/// acknowledgement of the former ones must not reach those.
package struct LeaseGrant: Hashable, Sendable {
    package let lease: LeaseID
    /// The time at which they were handed out, as ``EventLease/granted``.
    package let time: Timestamp

    package init(of lease: LeaseID, at time: Timestamp) {
        self.lease = lease
        self.time = time
    }
}

/// A time span that began with one version of a delivery's row.
package struct RowTimer: Hashable, Sendable {
    /// The row's version when it began; with the row it names the timer.
    package let version: Int64
    /// The beginning, by the clock of the process that wrote it.
    package let start: Timestamp
    /// The length, whole milliseconds.
    package let length: Duration

    package init(version: Int64, start: Timestamp, length: Duration) {
        self.version = version
        self.start = start
        self.length = length
    }

    /// The end by the clock of the process that began it.
    var end: Timestamp { start.advanced(by: length) }
}

/// A lease of some of a partition's events to a consumer.
package struct EventLease: Hashable, Sendable {
    package let id: LeaseID
    package var timer: RowTimer
    /// The time at which its events were handed out.
    package let granted: Timestamp
    /// The consumer's name as it called itself; may be empty.
    package let consumer: String

    package init(_ id: LeaseID, timer: RowTimer, granted: Timestamp, consumer: String) {
        self.id = id
        self.timer = timer
        self.granted = granted
        self.consumer = consumer
    }
}

/// The reason for which a delivery failed, or an event was parked.
package enum FailureCause: UInt8, Hashable, Sendable {
    /// The lease was over before the event was acknowledged.
    case timeout = 1
    /// The consumer said that it could not handle it.
    case nack = 2
    /// The consumer said that it never will.
    case rejected = 3
    /// It had failed as often as the policy permits.
    case maxDeliveries = 4
    /// The log no longer has it.
    case expired = 5
    /// An operator parked it.
    case byHand = 6
}

/// The failures of an event's deliveries so far.
///
/// A class, so that the many events without any stay small.
package final class FailureContext: Hashable, Sendable {
    /// The time of its first delivery.
    package let firstDelivery: Timestamp
    /// The time of the last failure.
    package let lastFailure: Timestamp
    package let cause: FailureCause
    /// The consumer that failed last, as it called itself.
    package let consumer: String
    /// The last reason that a consumer gave; may be empty.
    package let reason: String

    package init(
        firstDelivery: Timestamp,
        lastFailure: Timestamp,
        cause: FailureCause,
        consumer: String,
        reason: String
    ) {
        self.firstDelivery = firstDelivery
        self.lastFailure = lastFailure
        self.cause = cause
        self.consumer = consumer
        self.reason = reason
    }

    package static func == (left: FailureContext, right: FailureContext) -> Bool {
        left.firstDelivery == right.firstDelivery && left.lastFailure == right.lastFailure
            && left.cause == right.cause && left.consumer == right.consumer
            && left.reason == right.reason
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(firstDelivery)
        hasher.combine(lastFailure)
        hasher.combine(cause)
        hasher.combine(consumer)
        hasher.combine(reason)
    }
}

/// An event that was looked at and is not finished.
package struct OpenEvent: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        /// A consumer has it. Next: ready, waiting, parked.
        case held(LeaseID)
        /// It was given back, passed over and noted, or asked for again. Next: held, parked.
        case ready
        /// It has failed and rests until the timer is over. Next: held, parked.
        case waiting(RowTimer)
        /// It is parked, and its key waits for that to end. Next: ready.
        case parked
    }

    package let offset: Offset
    package let key: KeyHash
    package var state: State
    /// Failed deliveries and the present one.
    package var deliveries: Int
    /// Nil: no delivery has failed.
    package var failure: FailureContext?
    /// True when it was parked and somebody asked for it again: its row has its data.
    package let isReplay: Bool

    package init(
        _ offset: Offset,
        key: KeyHash,
        state: State,
        deliveries: Int = 0,
        failure: FailureContext? = nil,
        isReplay: Bool = false
    ) {
        self.offset = offset
        self.key = key
        self.state = state
        self.deliveries = deliveries
        self.failure = failure
        self.isReplay = isReplay
    }

    var lease: LeaseID? {
        if case .held(let lease) = state { lease } else { nil }
    }

    /// Given back, without a failed delivery: the present one does not count.
    var givenBack: OpenEvent {
        var event = self
        event.state = .ready
        event.deliveries = max(deliveries - 1, 0)
        return event
    }
}

/// A key whose events were passed over from an offset on, because one before them was not finished.
package struct Rest: Hashable, Sendable {
    package let key: KeyHash
    /// The offset from which on the log is to be looked at again for this key.
    package var from: Offset
    /// Events of the key that were passed over, about.
    package var count: Int

    package init(_ key: KeyHash, from: Offset, count: Int) {
        self.key = key
        self.from = from
        self.count = count
    }
}

/// All that is not finished of a partition, up to where its log was looked at.
package struct OpenEvents: Hashable, Sendable {
    /// By id, ascending; each holds at least one event.
    package internal(set) var leases: [EventLease] = []
    /// By offset, ascending.
    package internal(set) var events: [OpenEvent] = []
    /// By key, ascending.
    package internal(set) var rests: [Rest] = []

    package init() {}

    package var isEmpty: Bool { events.isEmpty && rests.isEmpty }

    /// The event at an offset; nil: it is finished, rests, or was not looked at.
    package func event(at offset: Offset) -> OpenEvent? {
        let index = index(of: offset)
        return index < events.count && events[index].offset == offset ? events[index] : nil
    }

    package func lease(_ id: LeaseID) -> EventLease? { leases.first { $0.id == id } }

    /// The number of events that are still held as they were handed out then.
    func count(under grant: LeaseGrant) -> Int {
        guard lease(grant.lease)?.granted == grant.time else { return 0 }
        return events.count { $0.lease == grant.lease }
    }

    package func rest(of key: KeyHash) -> Rest? { rests.first { $0.key == key } }

    /// Puts an event in, in place of the one at its offset if there is one.
    mutating func put(_ event: OpenEvent) {
        if events.last.map({ $0.offset < event.offset }) ?? true { return events.append(event) }
        let index = index(of: event.offset)
        if index < events.count, events[index].offset == event.offset {
            events[index] = event
        } else {
            events.insert(event, at: index)
        }
    }

    /// Takes the event at an offset out: it is finished, or somewhere else.
    mutating func remove(at offset: Offset) {
        let index = index(of: offset)
        guard index < events.count, events[index].offset == offset else { return }
        events.remove(at: index)
    }

    /// Takes the events at these offsets out, which ascend and are all there.
    mutating func remove(at offsets: [Offset]) {
        guard !offsets.isEmpty else { return }
        var next = 0
        events.removeAll { event in
            guard next < offsets.count, event.offset == offsets[next] else { return false }
            next += 1
            return true
        }
    }

    mutating func put(_ lease: EventLease) {
        leases.removeAll { $0.id == lease.id }
        leases.insert(lease, at: leases.firstIndex { $0.id > lease.id } ?? leases.count)
    }

    mutating func put(_ rest: Rest) {
        rests.removeAll { $0.key == rest.key }
        rests.insert(rest, at: rests.firstIndex { $0.key > rest.key } ?? rests.count)
    }

    /// Takes out the leases that hold nothing any more.
    mutating func dropEmptyLeases() {
        var (held, last): (Set<LeaseID>, LeaseID?) = ([], nil)
        // Most events of a lease stand side by side.
        for event in events {
            guard let lease = event.lease, lease != last else { continue }
            held.insert(lease)
            last = lease
        }
        leases.removeAll { !held.contains($0.id) }
    }

    /// The place of the first event at or behind an offset.
    private func index(of offset: Offset) -> Int {
        var (low, high) = (0, events.count)
        while low < high {
            let middle = (low + high) / 2
            if events[middle].offset < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
