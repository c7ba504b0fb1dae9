import CCurl
import Synchronization

/// An HTTP/1.1 client over libcurl for many calls at once, on one thread of its own.
///
/// Connections are kept alive and shared by all calls. A task that is cancelled ends its call.
///
/// Unchecked: the C side takes calls from any thread.
package final class CurlPool: @unchecked Sendable {
    private let pool: OpaquePointer
    private let largestAnswer: Int

    /// A pool of at most so many connections, which takes answers of at most so many bytes.
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
                start(request, call, continuation)
            }
        } onCancel: {
            if let number = call.cancel() { el_pool_cancel(pool, number) }
        }
        return try result.get()
    }

    private func start(
        _ request: CurlRequest,
        _ call: Call,
        _ continuation: CheckedContinuation<Result<CurlResponse, CurlError>, Never>
    ) {
        guard !call.isCancelled else {
            let error = CurlError(mayHaveHappened: false, message: "cancelled")
            return continuation.resume(returning: .failure(error))
        }
        let waiting = Waiting(continuation, largestAnswer)
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

/// Which call it is, and whether it is to end: both may come first.
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

    /// Returns whether the call was cancelled before.
    func started(_ number: UInt64) -> Bool {
        state.withLock { state in
            if case .cancelled = state { return true }
            state = .started(number)
            return false
        }
    }

    /// Returns the call that is to end, if it was started.
    func cancel() -> UInt64? {
        state.withLock { state in
            defer { state = .cancelled }
            guard case .started(let number) = state else { return nil }
            return number
        }
    }
}

/// Who waits for a call.
private final class Waiting: Sendable {
    let continuation: CheckedContinuation<Result<CurlResponse, CurlError>, Never>
    let largestAnswer: Int

    init(
        _ continuation: CheckedContinuation<Result<CurlResponse, CurlError>, Never>,
        _ largestAnswer: Int
    ) {
        self.continuation = continuation
        self.largestAnswer = largestAnswer
    }
}

/// Called by the pool's thread at the end of each call.
private func finish(
    _ context: UnsafeMutableRawPointer?,
    _ result: el_curl_result,
    _ answer: UnsafePointer<el_curl_answer>?,
    _ message: UnsafePointer<CChar>?
) {
    guard let context, let answer else { preconditionFailure("the pool passes both") }
    let waiting = Unmanaged<Waiting>.fromOpaque(context).takeRetainedValue()
    waiting.continuation.resume(
        returning: CurlResponse.result(result, answer.pointee, message, waiting.largestAnswer)
    )
}
