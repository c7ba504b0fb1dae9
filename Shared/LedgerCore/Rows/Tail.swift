/// What a writer must know of a partition's end to append to it.
public struct Tail: Hashable, Sendable {
    /// The offset of the next event.
    public let next: Offset
    /// The timestamp of the last event.
    public let timestamp: Timestamp
    /// The ttl of the last chunk.
    public let ttl: TTL
    /// The hash of the last chunk.
    public let hash: [UInt8]

    /// The tail of a partition that never had an event.
    public static let empty = Tail(
        next: .zero,
        timestamp: Timestamp(milliseconds: 0),
        ttl: .past,
        hash: HashChain.start
    )
}

/// What a strongly consistent look at a partition's end found, and what may be concluded.
public struct TailReading: Hashable, Sendable {
    /// The conclusion.
    public enum Verdict: Hashable, Sendable {
        /// This is the tail.
        case tail(Tail)
        /// The stream is deleted.
        case sealed
        /// Newer chunks may have expired: appending here could use an offset twice.
        case unverified(Tail)
    }

    /// The log's last row.
    public let newest: LogEntry?
    /// The partition's progress, read at the same time.
    public let progress: Progress?

    /// What was found.
    public init(newest: LogEntry?, progress: Progress?) {
        self.newest = newest
        self.progress = progress
    }

    /// The trust rule (design, section 4): tail = max(last row's end, watermark), and it is valid
    /// if and only if the last surviving chunk's ttl has not passed, so that nothing after it can
    /// have been deleted, or a sweep verified the tail less than 47 hours ago.
    ///
    /// `created`: When the stream was created: until 47 hours later nothing can be gone.
    ///
    /// `exempt`: The engine removes log rows only through our own sweep, never above the watermark,
    /// so the tail is always what it seems.
    public func verdict(at now: Timestamp, created: Timestamp, exempt: Bool) -> Verdict {
        if case .seal = newest { return .sealed }
        let tail = tail
        if exempt || !isNewestPastTTL(at: now) { return .tail(tail) }
        let verified = max(progress?.swept ?? created, created)
        return now < verified.advanced(byMilliseconds: Self.trust)
            ? .tail(tail) : .unverified(tail)
    }

    /// How long a verified tail may be trusted: 48 hours, less one for clocks that disagree.
    private static let trust =
        (Limits.physicalRetentionHours - Limits.physicalRetentionMarginHours) * 3_600_000

    private func isNewestPastTTL(at now: Timestamp) -> Bool {
        guard case .chunk(let chunk)? = newest else { return true }
        return chunk.ttl.hasPassed(at: now)
    }

    private var tail: Tail {
        let watermark = progress?.watermark ?? .empty
        guard case .chunk(let chunk)? = newest, chunk.end >= watermark.next else {
            return watermark
        }
        return chunk.tail
    }
}
