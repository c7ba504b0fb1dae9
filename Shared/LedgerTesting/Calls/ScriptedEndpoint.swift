package import LedgerCore
import Synchronization

/// The endpoint of a webhook in a test's own process, which answers as the test says.
package final class ScriptedEndpoint: WebhookSender {
    /// A request as it came.
    package struct Request: Sendable {
        package let url: String
        package let headers: [(name: String, value: String)]
        package let body: [UInt8]

        /// The value of a header, empty without one.
        package func header(_ name: String) -> String {
            headers.first { $0.name == name }?.value ?? ""
        }

        /// The body as text.
        package var text: String { String(decoding: body, as: UTF8.self) }
        /// The partition and the offset of its event, by its id.
        package var place: (partition: Int, offset: Int) {
            let parts = header("webhook-id").split(separator: "_").dropFirst().map { Int($0) ?? -1 }
            return parts.count == 2 ? (parts[0], parts[1]) : (-1, -1)
        }

        /// The number of its event's deliveries; 0 for a challenge.
        package var deliveries: Int { Int(header("eventledger-deliveries")) ?? 0 }

        /// The challenge that it must be answered with; nil: it is an event's.
        package var challenge: String? {
            guard deliveries == 0 else { return nil }
            return text.split(separator: "\"").last { $0.utf8.count == 32 }.map(String.init)
        }

        /// True if one of its signatures is of this secret, as receivers check it.
        package func isSigned(by secret: WebhookSecret) -> Bool {
            StandardWebhooks.isSigned(
                header("webhook-signature"),
                body: body,
                id: header("webhook-id"),
                timestamp: Int64(header("webhook-timestamp")) ?? -1,
                by: secret
            )
        }
    }

    /// What becomes of a request.
    package enum Reply: Sendable {
        case status(Int, retryAfter: String? = nil)
        /// 200, with a body.
        case body(String)
        /// No connection, or no answer in time.
        case silence
        /// No answer before ``ScriptedEndpoint/release(as:)``.
        case hold
    }

    package typealias Script = @Sendable (Request) -> Reply

    private struct Held {
        let ticket: Int
        let continuation: CheckedContinuation<Reply, Never>
    }

    private struct State {
        var script: Script
        var requests: [Request] = []
        var held: [Held] = []
        var nextTicket = 0
        var most = 0
    }

    private let state: Mutex<State>

    /// An endpoint that meets every challenge, and acknowledges every event.
    package init() {
        state = Mutex(State(script: Self.willing))
    }

    /// Meets a challenge, and acknowledges an event.
    package static let willing: Script = { request in
        request.challenge.map { .body($0) } ?? .status(204)
    }

    /// Answers so from now on.
    package func follow(_ script: @escaping Script) { state.withLock { $0.script = script } }

    /// The events that came, in order; challenges left out.
    package var events: [Request] {
        state.withLock { $0.requests.filter { $0.challenge == nil } }
    }

    /// The challenges that came.
    package var challenges: [Request] {
        state.withLock { $0.requests.filter { $0.challenge != nil } }
    }

    /// The requests that are not answered yet, and the most that there were at a time.
    package var held: (count: Int, most: Int) { state.withLock { ($0.held.count, $0.most) } }

    /// Forgets what came.
    package func forget() { state.withLock { $0.requests = [] } }

    /// Answers all that are held.
    package func release(as reply: Reply = .status(200)) {
        let held = state.withLock { state in
            defer { state.held = [] }
            return state.held
        }
        for held in held { held.continuation.resume(returning: reply) }
    }

    package func send(_ call: WebhookCall) async throws(WebhookSilence) -> WebhookResponse {
        let request = Request(
            url: call.url.text,
            headers: call.request.headers,
            body: call.request.body
        )
        let script = state.withLock { state in
            state.requests.append(request)
            return state.script
        }
        var reply = script(request)
        if case .hold = reply { reply = await hold() }
        switch reply {
        case .status(let status, let pause):
            return WebhookResponse(status: status, retryAfter: pause)
        case .body(let text): return WebhookResponse(status: 200, body: Array(text.utf8))
        case .silence, .hold: throw WebhookSilence("no answer")
        }
    }

    private func hold() async -> Reply {
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard !Task.isCancelled else { return true }
                    state.held.append(Held(ticket: ticket, continuation: continuation))
                    state.most = max(state.most, state.held.count)
                    return false
                }
                if isOver { continuation.resume(returning: .silence) }
            }
        } onCancel: {
            let held = state.withLock { state in
                state.held.firstIndex { $0.ticket == ticket }.map { state.held.remove(at: $0) }
            }
            held?.continuation.resume(returning: .silence)
        }
    }
}
