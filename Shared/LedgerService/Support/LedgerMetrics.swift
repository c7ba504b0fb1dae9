import CoreMetrics

/// The ledger's own counters.
///
/// The HTTP front adds its own.
struct LedgerMetrics: Sendable {
    let appendedEvents = Counter(label: "eventledger_appended_events_total")
    let appendedBytes = Counter(label: "eventledger_appended_bytes_total")
    let appendedChunks = Counter(label: "eventledger_append_writes_total")
    let appendConflicts = Counter(label: "eventledger_append_conflicts_total")
    let appendRetries = Counter(label: "eventledger_append_retries_total")
    let tailUnverified = Counter(label: "eventledger_tail_unverified_total")
    let clockSuspect = Gauge(label: "eventledger_clock_suspect")
    let pages = Counter(label: "eventledger_poll_pages_total")
    let pageEvents = Counter(label: "eventledger_poll_events_total")
    let foldedEvents = Counter(label: "eventledger_folded_events_total")
    let foldFailures = Counter(label: "eventledger_fold_failures_total")
    let foldLost = Counter(label: "eventledger_fold_lost_events_total")
    let sweeps = Counter(label: "eventledger_sweeps_total")
    let sweepFailures = Counter(label: "eventledger_sweep_failures_total")
}
