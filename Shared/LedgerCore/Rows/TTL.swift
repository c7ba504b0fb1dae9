/// The time from which on an engine may delete a row.
package enum TTL: Hashable, Comparable, Sendable {
    /// The row may go once this second since the epoch has passed.
    case after(second: Int64)
    /// The row stays until somebody deletes it.
    case never

    /// The ttl before a partition's first chunk: earlier than any, so any may follow.
    package static let past = TTL.after(second: 0)

    /// The ttl of a chunk written now: max(previous, now + max(retention, 48 h) + 1 h).
    ///
    /// It never decreases along a log, so once one chunk is kept for ever, all later ones are.
    package static func ofChunk(
        writtenAt now: Timestamp,
        retentionHours: Int?,
        after previous: TTL,
        rules: Rules = .all
    ) -> TTL {
        guard let retentionHours else { return .never }
        let age =
            max(.hours(retentionHours), Limits.physicalRetention)
            + Limits.physicalRetentionMargin
        let ttl = TTL.after(second: now.advanced(by: age).seconds)
        return rules.keep(.ttlGrows) ? max(previous, ttl) : ttl
    }

    /// True when the row may be gone at `now`, by the clock that says so.
    package func hasPassed(at now: Timestamp) -> Bool {
        switch self {
        case .after(let second): second < now.seconds
        case .never: false
        }
    }

    /// True when the row may be gone at `now` by the clock of any process: clocks differ by less
    /// than ``Limits/physicalRetentionMargin``.
    package func mayHavePassed(at now: Timestamp) -> Bool {
        hasPassed(at: now.advanced(by: Limits.physicalRetentionMargin))
    }

    /// In order of their values.
    package static func < (left: TTL, right: TTL) -> Bool {
        switch (left, right) {
        case (.after(let left), .after(let right)): left < right
        case (.after, .never): true
        case (.never, _): false
        }
    }

    /// The stored value; an absent attribute means ``never``.
    var attribute: AttributeValue? {
        switch self {
        case .after(let second): .number(second)
        case .never: nil
        }
    }

    init(attribute: Int64?) {
        self = attribute.map(TTL.after(second:)) ?? .never
    }
}

/// Decides which chunks have expired for every reader at one moment.
///
/// A chunk has expired when its last event is older than the stream's retention, even if that was
/// just shortened. It has also expired once its ttl may have passed: the engine may delete it at
/// any time, and may have deleted chunks behind it already.
package struct Expiration: Hashable, Sendable {
    /// Chunks whose last event is not later have expired; nil when the stream keeps all.
    private let horizon: Timestamp?
    private let now: Timestamp
    let rules: Rules

    /// The expiration of `stream`'s chunks at `now`.
    package init(of stream: StreamRow, at now: Timestamp, rules: Rules = .all) {
        horizon = stream.expiryHorizon(at: now)
        self.now = now
        self.rules = rules
    }

    /// True when `chunk` has expired, and with it every chunk before it: timestamps and ttls never
    /// decrease along a log.
    package func covers(_ chunk: ChunkRow) -> Bool {
        covers(timestamp: chunk.timestamp, ttl: chunk.ttl)
    }

    /// True when a chunk whose last event has `timestamp` and whose ttl is `ttl` has expired.
    package func covers(timestamp: Timestamp, ttl: TTL) -> Bool {
        if let horizon, timestamp <= horizon { return true }
        return ttl.mayHavePassed(at: now) && rules.keep(.ttlExpires)
    }

    /// True when a row with this ttl may be gone.
    func mayHavePassed(_ ttl: TTL) -> Bool { ttl.mayHavePassed(at: now) }
}
