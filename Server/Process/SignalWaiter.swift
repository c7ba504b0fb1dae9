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
/// ends it at once: someone is in a hurry.
public final class SignalWaiter: Sendable {
    private enum State {
        case quiet
        case waiting(CheckedContinuation<Int32, Never>)
        case received(Int32)
    }

    private let state = Mutex(State.quiet)
    private let exit: @Sendable (Int32) -> Void
    // Written in `init` only.
    nonisolated(unsafe) private var sources: [any DispatchSourceSignal] = []

    /// Takes the signals over from the system's default, which is to end the process.
    ///
    /// - Parameter exit: ends the process with this status; replaced in tests.
    public init(
        signals: [Int32] = [SIGTERM, SIGINT],
        exit: @escaping @Sendable (Int32) -> Void = { _exit($0) }
    ) {
        self.exit = exit
        let queue = DispatchQueue(label: "signals")
        for number in signals {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { [weak self] in self?.receive(number) }
            source.activate()
            sources.append(source)
        }
    }

    deinit {
        for source in sources { source.cancel() }
    }

    /// The number of the first signal, as soon as there is one. To be called once.
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
    func receive(_ number: Int32) {
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
