import LedgerCore
import LedgerService

/// The help texts of the ledger's own metrics, and its gauges.
enum LedgerMetricsText {
    /// Explains the ledger's metrics and shows how far its folds are behind.
    static func register(_ ledger: Ledger, with metrics: PrometheusMetrics) {
        for (name, help) in helps { metrics.describe(name, as: help) }
        metrics.onCollect(
            "eventledger_fold_lag_events",
            help: "Events appended or found by this process that are not in a compacted state yet."
        ) { [weak ledger] in
            (ledger?.foldLag).map { [GaugeSample(Double($0.events))] } ?? []
        }
        metrics.onCollect(
            "eventledger_fold_lag_largest_events",
            help: "The same of the stream that has the most of them."
        ) { [weak ledger] in
            (ledger?.foldLag).map { [GaugeSample(Double($0.worst.first?.events ?? 0))] } ?? []
        }
        metrics.onCollect(
            "eventledger_fold_lag_stream_events",
            help: "The same of the 20 streams that have the most of them."
        ) { [weak ledger] in
            (ledger?.foldLag.worst ?? []).map {
                GaugeSample(Double($0.events), labels: [("stream", $0.stream.name)])
            }
        }
    }

    private static let helps = [
        ("eventledger_appended_events_total", "Events stored."),
        ("eventledger_appended_bytes_total", "Bytes of events stored, before compression."),
        ("eventledger_append_writes_total", "Writes that stored events: one chunk each, or more."),
        (
            "eventledger_append_conflicts_total",
            "Writes of events that met another writer's, and were done again behind it."
        ),
        (
            "eventledger_append_retries_total",
            "Writes of events that the table refused or left open, and that were repeated."
        ),
        (
            "eventledger_tail_unverified_total",
            "Publishes and sweeps that could not tell where a log ends; an operator must."
        ),
        ("eventledger_poll_pages_total", "Pages of events read."),
        ("eventledger_poll_events_total", "Events in these pages."),
        ("eventledger_group_moves_total", "Partitions that members of groups took over."),
        (
            "eventledger_lost_leases_total",
            "Partitions that members committed when another had them already."
        ),
        ("eventledger_folded_events_total", "Events taken into a compacted state."),
        ("eventledger_fold_failures_total", "Folds that failed; the log says why."),
        (
            "eventledger_fold_lost_events_total",
            "Events that expired before they were compacted: nothing folded for days."
        ),
        ("eventledger_clock_suspect", "1 while the clock is in doubt, else 0."),
        ("eventledger_sweeps_total", "Runs of the sweep, one a minute."),
        ("eventledger_sweep_failures_total", "What sweeps could not do; the log says why."),
    ]
}
