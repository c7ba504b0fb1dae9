package import LedgerCore
import LedgerService
import Synchronization

/// A clock that stands still until a test moves it.
package final class ManualClock: LedgerClock {
    private struct Sleeper {
        let id: Int
        let due: Duration
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var now: Timestamp
        var uptime: Duration = .zero
        var sleepers: [Sleeper] = []
        var nextID = 0
        /// True when sleeps end at once and move the clock.
        var isImpatient: Bool
    }

    private let state: Mutex<State>
    private let boot: String?

    /// - Parameters:
    ///   - start: the wall clock's first moment; 2026-01-01 by default.
    ///   - boot: the id of the machine's boot; nil where that is unknown, as on most systems.
    ///   - isImpatient: true where a sleep moves the clock by its length and returns at once.
    package init(
        start: Timestamp = Timestamp(milliseconds: 1_767_225_600_000),
        boot: String? = nil,
        isImpatient: Bool = true
    ) {
        self.boot = boot
        state = Mutex(State(now: start, isImpatient: isImpatient))
    }

    /// The wall clock's time: where it began, moved by ``advance(by:)`` and ``jump(by:)``.
    package func now() -> Timestamp { state.withLock { $0.now } }

    /// The time since the beginning on a clock that never goes back.
    package func uptime() -> Duration { state.withLock { $0.uptime } }

    /// The same as ``uptime()``, with the id of the boot; nil where that is unknown.
    package func bootMoment() -> BootMoment? {
        boot.map { BootMoment(boot: $0, uptime: uptime()) }
    }

    /// The number of tasks that sleep.
    package var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// Moves both clocks, and wakes who is due.
    package func advance(by length: Duration) {
        let due = state.withLock { state in
            state.now = state.now.advanced(by: length)
            state.uptime += length
            let due = state.sleepers.filter { $0.due <= state.uptime }
            state.sleepers.removeAll { $0.due <= state.uptime }
            return due
        }
        for sleeper in due { sleeper.continuation.resume(returning: true) }
    }

    /// Moves both clocks to the end of the first sleep, if that is less than `length` away.
    package func advanceToNext(within length: Duration) {
        let next = state.withLock { state in
            state.sleepers.map { $0.due - state.uptime }.min().flatMap { $0 < length ? $0 : nil }
        }
        if let next { advance(by: next) }
    }

    /// Moves the wall clock only, forward or back: uptime stood still, or someone set the clock.
    package func jump(by length: Duration) {
        state.withLock { $0.now = $0.now.advanced(by: length) }
    }

    /// Returns after so long, or throws when the task is cancelled.
    package func sleep(for length: Duration) async throws(CancellationError) {
        let isImpatient = state.withLock { $0.isImpatient }
        if isImpatient {
            advance(by: length)
            await Task.yield()
            if Task.isCancelled { throw CancellationError() }
            return
        }
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let isAwake = await withTaskCancellationHandler {
            await withCheckedContinuation { enlist($0, id: id, for: length) }
        } onCancel: {
            cancel(id)
        }
        guard isAwake else { throw CancellationError() }
    }

    private func enlist(
        _ continuation: CheckedContinuation<Bool, Never>,
        id: Int,
        for length: Duration
    ) {
        let isOver = state.withLock { state in
            guard !Task.isCancelled else { return true }
            let due = state.uptime + length
            state.sleepers.append(Sleeper(id: id, due: due, continuation: continuation))
            return false
        }
        if isOver { continuation.resume(returning: false) }
    }

    private func cancel(_ id: Int) {
        let sleeper: Sleeper? = state.withLock { state in
            let index = state.sleepers.firstIndex { $0.id == id }
            guard let index else { return nil }
            return state.sleepers.remove(at: index)
        }
        sleeper?.continuation.resume(returning: false)
    }
}
