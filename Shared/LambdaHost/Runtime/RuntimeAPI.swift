import CurlHTTP
import LedgerCore
import RawJSON

/// The Runtime API failed: the function can't go on and ends, so that a new one takes its place.
struct RuntimeFailure: Error, CustomStringConvertible {
    let description: String
}

/// Lambda's Runtime API (version 2018-06-01): how a function gets events and hands back answers.
struct RuntimeAPI: Sendable {
    private let base: String
    private let client = CurlClient()

    /// `address`: `host:port`, from `AWS_LAMBDA_RUNTIME_API`.
    init(address: String) {
        base = "http://\(address)/2018-06-01/runtime"
    }

    /// Waits for the next event, however long; the function may be frozen meanwhile.
    func next() async throws(RuntimeFailure) -> Invocation {
        let answer = try await call(request("/invocation/next", timeout: Self.forEver))
        guard answer.status == 200, let id = answer.header("lambda-runtime-aws-request-id"),
            let deadline = answer.header("lambda-runtime-deadline-ms").flatMap({ Int64($0) })
        else {
            let message = "next: status \(answer.status), no request id or no deadline"
            throw RuntimeFailure(description: message)
        }
        return Invocation(
            deadline: Timestamp(milliseconds: deadline),
            requestID: id,
            trace: answer.header("lambda-runtime-trace-id"),
            event: answer.body
        )
    }

    /// Hands back an answer.
    ///
    /// - Returns: The status; 202 unless it was refused, for instance as too large.
    func respond(_ requestID: String, _ answer: [UInt8]) async throws(RuntimeFailure) -> Int {
        try await post("/invocation/\(requestID)/response", answer)
    }

    /// Reports that an event could not be handled.
    func fail(_ requestID: String, _ failure: FunctionFailure) async throws(RuntimeFailure) {
        _ = try await post("/invocation/\(requestID)/error", failure.body, type: failure.type)
    }

    /// Reports that the function could not start.
    func failInit(_ failure: FunctionFailure) async throws(RuntimeFailure) {
        _ = try await post("/init/error", failure.body, type: failure.type)
    }

    /// libcurl's word for no time-out.
    private static let forEver = 0

    private func post(
        _ path: String,
        _ body: [UInt8],
        type: String? = nil
    ) async throws(RuntimeFailure) -> Int {
        var headers = [("content-type", "application/json")]
        if let type { headers.append(("lambda-runtime-function-error-type", type)) }
        var request = request(path)
        request.method = "POST"
        request.headers = headers
        request.body = body
        return try await call(request).status
    }

    /// A request of the Runtime API, which is on this machine: proxies that the function's
    /// environment names for other calls do not reach it.
    func request(_ path: String, timeout: Int = 30_000) -> CurlRequest {
        var request = CurlRequest(url: base + path, timeoutMilliseconds: timeout)
        request.isDirect = true
        return request
    }

    private func call(_ request: CurlRequest) async throws(RuntimeFailure) -> CurlResponse {
        do throws(CurlError) {
            return try await client.call(request)
        } catch {
            throw RuntimeFailure(description: "the Runtime API: \(error)")
        }
    }
}

/// What the Runtime API is told of a failure.
struct FunctionFailure {
    /// A word for the kind of failure: `Function.BadEvent`.
    let type: String
    /// For a person.
    let message: String

    var body: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("errorMessage")
        writer.string(message)
        writer.key("errorType")
        writer.string(type)
        writer.key("stackTrace")
        writer.beginArray()
        writer.endArray()
        writer.endObject()
        return writer.finish()
    }
}
