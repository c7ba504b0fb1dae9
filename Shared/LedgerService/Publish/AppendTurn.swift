import LedgerCore
import Synchronization

/// An atomic publish's place in one partition's queue.
final class AppendTurn: Sendable {
    /// What becomes of it.
    enum Decision: Sendable {
        /// The partition is the publish's alone until it is released.
        case granted
        /// It waited until its deadline, or too much waits already.
        case refused(AppendOutcome)
    }

    private enum State {
        case waiting(CheckedContinuation<Decision, Never>?)
        case decided(Decision)
    }

    private let state = Mutex(State.waiting(nil))

    /// Decides, once.
    func decide(_ decision: Decision) {
        let waiter: CheckedContinuation<Decision, Never>? = state.withLock { state in
            defer { state = .decided(decision) }
            guard case .waiting(let waiter) = state else { return nil }
            return waiter
        }
        waiter?.resume(returning: decision)
    }

    /// Returns once it is decided; one task waits.
    func decision() async -> Decision {
        await withCheckedContinuation { continuation in
            let decided: Decision? = state.withLock { state in
                if case .decided(let decision) = state { return decision }
                state = .waiting(continuation)
                return nil
            }
            if let decided { continuation.resume(returning: decided) }
        }
    }
}
