import CCurl
import Synchronization

/// An HTTP/1.1 client over libcurl for many calls at once, on one thread of its own.
///
/// Connections are kept alive and shared by all calls. A task that is cancelled ends its call.
///
/// `@unchecked Sendable`: the C side takes calls from any thread, under a mutex of its own.
package final class CurlPool: @unchecked Sendable {
    private let pool: OpaquePointer
    private let largestAnswer: Int

    /// A pool that makes no connection before its first call.
    ///
    /// - Parameters:
    ///   - connections: The most that are open at a time; further calls wait for one.
    ///   - largestAnswer: Bytes of the largest body that is taken; a call whose answer is larger
    ///     fails.
    package init(connections: Int = 128, largestAnswer: Int = 64 * 1024 * 1024) {
        guard let pool = el_pool_make(connections) else {
            preconditionFailure("the system refuses memory or another thread")
        }
        self.pool = pool
        self.largestAnswer = largestAnswer
    }

    deinit { el_pool_free(pool) }

    /// Makes a call and waits for the answer, whatever its status.
    ///
    /// A cancelled call throws a ``CurlError`` like any other that got no answer.
    package func call(_ request: CurlRequest) async throws(CurlError) -> CurlResponse {
        let call = Call()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                start(request, as: call, answering: continuation)
            }
        } onCancel: {
            if let number = call.cancel() { el_pool_cancel(pool, number) }
        }
        return try result.get()
    }

    private func start(
        _ request: CurlRequest,
        as call: Call,
        answering continuation: CheckedContinuation<Result<CurlResponse, CurlError>, Never>
    ) {
        guard !call.isCancelled else {
            let error = CurlError(mayHaveHappened: false, message: "cancelled")
            return continuation.resume(returning: .failure(error))
        }
        let waiting = Waiting(continuation, gate: request.gate, largestAnswer: largestAnswer)
        let context = Unmanaged.passRetained(waiting)
        let number = request.withC(largestAnswer: largestAnswer) { request in
            el_pool_start(pool, &request, finish, context.toOpaque())
        }
        if number == 0 {
            context.release()
            let error = CurlError(mayHaveHappened: false, message: "out of memory")
            continuation.resume(returning: .failure(error))
        } else if call.started(number) {
            el_pool_cancel(pool, number)
        }
    }
}

/// The number that the C side gave a call, and the wish to cancel it; either may come first.
private final class Call: Sendable {
    private enum State {
        case new
        case started(UInt64)
        case cancelled
    }

    private let state = Mutex(State.new)

    var isCancelled: Bool {
        state.withLock { state in
            if case .cancelled = state { true } else { false }
        }
    }

    /// Notes the call's number.
    ///
    /// - Returns: True when it was cancelled before it had one: the caller cancels it now.
    func started(_ number: UInt64) -> Bool {
        state.withLock { state in
            if case .cancelled = state { return true }
            state = .started(number)
            return false
        }
    }

    /// Notes that the call is to end.
    ///
    /// - Returns: Its number, by which it is cancelled; nil when it was not started yet.
    func cancel() -> UInt64? {
        state.withLock { state in
            defer { state = .cancelled }
            guard case .started(let number) = state else { return nil }
            return number
        }
    }
}

/// The caller of a call, kept alive by the C side until ``finish(context:result:answer:message:)``.
private final class Waiting: Sendable {
    let continuation: CheckedContinuation<Result<CurlResponse, CurlError>, Never>
    let largestAnswer: Int
    /// Kept alive with it: the C side asks it until then.
    private let gate: CurlGate?

    init(
        _ continuation: CheckedContinuation<Result<CurlResponse, CurlError>, Never>,
        gate: CurlGate?,
        largestAnswer: Int
    ) {
        self.continuation = continuation
        self.gate = gate
        self.largestAnswer = largestAnswer
    }
}

/// Resumes a call's caller; the pool's thread calls it at the end of each call.
private func finish(
    context: UnsafeMutableRawPointer?,
    result: el_curl_result,
    answer: UnsafePointer<el_curl_answer>?,
    message: UnsafePointer<CChar>?
) {
    guard let context, let answer else {
        preconditionFailure("the pool ends a call with its context and an answer")
    }
    let waiting = Unmanaged<Waiting>.fromOpaque(context).takeRetainedValue()
    waiting.continuation.resume(
        returning: CurlResponse.result(
            of: result,
            answer: answer.pointee,
            message: message,
            largestAnswer: waiting.largestAnswer
        )
    )
}
