import LedgerCore

/// A tail and when it was known.
struct CachedTail: Sendable {
    let tail: Tail
    let now: Timestamp
    let uptime: Int64

    init(_ tail: Tail, clock: any LedgerClock) {
        self.tail = tail
        now = clock.now()
        uptime = clock.uptime()
    }

    /// The tail, unless it is too old to be trusted.
    func fresh(_ clock: any LedgerClock) -> Tail? {
        clock.isFresh(since: now, uptime: uptime) ? tail : nil
    }
}
