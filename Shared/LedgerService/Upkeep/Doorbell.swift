import LedgerCore
import Synchronization

/// Partitions with something to fold, rung for by appends.
///
/// A ring says where to look, nothing else: one that is lost is made up for by the sweep.
final class Doorbell: Sendable {
    /// Where to look.
    struct Ring: Hashable {
        let id: StreamID
        let stream: Incarnation
        let partition: Partition
    }

    private struct State {
        var rings: Set<Ring> = []
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func ring(_ id: StreamID, _ stream: Incarnation, _ partition: Partition) {
        let waiter = state.withLock { state in
            state.rings.insert(Ring(id: id, stream: stream, partition: partition))
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// All partitions rung for since the last call; waits until there is one.
    ///
    /// Empty when the task is cancelled. One task at a time may wait.
    func next() async -> [Ring] {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard state.rings.isEmpty, !Task.isCancelled else { return true }
                    precondition(state.waiter == nil, "one task waits at the door")
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
            defer { state.rings = [] }
            return Array(state.rings)
        }
    }
}
