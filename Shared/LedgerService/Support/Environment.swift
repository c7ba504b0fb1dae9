import CoreMetrics
package import LedgerCore
import MachineClock

/// The time by both clocks of a process.
///
/// It is injected: nothing in the ledger reads a clock by itself, so tests need not wait.
package protocol LedgerClock: Sendable {
    /// The wall clock, which may jump.
    func now() -> Timestamp
    /// The time since some fixed moment, in whole milliseconds, counting that in which the machine
    /// or function was suspended (`CLOCK_BOOTTIME`).
    func uptime() -> Duration
    /// One reading of both clocks.
    func instant() -> Instant
    /// The time since the machine's boot, comparable between its processes; nil where the system
    /// does not say.
    func bootMoment() -> BootMoment?
    /// Returns after `length`, or throws when the task is cancelled.
    func sleep(for length: Duration) async throws(CancellationError)
}

extension LedgerClock {
    /// One reading of both clocks, each asked once.
    package func instant() -> Instant { Instant(now: now(), uptime: uptime()) }

    /// Nil, for clocks that belong to no machine.
    package func bootMoment() -> BootMoment? { nil }
}

/// The clocks of the machine that the process runs on.
package struct SystemClock: LedgerClock {
    package init() {}

    package func now() -> Timestamp { MachineClock.now() }

    package func uptime() -> Duration { MachineClock.uptime() }

    /// Read from the kernel's files, where it has them.
    package func bootMoment() -> BootMoment? { MachineClock.bootMoment() }

    package func sleep(for length: Duration) async throws(CancellationError) {
        do {
            try await Task.sleep(for: length)
        } catch {
            throw CancellationError()
        }
    }
}

/// The source of all random numbers of a ledger: the operating system's by default, seeded in tests.
package struct LedgerRandom: RandomNumberGenerator, Sendable {
    private let generate: @Sendable () -> UInt64

    /// Randomness from `generate`, which must be safe to call from any thread.
    package init(_ generate: @escaping @Sendable () -> UInt64) {
        self.generate = generate
    }

    /// The operating system's, fit for secrets.
    package static let system = LedgerRandom {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }

    package mutating func next() -> UInt64 {
        generate()
    }
}

/// The counters of the ledger itself; the HTTP front has counters of its own.
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
    let groupMoves = Counter(label: "eventledger_group_moves_total")
    let lostLeases = Counter(label: "eventledger_lost_leases_total")
    let deliveries = Counter(label: "eventledger_deliveries_total")
    let acknowledged = Counter(label: "eventledger_acknowledged_events_total")
    let failedDeliveries = Counter(label: "eventledger_failed_deliveries_total")
    let parked = Counter(label: "eventledger_parked_events_total")
    let lostPushRings = Counter(label: "eventledger_lost_push_rings_total")
    private let pushAcknowledged = Self.pushes("acknowledged")
    private let pushFailed = Self.pushes("failed")
    private let pushUnavailable = Self.pushes("unavailable")
    private let pushGone = Self.pushes("gone")
    let foldedEvents = Counter(label: "eventledger_folded_events_total")
    let foldFailures = Counter(label: "eventledger_fold_failures_total")
    let foldLost = Counter(label: "eventledger_fold_lost_events_total")
    let sweeps = Counter(label: "eventledger_sweeps_total")
    let sweepFailures = Counter(label: "eventledger_sweep_failures_total")

    private static func pushes(_ outcome: String) -> Counter {
        Counter(label: "eventledger_webhook_requests_total", dimensions: [("outcome", outcome)])
    }

    /// The counter of events that were sent to webhooks and answered so.
    func pushes(_ answer: WebhookAnswer) -> Counter {
        switch answer {
        case .acknowledged: pushAcknowledged
        case .failed: pushFailed
        case .unavailable: pushUnavailable
        case .gone: pushGone
        }
    }
}
