import CCurl
import Dispatch

/// An HTTP request.
public struct CurlRequest: Sendable {
    /// Upper case: `GET`.
    public var method: String
    /// Absolute, percent-encoded.
    public var url: String
    /// Names and values; none may hold a line break.
    public var headers: [(name: String, value: String)]
    /// Empty: none.
    public var body: [UInt8]
    /// For the whole call, milliseconds.
    public var timeout: Int

    /// A request.
    public init(
        method: String = "GET",
        url: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        timeout: Int = 30_000
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }
}

/// The answer to a ``CurlRequest``.
public struct CurlResponse: Sendable {
    /// The HTTP status code.
    public let status: Int
    /// The header block as received.
    public let head: String
    /// The body.
    public let body: [UInt8]

    /// The value of the first header with this lower-case name.
    public func header(_ name: String) -> String? {
        for line in head.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == name else { continue }
            return String(parts[1].drop { $0 == " " })
        }
        return nil
    }
}

/// A call without an answer.
public struct CurlError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Whether the request may have been carried out; false: certainly not.
    public let mayHaveHappened: Bool
    /// What libcurl says.
    public let message: String

    /// The same, for a person.
    public var description: String { message }
}

/// An HTTP/1.1 client over libcurl: one call at a time, its connection kept alive in between.
///
/// Calls that come at the same time wait for each other; who wants more takes more clients.
public final class CurlClient: Sendable {
    /// libcurl's calls block, so they have a queue of their own instead of Swift's threads.
    private let queue = DispatchQueue(label: "curl")
    private let handle: Handle
    private let largestAnswer: Int

    /// A client that takes answers of at most so many bytes.
    public init(largestAnswer: Int = 64 * 1024 * 1024) {
        handle = Handle()
        self.largestAnswer = largestAnswer
    }

    /// Makes a call and waits for the answer, whatever its status.
    public func call(_ request: CurlRequest) async throws(CurlError) -> CurlResponse {
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
        let lines = Self.lines(request.headers)
        let result = withCStrings(lines) { headers in
            request.body.withUnsafeBytes { body in
                el_curl_call(
                    client,
                    request.method,
                    request.url,
                    headers,
                    body.baseAddress,
                    body.count,
                    request.timeout,
                    largestAnswer,
                    &answer
                )
            }
        }
        switch result {
        case EL_CURL_OK: return .success(CurlResponse(answer))
        case EL_CURL_TOO_LARGE:
            let message = "the answer is larger than \(largestAnswer) bytes"
            return .failure(CurlError(mayHaveHappened: true, message: message))
        default:
            let message = String(cString: el_curl_message(client))
            return .failure(
                CurlError(mayHaveHappened: result == EL_CURL_OPEN, message: message)
            )
        }
    }

    /// Headers as libcurl takes them: `name:` leaves one out, `name;` sends an empty one.
    ///
    /// Of itself libcurl calls every body a form, so the type is left out unless it is given.
    private static func lines(_ headers: [(name: String, value: String)]) -> [String] {
        let hasType = headers.contains { $0.name.lowercased() == "content-type" }
        let given = headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        return hasType ? given : given + ["Content-Type:"]
    }

    private func withCStrings<Success>(
        _ strings: [String],
        _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Success
    ) -> Success {
        let bytes = strings.map { Array($0.utf8CString) }
        let all = bytes.flatMap { $0 }
        return all.withUnsafeBufferPointer { all in
            var start = 0
            var pointers: [UnsafePointer<CChar>?] = bytes.map { string in
                defer { start += string.count }
                return all.baseAddress.map { $0 + start }
            }
            pointers.append(nil)
            return pointers.withUnsafeBufferPointer { pointers in
                guard let base = pointers.baseAddress else { preconditionFailure("never empty") }
                return body(base)
            }
        }
    }
}

extension CurlResponse {
    fileprivate init(_ answer: el_curl_answer) {
        status = answer.status
        body = Array(UnsafeBufferPointer(start: answer.body, count: answer.body_count))
        let bytes = UnsafeRawBufferPointer(start: answer.head, count: answer.head_count)
        head = String(decoding: bytes, as: UTF8.self)
    }
}
