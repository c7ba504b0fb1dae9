import Glibc

/// A thread of the operating system that runs one closure: SQLite's calls block, and Swift's own
/// threads must not.
final class WorkerThread: Sendable {
    private final class Box {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }

    private let thread: pthread_t

    init(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Box(body))
        let status = pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
                return nil
            },
            box.toOpaque()
        )
        precondition(status == 0, "no thread can be started")
        self.thread = thread
    }

    /// Waits for the closure's end.
    func join() {
        pthread_join(thread, nil)
    }
}
