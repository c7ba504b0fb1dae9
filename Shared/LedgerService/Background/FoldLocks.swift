import LedgerCore
import Synchronization

/// Keeps this process from folding one partition twice at the same time, and too many at once.
///
/// The first would be harmless, but work done twice; the second takes memory for each.
final class FoldLocks: Sendable {
    private struct Waiter {
        let group: RowGroup
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var held: Set<RowGroup> = []
        /// Who came first goes first, but for those whose partition is taken.
        var waiters: [Waiter] = []

        func isFree(_ group: RowGroup) -> Bool {
            held.count < Limits.foldsAtOnce && !held.contains(group)
        }
    }

    private let state = Mutex(State())

    func withLock<Success>(_ group: RowGroup, _ body: () async -> Success) async -> Success {
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
