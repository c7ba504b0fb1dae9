/// When a row may physically go.
package enum TTL: Hashable, Comparable, Sendable {
    /// Once this second since the epoch has passed.
    case after(second: Int64)
    /// Not by itself.
    case never

    /// What stands before a partition's first chunk: nothing, so any ttl may follow.
    package static let past = TTL.after(second: 0)

    /// The ttl of a chunk written now: max(previous, now + max(retention, 48 h) + 1 h).
    ///
    /// It never decreases along a log: once one chunk is kept for ever, so are all after it.
    package static func ofChunk(
        writtenAt now: Timestamp,
        retentionHours: Int?,
        after previous: TTL
    ) -> TTL {
        guard let retentionHours else { return .never }
        let hours =
            max(Int64(retentionHours), Limits.physicalRetentionHours)
            + Limits.physicalRetentionMarginHours
        let ttl = TTL.after(second: now.seconds + hours * 3600)
        return Rule.ttlGrows.isKept ? max(previous, ttl) : ttl
    }

    /// Whether the row may be gone at `now`.
    package func hasPassed(at now: Timestamp) -> Bool {
        switch self {
        case .after(let second): second < now.seconds
        case .never: false
        }
    }

    /// Whether the row may be gone at `now` by anyone's clock: clocks disagree by less than
    /// ``Limits/physicalRetentionMarginHours``.
    package func mayHavePassed(at now: Timestamp) -> Bool {
        hasPassed(at: now.advanced(byMilliseconds: Limits.physicalRetentionMarginHours * 3_600_000))
    }

    /// In order of their values.
    package static func < (left: TTL, right: TTL) -> Bool {
        switch (left, right) {
        case (.after(let left), .after(let right)): left < right
        case (.after, .never): true
        case (.never, _): false
        }
    }

    /// The attribute's value: absent means never.
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

/// Which chunks have expired for every read at one moment.
///
/// A chunk has when its last event is older than the stream's retention, also right after that was
/// shortened; and when its ttl may have passed: then chance decides whether it is still there, and
/// what lies behind it may be gone already.
package struct Expiration: Hashable, Sendable {
    /// Chunks whose last event is not later are expired; nil: none.
    private let horizon: Timestamp?
    private let now: Timestamp

    /// What has expired of `stream` at `now`.
    package init(of stream: StreamRow, at now: Timestamp) {
        horizon = stream.expiryHorizon(at: now)
        self.now = now
    }

    /// Whether this chunk has expired.
    ///
    /// Then so has every chunk before it: timestamps and ttls never decrease along a log.
    package func covers(_ chunk: ChunkRow) -> Bool {
        covers(timestamp: chunk.timestamp, ttl: chunk.ttl)
    }

    /// Whether a chunk with this last timestamp and this ttl has expired.
    package func covers(timestamp: Timestamp, ttl: TTL) -> Bool {
        if let horizon, timestamp <= horizon { return true }
        return ttl.mayHavePassed(at: now) && Rule.ttlExpires.isKept
    }

    /// Whether a row with this ttl may be gone.
    func mayHavePassed(_ ttl: TTL) -> Bool { ttl.mayHavePassed(at: now) }
}
