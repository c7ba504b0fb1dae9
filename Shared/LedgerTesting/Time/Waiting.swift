import Synchronization

/// A door that someone waits at until someone else opens it.
package final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// A gate that is closed.
    package init() {}

    /// Returns once it is open.
    package func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    /// Lets all pass, from now on.
    package func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}

/// The time that a check waits for something which must come by itself.
package struct Patience: Sendable {
    private let end: ContinuousClock.Instant
    private let length: Duration

    /// Patience that begins now.
    package init(_ length: Duration = .seconds(300)) {
        self.length = length
        end = .now + length
    }

    /// Throws a ``TestFailure`` once it is over.
    package func check(_ what: @autoclosure () -> String) throws {
        guard ContinuousClock.now < end else {
            throw TestFailure("\(what()): not done after \(length)")
        }
    }

    /// Looks again and again until `isDone`; throws a ``TestFailure`` when that takes too long.
    package func wait(for what: String, until isDone: () async throws -> Bool) async throws {
        while try await !isDone() {
            try check(what)
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
