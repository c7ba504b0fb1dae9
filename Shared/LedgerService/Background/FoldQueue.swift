import LedgerCore
import Synchronization

/// The partitions that this process is going to fold, enqueued by its appends and its sweeps.
///
/// A request that is lost with the process is made up for by the sweep's next round.
final class FoldQueue: Sendable {
    private struct State {
        var requests: Set<FoldRequest> = []
        /// Requests whose fold failed; they wait for the next run of the sweep.
        var postponed: Set<FoldRequest> = []
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func enqueue(_ request: FoldRequest) {
        enqueueAll([request])
    }

    private func enqueueAll(_ requests: Set<FoldRequest>) {
        let waiter = state.withLock { state in
            state.requests.formUnion(requests)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Keeps a request whose fold failed until ``enqueuePostponed()``.
    func postpone(_ request: FoldRequest) {
        state.withLock { _ = $0.postponed.insert(request) }
    }

    func enqueuePostponed() {
        let requests = state.withLock { state in
            defer { state.postponed = [] }
            return state.postponed
        }
        if !requests.isEmpty { enqueueAll(requests) }
    }

    /// Takes all requests out of the queue, and waits until there is one.
    ///
    /// Empty when the task is cancelled. One task at a time may wait.
    func next() async -> [FoldRequest] {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard state.requests.isEmpty, !Task.isCancelled else { return true }
                    precondition(state.waiter == nil, "the fold queue has one consumer")
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
        return state.withLock { state in
            defer { state.requests = [] }
            return Array(state.requests)
        }
    }
}
