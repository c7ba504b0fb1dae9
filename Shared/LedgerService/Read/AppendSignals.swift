import LedgerCore
import Synchronization

/// Wakes long-polls when this process appends to the stream they wait for.
final class AppendSignals: Sendable {
    private struct Waiter {
        let id: UInt64
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        /// Only streams that someone waits for have an entry: an append to any other costs one
        /// look.
        var generations: [Incarnation: (generation: UInt64, users: Int)] = [:]
        var waiters: [Incarnation: [Waiter]] = [:]
        var nextID: UInt64 = 0
    }

    private let state = Mutex(State())

    /// Begins to count the appends to `stream`; every call is paired with ``leave(_:)``.
    func join(_ stream: Incarnation) {
        state.withLock { $0.generations[stream, default: (0, 0)].users += 1 }
    }

    /// Ends what ``join(_:)`` began.
    func leave(_ stream: Incarnation) {
        state.withLock { state in
            guard let entry = state.generations[stream] else { return }
            state.generations[stream] = entry.users == 1 ? nil : (entry.generation, entry.users - 1)
        }
    }

    /// A number that changes with every append to a joined stream.
    func generation(_ stream: Incarnation) -> UInt64 {
        state.withLock { $0.generations[stream]?.generation ?? 0 }
    }

    /// Something was appended to `stream`, or it is gone.
    func notify(_ stream: Incarnation) {
        let waiters: [Waiter] = state.withLock { state in
            guard let entry = state.generations[stream] else { return [] }
            state.generations[stream] = (entry.generation &+ 1, entry.users)
            return state.waiters.removeValue(forKey: stream) ?? []
        }
        for waiter in waiters { waiter.continuation.resume() }
    }

    /// Returns once the generation of `stream` is not `generation` any more, or when the task is
    /// cancelled.
    func wait(_ stream: Incarnation, past generation: UInt64) async {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    let current = state.generations[stream]?.generation ?? 0
                    guard current == generation, !Task.isCancelled else { return true }
                    let waiter = Waiter(id: id, continuation: continuation)
                    state.waiters[stream, default: []].append(waiter)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            cancel(stream, id)
        }
    }

    private func cancel(_ stream: Incarnation, _ id: UInt64) {
        let waiter: Waiter? = state.withLock { state in
            guard let index = state.waiters[stream]?.firstIndex(where: { $0.id == id }) else {
                return nil
            }
            return state.waiters[stream]?.remove(at: index)
        }
        waiter?.continuation.resume()
    }
}
