import APISuite
import Foundation
import LedgerCore
import LedgerTesting
import Loopback
import Testing

/// Webhooks from a server's process to a receiver behind a socket.
@Suite("Webhooks over HTTP")
struct LiveWebhookTests {
    /// A request as the receiver got it.
    private struct Received {
        let headers: [String: String]
        let body: String

        init(_ text: String) {
            let parts = text.components(separatedBy: "\r\n\r\n")
            let lines = parts[0].components(separatedBy: "\r\n").dropFirst()
            let pairs = lines.map { line in
                let name = line.prefix { $0 != ":" }
                return (name.lowercased(), String(line.dropFirst(name.count + 2)))
            }
            headers = Dictionary(pairs) { $1 }
            body = parts.dropFirst().joined(separator: "\r\n\r\n")
        }

        /// Verified as the specification of Standard Webhooks says.
        func isSigned(by secret: WebhookSecret) -> Bool {
            StandardWebhooks.isSigned(
                headers["webhook-signature"] ?? "",
                body: Array(body.utf8),
                id: headers["webhook-id"] ?? "",
                timestamp: Int64(headers["webhook-timestamp"] ?? "") ?? 0,
                by: secret
            )
        }

        var isChallenge: Bool { headers["eventledger-deliveries"] == nil }
    }

    private static func response(
        _ status: String,
        body: String = "",
        headers: String = ""
    ) -> String {
        "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)"
    }

    /// A receiver that meets challenges and takes events.
    private static func receiver() -> TinyServer {
        TinyServer { request in
            let received = Received(request)
            // The specification allows the whole object back.
            return response("200 OK", body: received.isChallenge ? received.body : "")
        }
    }

    private static func allowance(_ servers: TinyServer...) -> WebhookAllowance {
        WebhookAllowance(
            servers.compactMap { WebhookAllowance.Host("127.0.0.1:\($0.port)") }
        )
    }

    /// Creates a subscription `u` with a webhook, whatever comes of it.
    private static func subscribe(
        _ client: SuiteClient,
        to stream: String,
        at url: String
    ) async throws -> Answer {
        try await client.call(
            "POST",
            at: "/streams/\(stream)/subscriptions",
            sending: "{\"subscription_id\":\"u\",\"webhook\":{\"url\":\"\(url)\"}}"
        )
    }

    private static func verify(_ client: SuiteClient, _ stream: String) async throws -> Answer {
        try await client.call("POST", at: "/streams/\(stream)/subscriptions/u/webhook/verify")
    }

    private static func secret(of answer: Answer) throws -> WebhookSecret {
        let webhook = try #require(answer.json["webhook"] as? [String: Any])
        return try #require(WebhookSecret(webhook["secret"] as? String ?? ""))
    }

    @Test("A receiver that is allowed gets what is published, signed")
    func delivery() async throws {
        let receiver = Self.receiver()
        defer { receiver.stop() }
        try await withLedger(allowing: Self.allowance(receiver)) { transport in
            try await SuiteClient.run(over: transport) { client in
                let stream = try await client.stream()
                let made = try await Self.subscribe(client, to: stream, at: receiver.url + "/hook")
                #expect(made.status == 201, "\(made)")
                let secret = try Self.secret(of: made)
                let verified = try await Self.verify(client, stream)
                #expect(verified.json["state"] as? String == "active", "\(verified)")
                for key in ["a", "b", "c"] { try await client.publish(to: stream, key: key) }
                try await Patience().wait(for: "three events") { receiver.requests.count == 4 }
                for request in receiver.requests {
                    #expect(request.hasPrefix("POST /hook HTTP/1.1\r\n"), "\(request)")
                    #expect(Received(request).isSigned(by: secret), "\(request)")
                }
                let events = receiver.requests.map(Received.init).filter { !$0.isChallenge }
                #expect(Set(events.compactMap { $0.headers["webhook-id"] }).count == 3)
                #expect(events.allSatisfy { $0.headers["content-type"] == "application/json" })
                try await Patience().wait(for: "the acknowledgements") {
                    try await client.describe(stream)["lag"] as? Int == 0
                }
            }
        }
    }

