import CCurl
import Dispatch

/// An HTTP/1.1 client over libcurl: one call at a time, its connection kept alive in between.
///
/// Calls that come at the same time wait for each other; who wants more takes more clients.
package final class CurlClient: Sendable {
    /// libcurl's calls block, so they have a queue of their own instead of Swift's threads.
    private let queue = DispatchQueue(label: "curl")
    private let handle: Handle
    private let largestAnswer: Int

    /// A client that takes answers of at most so many bytes.
    package init(largestAnswer: Int = 64 * 1024 * 1024) {
        handle = Handle()
        self.largestAnswer = largestAnswer
    }

    /// Makes a call and waits for the answer, whatever its status.
    package func call(_ request: CurlRequest) async throws(CurlError) -> CurlResponse {
        let result = await withCheckedContinuation { continuation in
            queue.async { [handle, largestAnswer] in
                continuation.resume(returning: handle.call(request, largestAnswer))
            }
        }
        return try result.get()
    }
}

/// The easy handle.
///
/// Unchecked: only the client's serial queue touches it.
private final class Handle: @unchecked Sendable {
    private let client = el_curl_make()

    deinit {
        if let client { el_curl_free(client) }
    }

    func call(_ request: CurlRequest, _ largestAnswer: Int) -> Result<CurlResponse, CurlError> {
        guard let client else {
            return .failure(CurlError(mayHaveHappened: false, message: "out of memory"))
        }
        var answer = el_curl_answer()
        let result = request.withC(largestAnswer: largestAnswer) { request in
            el_curl_call(client, &request, &answer)
        }
        return CurlResponse.result(result, answer, el_curl_message(client), largestAnswer)
    }
}

/// The libcurl that is in use.
package enum CurlLibrary {
    /// Its version.
    package static var version: String { String(cString: el_curl_version()) }

    /// What it does TLS with, and that library's version: `OpenSSL/3.0.17`; empty without TLS.
    package static var tls: String { String(cString: el_curl_tls_version()) }
}
