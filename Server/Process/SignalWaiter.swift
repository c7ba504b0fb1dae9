import Dispatch
import Synchronization
import Glibc

/// Turns SIGTERM and SIGINT into something to wait for.
///
/// The first signal makes ``wait()`` return, so that the process can stop in order. A second one
/// ends it at once: someone is in a hurry. A process has one waiter at a time; a second one traps.
///
/// The signal handler writes the signal's number into a pipe, since a handler may do little more
/// (signal-safety(7)). A thread reads the pipe and does the rest. (Dispatch's own signal sources lose
/// signals that arrive while they are being set up. Waiting on a thread needs the signals blocked in
/// every other thread, and some run before `main`.)
package final class SignalWaiter: Sendable {
    private enum State {
        case quiet
        case waiting(CheckedContinuation<Int32, Never>)
        case received(Int32)
    }

    private let state = Mutex(State.quiet)
    private let hangup = Mutex<(@Sendable () -> Void)?>(nil)
    private let exit: @Sendable (Int32) -> Void
    /// The pipe's end that the signal handler writes to; -1 when there is none.
    private let writing: Int32

    /// Takes the signals over from the system's default, which is to end the process and which stays
    /// where there are no file descriptors left for a pipe.
    ///
    /// - Parameters:
    ///   - signals: the signals' numbers.
    ///   - exit: ends the process with this status; replaced in tests.
    package init(
        signals: [Int32] = [SIGTERM, SIGINT],
        exit: @escaping @Sendable (Int32) -> Void = { _exit($0) }
    ) {
        self.exit = exit
        var ends: [Int32] = [-1, -1]
        let hasPipe = pipe(&ends) == 0
        let (reading, writing) = (ends[0], ends[1])
        self.writing = writing
        guard hasPipe else { return }
        let isOnly = signalPipe.compareExchange(
            expected: -1,
            desired: writing,
            ordering: .acquiringAndReleasing
        )
        precondition(isOnly.exchanged, "one SignalWaiter exists at a time in a process")
        // Reading blocks, so it has a thread of its own.
        DispatchQueue(label: "eventledger.signals").async { [weak self] in
            while let number = Self.next(reading) { self?.receive(number) }
            close(reading)
        }
        for number in signals { signal(number, passOn) }
    }

    deinit {
        guard writing >= 0 else { return }
        _ = signalPipe.compareExchange(expected: writing, desired: -1, ordering: .relaxed)
        close(writing)
    }

    /// The number that is next in the pipe; nil at its end.
    private static func next(_ reading: Int32) -> Int32? {
        var number: UInt8 = 0
        while true {
            let count = read(reading, &number, 1)
            if count == 1 { return Int32(number) }
            // The signal may have interrupted this very read.
            guard count < 0, errno == EINTR else { return nil }
        }
    }

    /// Calls `body` for every SIGHUP from now on, which otherwise ends the process.
    package func onHangup(_ body: @escaping @Sendable () -> Void) {
        hangup.withLock { $0 = body }
        signal(SIGHUP, passOn)
    }

    /// Returns the number of the first signal as soon as there is one.
    ///
    /// It must be called once at most.
    package func wait() async -> Int32 {
        await withCheckedContinuation { continuation in
            let received: Int32? = state.withLock { state in
                if case .received(let number) = state { return number }
                state = .waiting(continuation)
                return nil
            }
            if let received { continuation.resume(returning: received) }
        }
    }

    /// Acts on a signal; a second one ends the process with 128 + number, as shells report it.
    private func receive(_ number: Int32) {
        if number == SIGHUP, let body = hangup.withLock({ $0 }) { return body() }
        let previous = state.withLock { state in
            let previous = state
            state = .received(number)
            return previous
        }
        switch previous {
        case .quiet: break
        case .waiting(let continuation): continuation.resume(returning: number)
        case .received: exit(128 + number)
        }
    }
}

/// The pipe's end that the signal handler writes to; -1 while there is no waiter.
///
/// It is global because a signal handler is a C function without a context. It is atomic because a
/// handler runs at any moment in any thread, and an atomic load takes no lock that the interrupted
/// code may hold.
private let signalPipe = Atomic<Int32>(-1)

/// The signal handler, which makes one async-signal-safe call and leaves `errno` as it was.
private func passOn(_ number: Int32) {
    let error = errno
    var byte = UInt8(truncatingIfNeeded: number)
    _ = write(signalPipe.load(ordering: .acquiring), &byte, 1)
    errno = error
}
