import Loopback
import Synchronization

/// A Runtime API on loopback: hands out events one after another and keeps what comes back.
///
/// After the last event it refuses `next`, which ends the function's loop.
final class FakeRuntime: Sendable {
    struct Call: Sendable {
        let path: String
        let head: String
        let body: String

        init(_ request: String) {
            let end = request.firstRange(of: "\r\n\r\n")
            head = String(request[..<(end?.lowerBound ?? request.endIndex)])
            body = String(request[(end?.upperBound ?? request.endIndex)...])
            path = String(head.split(separator: " ")[1])
        }
    }

    private let script: Script
    private let server: TinyServer

    /// - Parameters:
    ///   - events: each is made when it is asked for, so that it can change the world before.
    ///   - refusesAnswers: Answers are said to be too large.
    init(_ events: [@Sendable () -> String], refusesAnswers: Bool = false) {
        let script = Script(events, refusesAnswers: refusesAnswers)
        self.script = script
        server = TinyServer { script.answer(Call($0)) }
    }

    /// The value of `AWS_LAMBDA_RUNTIME_API`, `HOST:PORT`.
    var address: String { "127.0.0.1:\(server.port)" }

    /// Everything that was posted.
    var calls: [Call] { script.calls }

    func stop() { server.stop() }
}

/// The events and answers of the runtime, in order.
private final class Script: Sendable {
    private struct State {
        var events: [@Sendable () -> String]
        var handedOut = 0
        var calls: [FakeRuntime.Call] = []
    }

    private let state: Mutex<State>
    private let refusesAnswers: Bool

    init(_ events: [@Sendable () -> String], refusesAnswers: Bool) {
        state = Mutex(State(events: events))
        self.refusesAnswers = refusesAnswers
    }

    var calls: [FakeRuntime.Call] { state.withLock { $0.calls } }

    func answer(_ call: FakeRuntime.Call) -> String {
        guard call.path.hasSuffix("/invocation/next") else {
            state.withLock { $0.calls.append(call) }
            let isRefused = refusesAnswers && call.path.hasSuffix("/response")
            return "HTTP/1.1 \(isRefused ? "413 Too Large" : "202 Accepted")\r\n"
                + "Content-Length: 0\r\n\r\n"
        }
        let next: (Int, @Sendable () -> String)? = state.withLock { state in
            guard !state.events.isEmpty else { return nil }
            state.handedOut += 1
            return (state.handedOut, state.events.removeFirst())
        }
        guard let (number, event) = next else {
            return "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"
        }
        let body = event()
        return "HTTP/1.1 200 OK\r\nLambda-Runtime-Aws-Request-Id: request-\(number)\r\n"
            + "Lambda-Runtime-Deadline-Ms: 1767225630000\r\n"
            + "Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }
}
