/// What a writer must know of a partition's end to append to it.
package struct Tail: Hashable, Sendable {
    /// The offset of the next event.
    package let next: Offset
    /// The timestamp of the last event.
    package let timestamp: Timestamp
    /// The ttl of the last chunk.
    package let ttl: TTL
    /// The hash of the last chunk.
    package let hash: [UInt8]

    /// The tail of a partition that never had an event.
    package static let empty = Tail(
        next: .zero,
        timestamp: Timestamp(milliseconds: 0),
        ttl: .past,
        hash: HashChain.start
    )
}

/// What a strongly consistent look at a partition's end found, and what may be concluded.
package struct TailReading: Hashable, Sendable {
    /// The conclusion.
    package enum Verdict: Hashable, Sendable {
        /// This is the tail.
        case tail(Tail)
        /// The stream is deleted.
        case sealed
        /// Newer chunks may have expired: appending here could use an offset twice.
        case unverified(Tail)
    }

    /// The log's last row.
    package let newest: LogEntry?
    /// The partition's progress, read after the log; nil where there is none, or where the log has a
    /// chunk so young that nothing behind it can have been removed.
    package var progress: ProgressRow?

    /// What was found.
    package init(newest: LogEntry?, progress: ProgressRow?) {
        self.newest = newest
        self.progress = progress
    }

    /// Whether chunks behind the log's last row may have been removed: then that row is old as well.
    package func mayHaveLostItsEnd(at now: Timestamp) -> Bool {
        switch newest {
        case .seal: false
        case .chunk(let chunk):
            chunk.timestamp.advanced(byMilliseconds: Limits.unremovedAge) < now
        case nil: true
        }
    }

    /// What may be concluded: tail = max(last row's end, watermark), and it is valid if and only
    /// if the last surviving chunk's ttl has not passed, so that nothing after it can have been
    /// deleted, or ``TailTrust`` holds.
    package func verdict(at now: Timestamp, trusting trust: TailTrust) -> Verdict {
        if case .seal = newest { return .sealed }
        if !isNewestPastTTL(at: now)
            || trust.holds(tailVerifiedAt: progress?.tailVerifiedAt, at: now)
        {
            return .tail(tail)
        }
        return .unverified(tail)
    }

    private func isNewestPastTTL(at now: Timestamp) -> Bool {
        guard case .chunk(let chunk)? = newest else { return true }
        return chunk.ttl.mayHavePassed(at: now)
    }

    private var tail: Tail {
        let watermark = progress?.foldedTail ?? .empty
        guard case .chunk(let chunk)? = newest, chunk.end >= watermark.next else {
            return watermark
        }
        return chunk.tail
    }
}

/// The trust rule (design, section 4): when the end of a log may be believed although chunks behind
/// it may have been deleted.
package struct TailTrust: Hashable, Sendable {
    /// When the stream was created: until 47 hours later nothing can be gone.
    package let created: Timestamp
    /// The engine removes log rows only through our own sweep, never above the watermark, so the
    /// end is always what it seems.
    package let onlySweepDeletes: Bool

    /// The trust in the ends of a stream's logs.
    package init(created: Timestamp, onlySweepDeletes: Bool) {
        self.created = created
        self.onlySweepDeletes = onlySweepDeletes
    }

    /// How long a verified tail may be trusted: 48 hours, less one for clocks that disagree.
    private static let duration =
        (Limits.physicalRetentionHours - Limits.physicalRetentionMarginHours) * 3_600_000

    /// Whether a sweep has verified the tail, at `tailVerifiedAt`, not too long ago.
    package func holds(tailVerifiedAt: Timestamp?, at now: Timestamp) -> Bool {
        let verified = max(tailVerifiedAt ?? created, created)
        guard Rule.trust.isKept else { return true }
        return onlySweepDeletes || now < verified.advanced(byMilliseconds: Self.duration)
    }
}
