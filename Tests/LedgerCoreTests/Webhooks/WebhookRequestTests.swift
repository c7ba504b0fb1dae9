import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("A webhook's request")
struct WebhookRequestTests {
    private static let subscription = SubscriptionIncarnation(high: 3, low: 3)
    /// 2026-01-01T00:00:00Z.
    private static let created = Timestamp(milliseconds: 1_767_225_600_000)
    private static let now = Timestamp(milliseconds: 1_767_225_601_999)

    private func secrets() throws -> WebhookSecrets {
        let secrets = [7, 8].map { WebhookSecret(bytes: [UInt8](repeating: $0, count: 32)) }
        let former = WebhookSecrets.Former(
            secret: try #require(secrets[1]),
            end: Self.now.advanced(by: .seconds(1))
        )
        return WebhookSecrets(current: try #require(secrets[0]), former: former)
    }

    private func event(
        headers: [(String, String)] = [("a", "b")],
        data: String = #"{"n": 1.50}"#,
        isReplayed: Bool = true
    ) -> WebhookEvent {
        WebhookEvent(
            stream: StreamID(trusted: "orders"),
            partition: partition(7),
            offset: offset(12),
            key: EventKey(trusted: Array("k\"1".utf8)),
            type: Array("order.paid".utf8),
            headers: headers.map { (Array($0.0.utf8), Array($0.1.utf8)) },
            data: Array(data.utf8),
            timestamp: Self.created,
            deliveries: 3,
            isReplayed: isReplayed
        )
    }

    private func request(_ event: WebhookEvent) throws -> WebhookRequest {
        WebhookRequest(
            delivering: event,
            to: Self.subscription,
            signedBy: try secrets(),
            at: Self.now
        )
    }

    private func text(_ request: WebhookRequest) -> String {
        String(decoding: request.body, as: UTF8.self)
    }

    private func header(_ name: String, of request: WebhookRequest) -> String? {
        request.headers.first { $0.name == name }?.value
    }

    @Test("An event is sent with its place, and its data byte for byte")
    func body() throws {
        let start = #"{"type":"order.paid","timestamp":"2026-01-01T00:00:00.000Z","data":"#
        let place = #","stream_id":"orders","partition":7,"offset":12,"key":"k\"1""#
        #expect(
            text(try request(event()))
                == start + #"{"n": 1.50}"# + place + #","headers":{"a":"b"},"replayed":true}"#
        )
        let plain = event(headers: [], data: "", isReplayed: false)
        #expect(text(try request(plain)) == start + "null" + place + "}")
        let headers = event(headers: [("x\n", "\"\\"), ("é", "")], data: "[1e400 ]")
        #expect(
            text(try request(headers))
                == start + "[1e400 ]" + place
                + #","headers":{"x\n":"\"\\","é":""},"replayed":true}"#
        )
    }

    @Test("It is signed by both secrets, as Python signs it, and names its try")
    func headers() throws {
        let request = try request(event())
        let id = "00000000000000030000000000000003_7_12"
        #expect(
            request.headers.map(\.name) == [
                "content-type", "user-agent", "webhook-id", "webhook-timestamp",
                "webhook-signature", "eventledger-deliveries",
            ]
        )
        #expect(
            request.headers.map(\.value) == [
                "application/json", "EventLedger", id, "1767225601",
                "v1,NHsqCg0rmcibm93wYc8T5+Yd44x9oVknZ2htFWzVvJU= "
                    + "v1,92MkMX4rVMI1KME+RlVqdNjjBT7QaFSPd0AES/ZYRiA=",
                "3",
            ]
        )
        let later = WebhookRequest(
            delivering: event(),
            to: Self.subscription,
            signedBy: try secrets(),
            at: Self.now.advanced(by: .seconds(1))
        )
        #expect(header("webhook-id", of: later) == id)
        #expect(header("webhook-signature", of: later)?.contains(" ") == false)
    }

    @Test("A verification carries a challenge, and is signed as every request")
    func verification() throws {
        let challenge = WebhookChallenge(high: 1, low: 0xabc)
        let secrets = try secrets()
        let request = WebhookRequest(
            verifying: challenge,
            of: Self.subscription,
            signedBy: secrets,
            at: Self.now
        )
        let digits = "00000000000000010000000000000abc"
        #expect(
            text(request) == #"{"type":"eventledger.verification","challenge":"\#(digits)"}"#
        )
        let id = try #require(header("webhook-id", of: request))
        #expect(id == "00000000000000030000000000000003_\(digits)")
        #expect(header("eventledger-deliveries", of: request) == nil)
        let signature = try #require(header("webhook-signature", of: request))
        for secret in secrets.signing(at: Self.now) {
            #expect(
                StandardWebhooks.isSigned(
                    signature,
                    body: request.body,
                    id: id,
                    timestamp: Self.now.seconds,
                    by: secret
                )
            )
        }
    }

    @Test("A challenge is met by its text or by an object that has it, and by nothing else")
    func challenge() {
        let challenge = WebhookChallenge(high: 1, low: 0xabc)
        let digits = challenge.hex
        let met = [
            digits, " \(digits)\r\n", "{\"challenge\":\"\(digits)\"}",
            " {\"ok\": [true], \"challenge\" : \"\(digits)\", \"x\": 1} ",
            "{\"challenge\":\"\\u0030\(digits.dropFirst())\"}",
        ]
        for body in met {
            #expect(challenge.isMet(byStatus: 200, body: Array(body.utf8)), "\(body)")
            #expect(challenge.isMet(byStatus: 299, body: Array(body.utf8)))
            for status in [199, 300, 302, 404, 500] {
                #expect(!challenge.isMet(byStatus: status, body: Array(body.utf8)))
            }
        }
        let unmet = [
            "", "ok", String(digits.dropLast()), digits + "0", digits.uppercased(), "{}",
            "\"\(digits)\"", "[\"\(digits)\"]", "{\"challenge\":\"\(digits)\"", "{\"challenge\":1}",
            "{\"Challenge\":\"\(digits)\"}", "{\"a\":{\"challenge\":\"\(digits)\"}}",
            "{\"challenge\":\"\(digits)\"}x", "{\"type\":\"a\",\"challenge\":\"\"}",
        ]
        for body in unmet {
            #expect(!challenge.isMet(byStatus: 200, body: Array(body.utf8)), "\(body)")
        }
        #expect(!challenge.isMet(byStatus: 200, body: [0xff, 0xfe]))
    }
}
