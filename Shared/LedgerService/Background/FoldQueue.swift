import LedgerCore
import Synchronization

/// Partitions with something to fold, rung for by appends.
///
/// A ring says where to look, nothing else: one that is lost is made up for by the sweep's next round.
final class Doorbell: Sendable {
    /// Where to look.
    struct Ring: Hashable {
        let id: StreamID
        let stream: Incarnation
        let partition: Partition

        init(_ id: StreamID, _ stream: Incarnation, _ partition: Partition) {
            self.id = id
            self.stream = stream
            self.partition = partition
        }

        init(_ row: KeptRing) {
            self.init(row.id, row.stream, row.partition)
        }
    }

    private struct State {
        var rings: Set<Ring> = []
        /// Those that could not be answered, and are rung again later.
        var postponed: Set<Ring> = []
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func ring(_ ring: Ring) {
        ringAll([ring])
    }

    private func ringAll(_ rings: Set<Ring>) {
        let waiter = state.withLock { state in
            state.rings.formUnion(rings)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Keeps a ring that could not be answered until ``ringAgain()``.
    func postpone(_ ring: Ring) {
        state.withLock { _ = $0.postponed.insert(ring) }
    }

    /// Rings for what was postponed.
    func ringAgain() {
        let rings = state.withLock { state in
            defer { state.postponed = [] }
            return state.postponed
        }
        if !rings.isEmpty { ringAll(rings) }
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
