import LedgerCore
import LedgerService
import Synchronization

/// How many events wait to be compacted, by stream: looked up now and then, so that reading
/// the metrics does not have to wait for the table.
final class FoldLag: Sendable {
    private let lags = Mutex<[(stream: StreamID, events: Int64)]>([])
    private let interval: Int64

    /// `interval`: Seconds between looks.
    init(interval: Int64) {
        self.interval = interval
    }

    func register(with metrics: PrometheusMetrics) {
        metrics.onCollect(
            "eventledger_fold_lag_events",
            help: "Events of a stream that are not in its compacted state yet."
        ) { [weak self] in
            (self?.current ?? []).map {
                GaugeSample(Double($0.events), labels: [("stream", $0.stream.name)])
            }
        }
    }

    /// Looks again and again until the task is cancelled.
    func watch(_ ledger: Ledger) async {
        let clock = SystemClock()
        while !Task.isCancelled {
            // When the table fails here it fails elsewhere too, and is reported there.
            if let found = try? await ledger.foldLag() { lags.withLock { $0 = found } }
            try? await clock.sleep(milliseconds: interval * 1000)
        }
    }

    private var current: [(stream: StreamID, events: Int64)] { lags.withLock { $0 } }
}
