import CurlHTTP
import LedgerCore
import RawJSON

/// Lambda's Runtime API (version 2018-06-01): how a function gets events and hands back answers.
///
/// A failure of it ends the function, so that a new one takes its place.
struct RuntimeAPI: Sendable {
    private let base: String
    private let client = CurlClient()

    /// - Parameter address: `host:port`, from `AWS_LAMBDA_RUNTIME_API`.
    init(address: String) {
        base = "http://\(address)/2018-06-01/runtime"
    }

    /// Waits for the next event without a time-out, since the function may be frozen meanwhile.
    func next() async throws(LambdaError) -> Invocation {
        let answer = try await call(request("/invocation/next", timeout: Self.forEver))
        guard answer.status == 200, let id = answer.header("lambda-runtime-aws-request-id"),
            let deadline = answer.header("lambda-runtime-deadline-ms").flatMap({ Int64($0) })
        else {
            let message = "next: status \(answer.status), no request id or no deadline"
            throw LambdaError(description: message)
        }
        return Invocation(
            deadline: Timestamp(milliseconds: deadline),
            requestID: id,
            trace: answer.header("lambda-runtime-trace-id"),
            event: answer.body
        )
    }

    /// Hands back the answer to an invocation.
    ///
    /// - Returns: the status; 202 unless the answer was refused, for instance as too large.
    func respond(
        to requestID: String,
        with answer: [UInt8]
    ) async throws(LambdaError) -> Int {
        try await post(answer, to: "/invocation/\(requestID)/response")
    }

    /// Reports that an event could not be handled.
    func fail(
        _ requestID: String,
        with failure: FunctionFailure
    ) async throws(LambdaError) {
        let path = "/invocation/\(requestID)/error"
        _ = try await post(failure.body, to: path, errorType: failure.type)
    }

    /// Reports that the function could not start.
    func failInit(with failure: FunctionFailure) async throws(LambdaError) {
        _ = try await post(failure.body, to: "/init/error", errorType: failure.type)
    }

    /// The time-out that is none.
    private static let forEver = Duration.zero

    private func post(
        _ body: [UInt8],
        to path: String,
        errorType: String? = nil
    ) async throws(LambdaError) -> Int {
        var headers = [("content-type", "application/json")]
        if let errorType { headers.append(("lambda-runtime-function-error-type", errorType)) }
        var request = request(path)
        request.method = "POST"
        request.headers = headers
        request.body = body
        return try await call(request).status
    }

    /// Makes a request to the Runtime API, past the proxies that the function's environment may name:
    /// the API is on this machine.
    func request(_ path: String, timeout: Duration = .seconds(30)) -> CurlRequest {
        var request = CurlRequest(url: base + path, timeout: timeout)
        request.isDirect = true
        return request
    }

    private func call(_ request: CurlRequest) async throws(LambdaError) -> CurlResponse {
        do throws(CurlError) {
            return try await client.call(request)
        } catch {
            throw LambdaError(description: "the Runtime API: \(error)")
        }
    }
}

/// The report of a failure to the Runtime API.
struct FunctionFailure {
    /// A word for the kind of failure: `Function.BadEvent`.
    let type: String
    /// The reason in words, which CloudWatch shows.
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
