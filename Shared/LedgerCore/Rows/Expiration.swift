/// Which chunks have expired for every read at one moment.
///
/// A chunk has when its last event is older than the stream's retention, also right after that was
/// shortened; and when its ttl may have passed: then chance decides whether it is still there, and
/// what lies behind it may be gone already.
package struct Expiration: Hashable, Sendable {
    /// Chunks whose last event is not later are expired; nil: none.
    private let horizon: Timestamp?
    private let now: Timestamp
    let rules: Rules

    /// What has expired of `stream` at `now`.
    package init(of stream: StreamRow, at now: Timestamp, rules: Rules = .all) {
        horizon = stream.expiryHorizon(at: now)
        self.now = now
        self.rules = rules
    }

    /// Whether this chunk has expired.
    ///
    /// Then so has every chunk before it: timestamps and ttls never decrease along a log.
    package func covers(_ chunk: Chunk) -> Bool {
        covers(chunk.timestamp, chunk.ttl)
    }

    /// Whether a chunk with this last timestamp and this ttl has expired.
    package func covers(_ timestamp: Timestamp, _ ttl: TTL) -> Bool {
        if let horizon, timestamp <= horizon { return true }
        return ttl.mayHavePassed(at: now) && rules.keep(.ttlExpires)
    }

    /// Whether a row with this ttl may be gone.
    func mayHavePassed(_ ttl: TTL) -> Bool { ttl.mayHavePassed(at: now) }
}
