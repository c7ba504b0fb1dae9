package import LedgerCore

/// The promises that the simulation holds the ledger to; every violation is of one of these.
package enum Promise: String, Sendable, CaseIterable {
    /// Offsets are contiguous and used once; the chain of hashes fits.
    case offsets
    /// Timestamps and ttl never fall along a log.
    case order
    /// An event that was published once is stored once.
    case once
    /// An acknowledged event is stored, at the offset that was told.
    case acknowledged
    /// An event that is said not to be stored is not; nothing was changed where that is said.
    case refusals
    /// Nobody waits for longer than a publish may take.
    case patience
    /// Nothing is removed too early, and nothing is added to what is deleted.
    case removal
    /// The watermark lies behind what is folded, and never falls.
    case folded
    /// A key's latest event never goes back.
    case latest
    /// A subscriber that begins with the compacted state ends with the fold of the whole log.
    case bootstrap
    /// A page has the events that follow, in order, and each of them once.
    case delivery
    /// A cursor covers what is in its page, and nothing more.
    case cursors
    /// Commits never move back.
    case commits
    /// A lease has one holder, nobody else commits under it, and nothing is passed over with it.
    case leases
    /// No member is declared gone before its session is over.
    case sessions
    /// Members that stay hold all partitions, in equal shares.
    case shares
    /// Events of a key are processed and acknowledged in order, and are with one consumer at a time.
    case keys
    /// An event leaves a delivery acknowledged or parked, and does not come back by itself.
    case finished
    /// An event is parked with its data and history and not early, and comes again once per request.
    case parking
    /// No event is parked for what became of others: only deliveries that were tried count.
    case neighbours
    /// A lease of events is stored before it is told, and is ended by its holder or its time alone.
    case receipts
    /// A cursor from before a seek is refused.
    case seeks
    /// A failed read is an error, and a whole log is never called damaged.
    case reads
    /// Events that are said to have expired have expired.
    case expiry
    /// A clock that leaps ahead changes nothing.
    case clocks
    /// When the faults have stopped, everything works again.
    case progress
}

extension Rule {
    /// The promises that break when this rule is switched off: only they show that it is needed.
    package var promises: Set<Promise> {
        switch self {
        case .cacheAge, .decisionAge, .trust, .watermarkAfter, .exactOffset, .sweptLast: [.offsets]
        case .sameOffset, .ownAppend, .idempotency: [.once]
        case .mixedReasons: [.once, .refusals]
        case .openOutcome: [.refusals]
        case .queueDeadline: [.patience]
        case .ttlGrows: [.order]
        case .seal, .deletionGrace: [.removal]
        case .watermarkLast, .provenImage: [.folded]
        case .latestGrows, .foldDeadline: [.latest]
        case .snapshotBelow, .contiguous: [.delivery]
        case .watermarkFirst: [.bootstrap]
        case .cursorAfterCut: [.cursors]
        case .commitForward, .forward: [.commits]
        case .fence, .bump, .cursorLease, .plain: [.leases]
        case .sameRow: [.leases, .commits]
        case .session: [.sessions]
        case .timer: [.sessions, .receipts]
        case .giveUp: [.shares]
        case .cas: [.finished, .receipts, .parking]
        case .keyBlock, .ackOrder: [.keys]
        case .behind: [.neighbours, .keys]
        case .receipt, .sureLease: [.receipts]
        case .record, .parkAtomic: [.finished]
        case .restFirst: [.finished, .keys]
        case .replayOnce: [.parking]
        case .lastAlone: [.neighbours]
        case .seekEpoch: [.seeks]
        case .readDeadline, .gapLooks: [.reads]
        case .secondLook: [.expiry]
        case .clockLeap: [.clocks, .expiry, .removal]
        case .foldProgress: [.progress]
        case .ttlExpires: [.progress, .delivery]
        }
    }
}
