import LedgerCore
import Synchronization

/// The sessions and releases of groups that this process has seen, and since when.
final class GroupTimers: Sendable {
    private let watch: Mutex<TimerWatch>

    init(rules: Rules) {
        watch = Mutex(TimerWatch(rules: rules))
    }

    /// True once the timer is over, as far as this process can know; sees it now.
    func isOver(_ timer: Timer, at now: Instant) -> Bool {
        watch.withLock { $0.isOver(timer, at: now) }
    }
}
