import Glibc

/// A value behind a lock, and threads that wait for it to change.
///
/// A POSIX mutex and its condition variable, because `Synchronization.Mutex` has no condition to
/// wait on. `@unchecked Sendable`: the compiler can't see that `value` is only touched with the
/// mutex held.
final class ConditionLock<Value: Sendable>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var value: Value

    init(_ value: Value) {
        self.value = value
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(changed, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    /// Runs `body` with the lock held.
    func withLock<Outcome>(_ body: (inout Value) -> Outcome) -> Outcome {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&value)
    }

    /// Lets one waiting thread look again.
    func signal() {
        pthread_cond_signal(changed)
    }

    /// Lets every waiting thread look again.
    func broadcast() {
        pthread_cond_broadcast(changed)
    }

    /// Blocks until `body` has an answer.
    func wait<Outcome>(for body: (inout Value) -> Outcome?) -> Outcome {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let answer = body(&value) { return answer }
            pthread_cond_wait(changed, mutex)
        }
    }

    /// Blocks until `body` has an answer, or returns nil after `length`.
    func wait<Outcome>(atMost length: Duration, for body: (inout Value) -> Outcome?) -> Outcome? {
        var deadline = Self.deadline(after: length)
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let answer = body(&value) { return answer }
            guard pthread_cond_timedwait(changed, mutex, &deadline) != ETIMEDOUT else {
                return body(&value)
            }
        }
    }

    private static func deadline(after length: Duration) -> timespec {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let (seconds, attoseconds) = length.components
        let nanoseconds = now.tv_nsec + Int(attoseconds / 1_000_000_000)
        return timespec(
            tv_sec: now.tv_sec + Int(seconds) + nanoseconds / 1_000_000_000,
            tv_nsec: nanoseconds % 1_000_000_000
        )
    }
}
