import CCurl
import Dispatch

/// An HTTP/1.1 client over libcurl: one call at a time, its connection kept alive in between.
///
/// Calls that come at the same time wait for each other. To make several at once, use several
/// clients, or a ``CurlPool``.
package final class CurlClient: Sendable {
    /// libcurl's calls block, so they have a queue of their own instead of Swift's threads.
    private let queue = DispatchQueue(label: "curl")
    private let handle: Handle
    private let largestAnswer: Int

    /// A client that makes no connection before its first call.
    ///
    /// - Parameter largestAnswer: Bytes of the largest body that is taken; a call whose answer is
    ///   larger fails.
    package init(largestAnswer: Int = 64 * 1024 * 1024) {
        handle = Handle()
        self.largestAnswer = largestAnswer
    }

    /// Makes a call and waits for the answer, whatever its status.
    ///
    /// - Parameters:
    ///   - request: The call.
    ///   - take: Takes the body of a success (200 to 299) part by part as it comes, of any length in
    ///     all, on the client's own queue: while it works nothing more is read. Once it returns false
    ///     the call ends as if the answer did. Nil: the answer has the body.
    /// - Returns: The answer, without a body that was taken.
    /// - Throws: ``CurlError`` where no answer came, or not all of it.
    package func call(
        _ request: CurlRequest,
        take: (@Sendable (UnsafeBufferPointer<UInt8>) -> Bool)? = nil
    ) async throws(CurlError) -> CurlResponse {
        let taker = take.map(Taker.init)
        let result = await withCheckedContinuation { continuation in
            queue.async { [handle, largestAnswer] in
                let result = handle.call(request, largestAnswer: largestAnswer, taker: taker)
                continuation.resume(returning: result)
            }
        }
        return try result.get()
    }
}

/// The taker of a body, as C can hold it.
private final class Taker: Sendable {
    let take: @Sendable (UnsafeBufferPointer<UInt8>) -> Bool

    init(_ take: @escaping @Sendable (UnsafeBufferPointer<UInt8>) -> Bool) {
        self.take = take
    }
}

/// Hands a part of a body on; 0 when nothing more is wanted.
private func takePart(
    context: UnsafeMutableRawPointer?,
    bytes: UnsafePointer<UInt8>?,
    count: Int
) -> Int32 {
    guard let context else { preconditionFailure("a body is taken by someone") }
    let taker = Unmanaged<Taker>.fromOpaque(context).takeUnretainedValue()
    return taker.take(UnsafeBufferPointer(start: bytes, count: count)) ? 1 : 0
}

/// libcurl's easy handle, with the connection it keeps alive.
///
/// `@unchecked Sendable`: only the client's serial queue touches it.
private final class Handle: @unchecked Sendable {
    private let client = el_curl_make()

    deinit {
        if let client { el_curl_free(client) }
    }

    func call(
        _ request: CurlRequest,
        largestAnswer: Int,
        taker: Taker?
    ) -> Result<CurlResponse, CurlError> {
        guard let client else {
            return .failure(CurlError(mayHaveHappened: false, message: "out of memory"))
        }
        var answer = el_curl_answer()
        let result = withExtendedLifetime((request.gate, taker)) {
            request.withC(largestAnswer: largestAnswer) { request in
                guard let taker else { return el_curl_call(client, &request, &answer) }
                request.take = takePart
                request.take_context = Unmanaged.passUnretained(taker).toOpaque()
                return el_curl_call(client, &request, &answer)
            }
        }
        return CurlResponse.result(
            of: result,
            answer: answer,
            message: el_curl_message(client),
            largestAnswer: largestAnswer
        )
    }
}

/// The libcurl that this program was linked with.
package enum CurlLibrary {
    /// The version of libcurl itself, such as `8.14.1`.
    package static var version: String { String(cString: el_curl_version()) }

    /// The library that does TLS, with its version: `OpenSSL/3.0.17`; empty without TLS.
    package static var tls: String { String(cString: el_curl_tls_version()) }
}
