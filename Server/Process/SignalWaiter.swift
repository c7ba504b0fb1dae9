import Dispatch
import Synchronization
#if canImport(Glibc)
public import Glibc
#else
public import Darwin
#endif

/// Turns SIGTERM and SIGINT into something to wait for.
///
/// The first signal makes ``wait()`` return, so that the process can stop in order. A second one
/// ends it at once: someone is in a hurry. There is one waiter at a time in a process.
///
/// The handler writes the signal's number into a pipe, and everything else happens where that is
/// read. (Dispatch's own signal sources lose what arrives while they are being set up.)
public final class SignalWaiter: Sendable {
    private enum State {
        case quiet
        case waiting(CheckedContinuation<Int32, Never>)
        case received(Int32)
    }

    private let state = Mutex(State.quiet)
    private let hangup = Mutex<(@Sendable () -> Void)?>(nil)
    private let exit: @Sendable (Int32) -> Void
    // Written in `init` only.
    nonisolated(unsafe) private var source: (any DispatchSourceRead)?

    /// Takes the signals over from the system's default, which is to end the process.
    ///
    /// - Parameters:
    ///   - signals: the signals' numbers.
    ///   - exit: ends the process with this status; replaced in tests.
    public init(
        signals: [Int32] = [SIGTERM, SIGINT],
        exit: @escaping @Sendable (Int32) -> Void = { _exit($0) }
    ) {
        self.exit = exit
        var ends: [Int32] = [-1, -1]
        precondition(pipe(&ends) == 0, "no pipe to be had")
        let (reading, writing) = (ends[0], ends[1])
        signalPipe = writing
        let source = DispatchSource.makeReadSource(fileDescriptor: reading)
        source.setEventHandler { [weak self] in
            var number: UInt8 = 0
            if read(reading, &number, 1) == 1 { self?.receive(Int32(number)) }
        }
        source.setCancelHandler {
            close(reading)
            close(writing)
        }
        source.activate()
        self.source = source
        for number in signals { signal(number, passOn) }
    }

    deinit {
        source?.cancel()
    }

    /// Calls `body` for every SIGHUP from now on, which otherwise ends the process.
    public func onHangup(_ body: @escaping @Sendable () -> Void) {
        hangup.withLock { $0 = body }
        signal(SIGHUP, passOn)
    }

    /// The number of the first signal, as soon as there is one; to be called once.
    public func wait() async -> Int32 {
        await withCheckedContinuation { continuation in
            let received: Int32? = state.withLock { state in
                if case .received(let number) = state { return number }
                state = .waiting(continuation)
                return nil
            }
            if let received { continuation.resume(returning: received) }
        }
    }

    /// What a signal does; 128 + number is how shells report an end by signal.
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

/// Where the signal handler writes to.
nonisolated(unsafe) private var signalPipe: Int32 = -1

/// The signal handler: does nothing that is not allowed in one, and leaves `errno` as it was.
private func passOn(_ number: Int32) {
    let error = errno
    var byte = UInt8(truncatingIfNeeded: number)
    _ = write(signalPipe, &byte, 1)
    errno = error
}
