import LedgerCore
import Synchronization

/// Keeps this process from folding one partition twice at the same time.
///
/// It would be harmless, but work done twice.
final class FoldLocks: Sendable {
    private struct State {
        var held: Set<RowGroup> = []
        var waiters: [RowGroup: [CheckedContinuation<Void, Never>]] = [:]
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
                if state.held.insert(group).inserted { return true }
                state.waiters[group, default: []].append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func release(_ group: RowGroup) {
        let next: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard var waiters = state.waiters[group], !waiters.isEmpty else {
                state.held.remove(group)
                state.waiters[group] = nil
                return nil
            }
            let next = waiters.removeFirst()
            state.waiters[group] = waiters
            return next
        }
        next?.resume()
    }
}
