import LedgerClient
import Loopback
import Synchronization

@testable import eventledger

/// A server that answers as the test says, for what a real ledger does not do on demand.
final class FakeLedger: Sendable {
    /// A call as it arrived.
    struct Call: Sendable {
        /// The method and the path with its query: `POST /streams/orders`.
        let line: String
        let body: String

        fileprivate init(_ request: String) {
            let parts = request.split(separator: "\r\n\r\n", maxSplits: 1)
            let words = parts[0].split(separator: "\r\n")[0].split(separator: " ")
            line = "\(words[0]) \(words[1])"
            body = parts.count > 1 ? String(parts[1]) : ""
        }

        /// The body's JSON.
        func json() throws -> JSONValue { try JSONValue(Array(body.utf8)) }
    }

    private let server: TinyServer
    var url: String { server.url }
    /// All calls so far.
    var calls: [Call] { server.requests.map(Call.init) }

    /// A server whose answer has a status and a body; an answer of nil closes the connection.
    init(_ answer: @escaping @Sendable (Call) -> (status: Int, body: String)?) {
        server = TinyServer(closesWhenSilent: true) { request in
            answer(Call(request)).map { answer in
                "HTTP/1.1 \(answer.status) Status\r\nContent-Type: application/json\r\n"
                    + "Content-Length: \(answer.body.utf8.count)\r\n\r\n\(answer.body)"
            }
        }
    }

    /// A server that gives everybody the same answer.
    convenience init(status: Int = 200, _ body: String) {
        self.init { _ in (status, body) }
    }

    /// Runs a command against this server.
    func run(_ arguments: String...) async throws -> CommandLine.Outcome {
        try await CommandLine.run(arguments, url: url)
    }

    /// Runs a shell's script against this server.
    func shell(_ script: String) async throws -> CommandLine.Outcome {
        try await CommandLine.shell(script, url: url)
    }
}

/// A subscription in events mode as ``FakeLedger`` serves it: pages, and what becomes of their events.
///
/// It hands out each page once, whatever becomes of it.
final class FakeSubscription: Sendable {
    private struct State {
        var pages: [[String]]
        var fates: [String] = []
        var failures: Int
        var receives: [String] = []
    }

    private let state: Mutex<State>
    private let ackWait: Int
    private let order: String

    /// Pages of events, each of them JSON; the first calls of `receive` and `ack` fail.
    init(_ pages: [[String]], ackWait: Int = 300, order: String = "key", failures: Int = 0) {
        state = Mutex(State(pages: pages, failures: failures))
        self.ackWait = ackWait
        self.order = order
    }

    /// What became of events, in the order in which it was told: `ack 0/1`, `nack 0/2 reason`.
    var fates: [String] { state.withLock { $0.fates } }
    /// The bodies of all calls for events.
    var receives: [String] { state.withLock { $0.receives } }
    /// True when all pages were handed out.
    var isEmpty: Bool { state.withLock { $0.pages.isEmpty } }

    /// A server that has it.
    func serve() -> FakeLedger {
        FakeLedger { [self] call in
            guard call.line.hasPrefix("POST") else {
                return (200, "{\"delivery\":{\"mode\":\"events\",\"order\":\"\(order)\"}}")
            }
            return state.withLock { answer(call, state: &$0) }
        }
    }

    private func answer(_ call: FakeLedger.Call, state: inout State) -> (Int, String) {
        let isReceive = call.line.hasSuffix("/receive")
        if isReceive { state.receives.append(call.body) }
        guard state.failures == 0 else {
            state.failures -= 1
            return (503, "{\"error\":\"unavailable\",\"message\":\"busy\",\"details\":{}}")
        }
        guard let body = try? call.json() else { return (400, "") }
        let told = isReceive ? body["ack"] : body
        if let told { state.fates += Self.fates(told) }
        let acknowledged = "{\"acknowledged\":\(told?["ack"]?.elements.count ?? 0),\"not_held\":[]}"
        guard isReceive else { return (200, acknowledged) }
        let page = state.pages.isEmpty ? [] : state.pages.removeFirst()
        let lease = page.isEmpty ? "null" : "\"lease-\(state.receives.count)\""
        let member = told == nil ? "" : ",\"acknowledged\":\(acknowledged)"
        return (
            200,
            "{\"lease\":\(lease),\"ack_wait\":\(ackWait),\"events\":[\(page.joined(separator: ","))],"
                + "\"remaining\":0,\"caught_up\":\(page.isEmpty)\(member)}"
        )
    }

    private static func fates(_ body: JSONValue) -> [String] {
        var fates: [String] = []
        for name in ["ack", "nack", "reject", "release"] {
            for event in body[name]?.elements ?? [] {
                let reason = event["reason"]?.text.map { " \($0)" } ?? ""
                fates.append("\(name) \(event.text("partition"))/\(event.text("offset"))\(reason)")
            }
        }
        return fates + (body["extend"]?.text.map { ["extend \($0)"] } ?? [])
    }

    /// An event of partition 0 as a receive answers it.
    static func event(_ offset: Int, key: String = "k", deliveries: Int = 1) -> String {
        "{\"stream_id\":\"orders\",\"partition\":0,\"offset\":\(offset),\"key\":\"\(key)\","
            + "\"type\":\"order.paid\",\"timestamp\":\"2026-11-21T01:02:03.456Z\","
            + "\"data\":{\"number\":\(offset)},\"deliveries\":\(deliveries)}"
    }
}