    @Test("Nothing is sent to this machine's own addresses unless that is allowed")
    func loopback() async throws {
        let receiver = Self.receiver()
        defer { receiver.stop() }
        try await withLedger { transport in
            try await SuiteClient.run(over: transport) { client in
                let stream = try await client.stream()
                let refused = try await Self.subscribe(client, to: stream, at: receiver.url)
                #expect(refused.error == "webhook_url_refused", "\(refused)")
                // A name is judged where the socket opens.
                let named = try await Self.subscribe(client, to: stream, at: "https://localhost/")
                #expect(named.status == 201, "\(named)")
                let answer = try await Self.verify(client, stream)
                #expect(answer.json["state"] as? String == "pending", "\(answer)")
                let reason = answer.json["reason"] as? String
                #expect(reason == "its address is not of the public internet", "\(answer)")
            }
        }
        #expect(receiver.connections == 0)
    }

    @Test("A redirection is followed nowhere")
    func redirection() async throws {
        let target = Self.receiver()
        defer { target.stop() }
        let headers = "Location: \(target.url)/\r\n"
        let receiver = TinyServer { _ in Self.response("307 Temporary Redirect", headers: headers) }
        defer { receiver.stop() }
        try await withLedger(allowing: Self.allowance(receiver, target)) { transport in
            try await SuiteClient.run(over: transport) { client in
                let stream = try await client.stream()
                _ = try await Self.subscribe(client, to: stream, at: receiver.url)
                let answer = try await Self.verify(client, stream)
                #expect(answer.json["reason"] as? String == "status 307", "\(answer)")
            }
        }
        #expect(receiver.connections == 1 && target.connections == 0)
    }

    @Test("A receiver that cuts the connection is at fault, and nothing is lost when it comes back")
    func outage() async throws {
        let receiver = TinyServer(closes: true, closesWhenSilent: true) { request in
            let received = Received(request)
            guard received.isChallenge else { return nil }
            return Self.response("200 OK", body: received.body)
        }
        defer { receiver.stop() }
        try await withLedger(allowing: Self.allowance(receiver)) { transport in
            try await SuiteClient.run(over: transport) { client in
                let stream = try await client.stream()
                _ = try await Self.subscribe(client, to: stream, at: receiver.url)
                _ = try await Self.verify(client, stream)
                try await client.publish(to: stream, key: "a")
                try await Patience().wait(for: "a failing endpoint") {
                    let webhook = try await client.describe(stream)["webhook"] as? [String: Any]
                    return webhook?["state"] as? String == "failing"
                }
                try await Patience().wait(for: "what was held") {
                    try await client.open(of: stream)["held"] == nil
                }
                #expect(try await client.open(of: stream)["parked"] == nil)
            }
        }
    }

    @Test("--webhook-allow opens a host, and says what it does not understand")
    func option() async throws {
        let receiver = Self.receiver()
        defer { receiver.stop() }
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let host = "127.0.0.1:\(receiver.port)"
        let server = try await ServerProcess.ledger(
            ["--data", folder.path, "--webhook-allow", "hooks.internal", "--webhook-allow", host]
        )
        try await SuiteClient.run(over: HTTPTransport(url: server.url)) { client in
            let stream = try await client.stream()
            let made = try await Self.subscribe(client, to: stream, at: receiver.url)
            #expect(made.status == 201, "\(made)")
            let verified = try await Self.verify(client, stream)
            #expect(verified.json["state"] as? String == "active", "\(verified)")
        }
        await server.stop()
        await #expect(throws: ServerProcess.Failure.self) {
            _ = try await ServerProcess.ledger(["--data", folder.path, "--webhook-allow", "a b"])
        }
    }
}
