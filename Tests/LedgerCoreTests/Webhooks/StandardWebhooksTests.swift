import LedgerBytes
import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("Standard Webhooks")
struct StandardWebhooksTests {
    private static let text = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

    @Test("A signature is the one that the specification's libraries make")
    func vector() throws {
        let key = Array("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".utf8).withUnsafeBytes(Base64.decode)
        let signature = StandardWebhooks.signature(
            of: Array(#"{"test": 2432232314}"#.utf8),
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            timestamp: 1_614_265_330,
            key: try #require(key)
        )
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test("A request's id is the subscription's, and the event's place")
    func id() {
        let id = StandardWebhooks.id(
            of: Offset(unchecked: .max),
            in: partition(7),
            to: SubscriptionIncarnation(high: 0x0123_4567_89ab_cdef, low: 5)
        )
        #expect(id == "0123456789abcdef0000000000000005_7_9223372036854775807")
    }

    @Test("A secret is read again as it was written, and in no other spelling")
    func secrets() throws {
        #expect(WebhookSecret(Self.text)?.bytes == Array(0..<32))
        #expect(WebhookSecret(bytes: Array(0..<32))?.text == Self.text)
        var random = SeededGenerator(seed: 1)
        let drawn = (0..<100).map { _ in WebhookSecret.random(using: &random) }
        #expect(Set(drawn).count == 100)
        for secret in drawn {
            #expect(WebhookSecret(secret.text) == secret && secret.text.utf8.count == 50)
        }
        for wrong in [
            "", "whsec_", String(Self.text.dropLast()), Self.text + "=", " " + Self.text,
            String(Self.text.dropFirst(6)), "WHSEC_" + Self.text.dropFirst(6),
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", String(Self.text.dropLast(2)) + "9=",
        ] {
            #expect(WebhookSecret(wrong) == nil, "\(wrong)")
        }
        for count in [0, 31, 33] {
            #expect(WebhookSecret(bytes: [UInt8](repeating: 1, count: count)) == nil)
        }
    }

    @Test("A replaced secret signs along for a day, the one before it no longer")
    func rotation() throws {
        let secrets = (1...3).compactMap { WebhookSecret(bytes: [UInt8](repeating: $0, count: 32)) }
        let now = PlanRows.now
        let first = WebhookSecrets(current: secrets[0])
        #expect(first.signing(at: now) == [secrets[0]])
        let second = first.rotated(to: secrets[1], at: now)
        let end = now.advanced(by: .hours(24))
        #expect(second.signing(at: now) == [secrets[1], secrets[0]])
        #expect(second.signing(at: end.advanced(by: .milliseconds(-1))).count == 2)
        #expect(second.signing(at: end) == [secrets[1]])
        let third = second.rotated(to: secrets[2], at: now)
        #expect(third.signing(at: now) == [secrets[2], secrets[1]])
    }

    @Test("A receiver finds its signature among several, and none where a byte is another")
    func check() throws {
        let secret = try #require(WebhookSecret(Self.text))
        let other = try #require(WebhookSecret(bytes: [UInt8](repeating: 7, count: 32)))
        let body = Array("{}".utf8)
        let header = [other, secret].map {
            StandardWebhooks.signature(of: body, id: "a", timestamp: 5, key: $0.bytes)
        }.joined(separator: " ")
        func isSigned(
            _ header: String,
            body: [UInt8] = body,
            id: String = "a",
            timestamp: Int64 = 5,
            by secret: WebhookSecret = secret
        ) -> Bool {
            StandardWebhooks.isSigned(header, body: body, id: id, timestamp: timestamp, by: secret)
        }
        #expect(isSigned(header) && isSigned(header, by: other))
        #expect(!isSigned(header, body: Array("{ }".utf8)))
        #expect(!isSigned(header, id: "b") && !isSigned(header, timestamp: 6))
        #expect(!isSigned(String(header.dropLast(2))) && !isSigned(""))
        let third = try #require(WebhookSecret(bytes: [UInt8](repeating: 8, count: 32)))
        #expect(!isSigned(header, by: third))
    }
}
