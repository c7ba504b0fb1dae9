import LedgerCore
import Synchronization

/// Keeps this process from folding one partition twice at the same time, and more than
/// ``Limits/foldsAtOnce`` partitions at once.
///
/// Two folds of one partition would do the same work twice, though no harm. Each fold takes memory.
final class FoldLocks: Sendable {
    private struct Waiter {
        let group: RowGroup
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var held: Set<RowGroup> = []
        /// In the order of their arrival; one whose partition is taken is passed by.
        var waiters: [Waiter] = []

        func isFree(_ group: RowGroup) -> Bool {
            held.count < Limits.foldsAtOnce && !held.contains(group)
        }
    }

    private let state = Mutex(State())

    /// Runs `body` while nobody else of this process folds the log `group`.
    ///
    /// A cancelled task keeps waiting for its turn: a fold notices the cancellation by itself.
    func withLock<Success>(
        on group: RowGroup,
        _ body: () async -> Success
    ) async -> Success {
        await acquire(group)
        let result = await body()
        release(group)
        return result
    }

    private func acquire(_ group: RowGroup) async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.isFree(group) else {
                    state.waiters.append(Waiter(group: group, continuation: continuation))
                    return false
                }
                state.held.insert(group)
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    private func release(_ group: RowGroup) {
        let next: Waiter? = state.withLock { state in
            state.held.remove(group)
            guard let index = state.waiters.firstIndex(where: { state.isFree($0.group) })
            else { return nil }
            let next = state.waiters.remove(at: index)
            state.held.insert(next.group)
            return next
        }
        next?.continuation.resume()
    }
}
