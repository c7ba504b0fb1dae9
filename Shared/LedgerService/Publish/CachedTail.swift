import LedgerCore

/// A tail and when it was surely the tail or still ahead: before the call that found it.
struct CachedTail: Sendable {
    let tail: Tail
    let known: Instant

    /// The tail, unless it is too old to be trusted.
    func fresh(_ clock: BelievedClock) -> Tail? {
        clock.isFresh(since: known) ? tail : nil
    }
}
