import Glibc

/// A thread of our own: SQLite blocks, and Swift's shared pool must not be blocked.
struct OSThread: Sendable {
    private let thread: pthread_t

    /// Starts a thread that runs `body` and ends; traps when the system refuses one.
    init(_ body: @escaping @Sendable () -> Void) {
        let start = Unmanaged.passRetained(Start(body)).toOpaque()
        var thread = pthread_t()
        let code = pthread_create(
            &thread,
            nil,
            { pointer in
                guard let pointer else { return nil }
                Unmanaged<Start>.fromOpaque(pointer).takeRetainedValue().body()
                return nil
            },
            start
        )
        precondition(code == 0, "the system refuses another thread: error \(code)")
        self.thread = thread
    }

    /// Blocks until the thread has ended; once only.
    func join() {
        pthread_join(thread, nil)
    }

    /// Starts a thread that nobody joins.
    static func detached(_ body: @escaping @Sendable () -> Void) {
        pthread_detach(OSThread(body).thread)
    }
}

private final class Start: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
        self.body = body
    }
}
