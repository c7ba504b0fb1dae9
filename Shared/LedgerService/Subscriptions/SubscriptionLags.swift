import LedgerCore
import Synchronization

/// The ``LagWatch`` of a process, with the one task that reads for it.
final class SubscriptionLags: Sendable {
    private struct State {
        var watch = LagWatch()
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Takes note that a subscription is there and used.
    func see(_ name: SubscriptionName, at uptime: Duration) {
        state.withLock { $0.watch.see(name, at: uptime) }
    }

    /// Shows what is known, and wakes who reads if a round is due.
    func report(at uptime: Duration, now: Timestamp) -> LagReport {
        let (report, waiter) = state.withLock { state in
            let report = state.watch.report(at: uptime, now: now)
            guard state.watch.isDue else {
                return (report, nil as CheckedContinuation<Void, Never>?)
            }
            defer { state.waiter = nil }
            return (report, state.waiter)
        }
        waiter?.resume()
        return report
    }

    /// The subscription to be read next; nil when the round is over.
    func next(at uptime: Duration) -> SubscriptionName? {
        state.withLock { $0.watch.next(at: uptime) }
    }

    /// Takes what was read of a subscription.
    func receive(
        _ description: SubscriptionDescription,
        of name: SubscriptionName,
        at uptime: Duration
    ) {
        state.withLock { $0.watch.receive(description, of: name, at: uptime) }
    }

    /// Drops a subscription that is no more.
    func forget(_ name: SubscriptionName) {
        state.withLock { $0.watch.forget(name) }
    }

    /// Waits until a round is due, or the task is cancelled.
    ///
    /// One task at a time may wait.
    func waitForRound() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard !state.watch.isDue, !Task.isCancelled else { return true }
                    precondition(state.waiter == nil, "one task reads the lags")
                    state.waiter = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume()
        }
    }
}
