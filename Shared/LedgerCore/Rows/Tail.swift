package import LedgerBytes

/// The end of a partition, with all that a writer needs to append to it.
package struct Tail: Hashable, Sendable {
    /// The offset that the next event gets.
    package let next: Offset
    /// The timestamp of the last event; a new one must not be earlier.
    package let timestamp: Timestamp
    /// The ttl of the last chunk; a new one must not be earlier.
    package let ttl: TTL
    /// The hash of the last chunk, which the next one continues.
    package let hash: Digest

    /// The tail of a partition that never had an event.
    package static let empty = Tail(
        next: .zero,
        timestamp: Timestamp(milliseconds: 0),
        ttl: .past,
        hash: HashChain.start
    )
}

/// The result of strongly consistent reads at a partition's end, and the conclusion from it.
package struct TailReading: Hashable, Sendable {
    /// The conclusion about the partition's tail.
    package enum Verdict: Hashable, Sendable {
        /// The tail is certain.
        case tail(Tail)
        /// The stream is deleted, and its log ends in a seal.
        case sealed
        /// Later chunks may have existed and expired, so an append here could reuse an offset.
        case unverified(Tail)
    }

    /// The log's last row; nil when the log has none.
    package let newest: LogEntry?
    /// The partition's progress, read after the log.
    ///
    /// Nil when there is none, or when the log's last chunk is so young that no later one can have
    /// been removed.
    package var progress: ProgressRow?

    package init(newest: LogEntry?, progress: ProgressRow?) {
        self.newest = newest
        self.progress = progress
    }

    /// True when chunks behind the log's last row may have been removed: only if that row is old
    /// itself.
    package func mayHaveLostItsEnd(at now: Timestamp) -> Bool {
        switch newest {
        case .seal: false
        case .chunk(let chunk):
            chunk.timestamp.advanced(by: Limits.unremovedAge) < now
        case nil: true
        }
    }

    /// Concludes the tail: the greater of the last row's end and the folded tail.
    ///
    /// It is certain if and only if the last surviving chunk's ttl has not passed, so that no later
    /// chunk can have been deleted, or ``TailTrust`` holds.
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

/// The trust rule: the condition on which the end of a log is believed although later chunks may
/// have been deleted.
package struct TailTrust: Hashable, Sendable {
    /// The time of the stream's creation; for 47 hours after it no chunk can be gone.
    package let created: Timestamp
    /// True when only our sweep deletes log rows.
    ///
    /// It deletes only folded ones, so the greater of the last row's end and the folded tail is
    /// always the tail.
    package let onlySweepDeletes: Bool
    /// The rules that the stream's plans keep.
    let rules: Rules

    /// The rule for all partitions of one stream.
    package init(created: Timestamp, onlySweepDeletes: Bool, rules: Rules = .all) {
        self.created = created
        self.onlySweepDeletes = onlySweepDeletes
        self.rules = rules
    }

    /// The time for which a verified tail is trusted: 48 hours, less one for clocks that disagree.
    private static let duration = Limits.physicalRetention - Limits.physicalRetentionMargin

    /// True when the tail may be believed at `now`; `tailVerifiedAt` is nil when no sweep verified
    /// it.
    package func holds(tailVerifiedAt: Timestamp?, at now: Timestamp) -> Bool {
        let verified = max(tailVerifiedAt ?? created, created)
        guard rules.keep(.trust) else { return true }
        return onlySweepDeletes || now < verified.advanced(by: Self.duration)
    }
}
