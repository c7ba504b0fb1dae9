import LedgerServer
import LedgerService
import LedgerTesting
import Logging

/// A handler made of a closure.
struct StubHandler: APIHandler {
    let body: @Sendable (APIRequest) async -> APIResponse

    func handle(_ request: APIRequest) async -> APIResponse {
        await body(request)
    }

    /// Answers with what was sent.
    static let echo = StubHandler { request in
        let line = "\(request.method) \(request.path)?\(request.query)\n"
        let headers = request.headers.filter { $0.name != "x-request-id" && $0.name != "host" }
        let fields = headers.map { "\($0.name): \($0.value)\n" }.joined()
        return APIResponse(
            status: 200,
            headers: [(name: "content-type", value: "text/plain")],
            body: Array((line + fields).utf8) + request.body,
            route: "\(request.method) /{path}"
        )
    }
}

extension ConnectionTimeouts {
    /// For tests of something else: a busy machine is no slow client.
    static let patient = ConnectionTimeouts(
        handshake: .seconds(300),
        head: .seconds(300),
        body: .seconds(300),
        idle: .seconds(300),
        write: .seconds(300)
    )
}

/// Runs a server for the time of a test.
func withServer<Handler: APIHandler>(
    _ handler: Handler,
    keys: KeyPolicy = .off,
    corsOrigins: [String] = [],
    tls: TLSFiles? = nil,
    limits: HTTPLimits = HTTPLimits(),
    connections: ConnectionLimits = ConnectionLimits(),
    timeouts: ConnectionTimeouts = .patient,
    eventLoops: Int = 1,
    compressor: ResponseCompressor? = nil,
    metrics: PrometheusMetrics = PrometheusMetrics(),
    logger: Logger = .silent,
    body: (HTTPServer) async throws -> Void
) async throws {
    let server = try await HTTPServer.start(
        ServerConfiguration(
            port: 0,
            keys: keys,
            corsOrigins: corsOrigins,
            tls: tls,
            eventLoops: eventLoops,
            limits: limits,
            connections: connections,
            timeouts: timeouts
        ),
        handler: handler,
        metrics: metrics,
        compressor: compressor,
        logger: logger
    )
    do {
        try await body(server)
    } catch {
        await server.shutdown(grace: .zero)
        throw error
    }
    await server.shutdown(grace: .zero)
}

func get(_ path: String, headers: String = "") -> String {
    "GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(headers)\r\n"
}

func post(_ path: String, body: String, headers: String = "") -> String {
    "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)"
}

/// Returns when the task is cancelled.
func untilCancelled() async {
    let gate = Gate()
    await withTaskCancellationHandler {
        await gate.wait()
    } onCancel: {
        gate.open()
    }
}
