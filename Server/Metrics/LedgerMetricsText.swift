import LedgerCore
import LedgerService

/// The help texts of the ledger's own metrics, and its gauges.
enum LedgerMetricsText {
    /// Explains the ledger's metrics and shows how far its folds and subscriptions are behind.
    static func register(_ ledger: Ledger, with metrics: PrometheusMetrics) {
        for (name, help) in helps { metrics.describe(name, as: help) }
        registerFoldLag(of: ledger, with: metrics)
        registerLags(of: ledger, with: metrics)
        registerWebhooks(of: ledger, with: metrics)
    }

    private static func registerFoldLag(of ledger: Ledger, with metrics: PrometheusMetrics) {
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

    /// Shows how far subscriptions are behind, as far as this process has places for them.
    private static func registerLags(of ledger: Ledger, with metrics: PrometheusMetrics) {
        metrics.onCollect(
            "eventledger_subscription_lag_events",
            help: "Events that a subscription has not committed, without those that have expired."
        ) { [weak ledger] in
            (ledger?.subscriptionLags().lags ?? []).compactMap { lag in
                lag.events.map { GaugeSample(Double($0), labels: lag.name.labels) }
            }
        }
        metrics.onCollect(
            "eventledger_subscription_lag_seconds",
            help: "The age of the oldest of these events; 0 when there is none."
        ) { [weak ledger] in
            (ledger?.subscriptionLags().lags ?? []).map {
                GaugeSample(Double($0.age.wholeMilliseconds) / 1000, labels: $0.name.labels)
            }
        }
        metrics.onCollect(
            "eventledger_subscriptions_not_shown",
            help: """
                Subscriptions that were seen and whose lag is not shown: it was not read yet, could \
                not be read, or is beyond the \(Limits.lagPlaces) that are.
                """
        ) { [weak ledger] in
            (ledger?.subscriptionLags()).map { [GaugeSample(Double($0.notShown))] } ?? []
        }
    }

    private static func registerWebhooks(of ledger: Ledger, with metrics: PrometheusMetrics) {
        metrics.onCollect(
            "eventledger_webhooks",
            help: "Webhooks by the state of their endpoints, as this process saw them last."
        ) { [weak ledger] in
            let counted = ledger?.webhooks.counted ?? [:]
            return WebhookHealth.Kind.allCases.map {
                GaugeSample(Double(counted[$0] ?? 0), labels: [("state", $0.rawValue)])
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
        (
            "eventledger_deliveries_total",
            "Events handed out to be acknowledged one by one; each time counts."
        ),
        ("eventledger_acknowledged_events_total", "Of these, events that are done."),
        (
            "eventledger_failed_deliveries_total",
            "Of these, deliveries that their consumer gave up, or did not end in time."
        ),
        ("eventledger_parked_events_total", "Events taken out of their delivery, and kept."),
        (
            "eventledger_webhook_requests_total",
            "Events sent to webhooks, by what the answer means: acknowledged, failed, unavailable, gone."
        ),
        (
            "eventledger_lost_push_rings_total",
            "Calls of the function push that failed: webhooks that wait for the minute's look."
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

extension SubscriptionName {
    fileprivate var labels: [(String, String)] {
        [("stream", stream.name), ("subscription", subscription.name)]
    }
}
