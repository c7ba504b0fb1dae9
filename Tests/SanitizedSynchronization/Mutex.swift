import Glibc

/// The standard library's `Mutex`, on a lock that the thread sanitizer knows.
///
/// On Linux it does not see that a `Mutex` orders what two threads do, and reports every use of one
/// as a race. In sanitized builds this module takes the place of `Synchronization`.
package struct Mutex<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
    private let storage: Storage<Value>

    /// A mutex with a value.
    package init(_ value: consuming sending Value) {
        storage = Storage(value)
    }

    /// Calls `body` with the value, while nobody else does.
    package borrowing func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        pthread_mutex_lock(storage.lock)
        defer { pthread_mutex_unlock(storage.lock) }
        return try body(&storage.value)
    }
}

private final class Storage<Value: ~Copyable>: @unchecked Sendable {
    let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    var value: Value

    init(_ value: consuming Value) {
        self.value = value
        pthread_mutex_init(lock, nil)
    }

    deinit {
        pthread_mutex_destroy(lock)
        lock.deallocate()
    }
}
