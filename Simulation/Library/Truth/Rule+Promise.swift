package import LedgerCore

extension Rule {
    /// What breaks when this rule is switched off: only that shows that the rule is needed.
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
        case .commitForward: [.commits]
        case .seekEpoch: [.seeks]
        case .readDeadline, .gapLooks: [.reads]
        case .secondLook: [.expiry]
        case .clockLeap: [.clocks, .expiry, .removal]
        case .foldProgress: [.progress]
        case .ttlExpires: [.progress, .delivery]
        }
    }
}
