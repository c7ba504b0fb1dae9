/// The rules that keep the promises and that a test must be able to miss.
///
/// In every ordinary build a rule is always kept and costs nothing. Built with `SIMULATION`, one can
/// be broken on purpose, and the simulation must then notice: see docs/testing.md.
package enum Rule: String, CaseIterable, Sendable {
    /// What is cached of a stream and its tails is forgotten after a minute.
    case cacheAge
    /// A write that was decided too long ago is not carried out.
    case decisionAge
    /// The tail is trusted only while nothing behind it can have expired.
    case trust
    /// The watermark is read after a log whose end may have been removed.
    case watermarkAfter
    /// A chunk is put only where there is none.
    case exactOffset
    /// After an indefinite failure the same bytes go to the same offset.
    case sameOffset
    /// A writer recognises its own chunk.
    case ownAppend
    /// Of a row that a cancelled transaction did not judge nothing is concluded.
    case mixedReasons
    /// What waited for its turn until its deadline is never sent.
    case queueDeadline
    /// Nothing is definite after an attempt whose end was open.
    case openOutcome
    /// A chunk's ttl never decreases along the log.
    case ttlGrows
    /// A deleted stream's partitions are sealed.
    case seal
    /// The watermark moves only after all rows before it are stored.
    case watermarkLast
    /// A tail counts as swept only once the watermark has reached it.
    case sweptLast
    /// A chunk's image is folded only if it provably is what was appended.
    case provenImage
    /// A latest row is replaced only by a later event.
    case latestGrows
    /// What a fold was refused for the moment, it repeats.
    case foldProgress
    /// A fold that took too long begins anew.
    case foldDeadline
    /// A bootstrap skips what is not below its watermark.
    case snapshotBelow
    /// A read that took too long is not trusted: the stream may be gone.
    case readDeadline
    /// The bootstrap's watermark is read before the scan.
    case watermarkFirst
    /// A cursor covers what is in the page, after it was cut.
    case cursorAfterCut
    /// A commit never moves backwards.
    case commitForward
    /// A commit under a lease is written only while the lease is the cursor's.
    case fence
    /// Whoever takes a partition raises its lease's number.
    case bump
    /// A commit under a lease never moves backwards.
    case forward
    /// A lease is taken or given up only of the row as it was read.
    case sameRow
    /// A member reads on from its cursor only where the cursor is of its present lease.
    case cursorLease
    /// A client without a group commits nothing of what a member holds.
    case plain
    /// A member is declared gone only if it has not renewed meanwhile.
    case session
    /// A member with more partitions than its share gives some up.
    case giveUp
    /// A session ends by a clock that was watched, not by comparing two clocks.
    case timer
    /// A delivery's row is written only in place of the one that was read.
    case cas
    /// No event is handed out while another consumer has one of its key.
    case keyBlock
    /// The later events of a key are given back with the one that failed.
    case behind
    /// An event is not done before those of its key before it are.
    case ackOrder
    /// A lease ends only what it holds.
    case receipt
    /// An event that is passed over is noted, or its place is.
    case record
    /// What was passed over comes before what is new.
    case restFirst
    /// Events are answered only under a lease that is known to be stored.
    case sureLease
    /// An event leaves the delivery with the write that parks it.
    case parkAtomic
    /// A parked event is asked for once at a time.
    case replayOnce
    /// An event on its last permitted delivery is alone.
    case lastAlone
    /// A cursor from before a seek is refused.
    case seekEpoch
    /// Each chunk must begin where the last ended.
    case contiguous
    /// A read that found less than the watermark says looks again before it calls that expiry.
    case secondLook
    /// A gap before a later chunk is looked at again before it is called damage: a transaction's
    /// rows become visible one by one.
    case gapLooks
    /// A chunk whose ttl may have passed has expired for every read.
    case ttlExpires
    /// An idempotent publish is written with its idempotency row.
    case idempotency
    /// A deletion job waits until writers must have met the seals.
    case deletionGrace
    /// A clock that is far ahead of all that the table has seen is not believed.
    case clockLeap
}

/// The rules that are kept: all of them, except where a simulation breaks one.
///
/// A value that every plan gets with its context, so that histories with different rules can run
/// beside each other. It is empty in ordinary builds.
package struct Rules: Hashable, Sendable {
    /// Every rule is kept.
    package static let all = Rules()

    #if SIMULATION
    /// The one that is broken; nil: none.
    package let broken: Rule?

    /// All rules but `broken`.
    package init(broken: Rule? = nil) { self.broken = broken }

    /// True unless it is the broken one.
    package func keep(_ rule: Rule) -> Bool { rule != broken }
    #else
    /// Every rule.
    @inlinable
    package init() {}

    /// Always true.
    @inlinable
    package func keep(_ rule: Rule) -> Bool { true }
    #endif
}
