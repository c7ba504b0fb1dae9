import LedgerBytes
import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("A webhook's settings")
struct WebhookSettingsTests {
    private static let counted = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
    private static let golden =
        "011868747470733a2f2f6578616d706c652e636f6d2f686f6f6b101478\(counted)00"
    private static let goldenWithFormer =
        "011b68747470733a2f2f5b323630363a343730303a3a315d2f3f613d624005b844\(counted)01"
        + String(repeating: "ff", count: 32) + "80d0eab6b733"

    private func secret(_ byte: UInt8) throws -> WebhookSecret {
        try #require(WebhookSecret(bytes: [UInt8](repeating: byte, count: 32)))
    }

    private func settings() throws -> (plain: WebhookSettings, rotated: WebhookSettings) {
        let current = try #require(WebhookSecret(bytes: Array(0..<32)))
        let plain = WebhookSettings(
            url: try WebhookURL("https://example.com/hook"),
            secrets: WebhookSecrets(current: current)
        )
        let former = WebhookSecrets.Former(
            secret: try secret(255),
            end: Timestamp(milliseconds: 1_767_225_600_000)
        )
        let rotated = WebhookSettings(
            url: try WebhookURL("https://[2606:4700::1]/?a=b"),
            concurrency: 64,
            timeout: .seconds(5),
            disableAfterHours: 8760,
            secrets: WebhookSecrets(current: current, former: former)
        )
        return (plain, rotated)
    }

    @Test("The stored form is the one it always was")
    func goldenVectors() throws {
        let (plain, rotated) = try settings()
        #expect(Hexadecimal.encode(plain.encoded) == Self.golden)
        #expect(Hexadecimal.encode(rotated.encoded) == Self.goldenWithFormer)
        #expect(WebhookSettings.decode(plain.encoded) == plain)
        #expect(WebhookSettings.decode(rotated.encoded) == rotated)
    }

    @Test("Nothing but what is written is read")
    func damaged() throws {
        let (plain, rotated) = try settings()
        for bytes in [plain.encoded, rotated.encoded] {
            #expect(WebhookSettings.decode(bytes + [0]) == nil)
            for count in 0..<bytes.count {
                #expect(WebhookSettings.decode(Array(bytes.prefix(count))) == nil, "\(count)")
            }
        }
        // The version, the scheme, the numbers, and whether there is a former secret.
        let numbers = 2 + 24
        let changes: [(at: Int, to: [UInt8])] = [
            (0, [0, 2]), (2, [0, 255]), (numbers, [0, 65]), (numbers + 1, [4, 31]),
            (numbers + 2, [0]), (plain.encoded.count - 1, [1, 2]),
        ]
        for (index, values) in changes {
            for value in values {
                var bytes = plain.encoded
                bytes[index] = value
                #expect(WebhookSettings.decode(bytes) == nil, "\(index): \(value)")
            }
        }
    }

    @Test("Any settings are read back, and no damage makes others of them that are written alike")
    func random() throws {
        var random = SeededGenerator(seed: RandomSeed.base)
        for _ in 0..<500 {
            let settings = try random.settings()
            #expect(
                WebhookSettings.decode(settings.encoded) == settings,
                "\(RandomSeed.replay("WebhookSettingsTests"))"
            )
            var bytes = settings.encoded
            let index = Int.random(in: bytes.indices, using: &random)
            bytes[index] ^= 1 << UInt8.random(in: 0...7, using: &random)
            if let read = WebhookSettings.decode(bytes) { #expect(read.encoded == bytes) }
        }
    }

    @Test("A subscription's row keeps its webhook, and none is changed that has another")
    func row() throws {
        let (plain, rotated) = try settings()
        let rows = [nil, plain, rotated].map { SubscriptionRow.test(webhook: $0) }
        for (index, row) in rows.enumerated() {
            #expect(try SubscriptionRow(row.item) == row)
            for (other, stored) in rows.enumerated() {
                #expect(row.unchanged.holds(for: stored.item) == (index == other))
            }
        }
        var damaged = rows[1].item
        damaged[.webhook] = .bytes([1])
        #expect(throws: TableError.self) { try SubscriptionRow(damaged) }
        damaged[.webhook] = .string("")
        #expect(throws: TableError.self) { try SubscriptionRow(damaged) }
    }

    @Test("A subscription goes together with the health of its webhook")
    func removal() throws {
        let row = SubscriptionRow.test(webhook: try settings().plain)
        let health = WebhookRow(of: row, at: PlanRows.now)
        #expect(row.removal.map(\.key) == [row.item.key, health.item.key])
        #expect(row.removal.first?.condition == row.unchanged)
        #expect(SubscriptionRow.test().removal.map(\.key) == [row.item.key])
    }
}

extension SeededGenerator {
    /// Settings of any kind.
    fileprivate mutating func settings() throws -> WebhookSettings {
        let path = String(repeating: "x", count: .random(in: 0...300, using: &self))
        let former =
            Bool.random(using: &self)
            ? WebhookSecrets.Former(
                secret: .random(using: &self),
                end: Timestamp(milliseconds: .random(in: 0 ... .max, using: &self))
            ) : nil
        return WebhookSettings(
            url: try WebhookURL("https://example.com/\(path)"),
            concurrency: .random(in: Limits.webhookConcurrency, using: &self),
            timeout: .seconds(Int.random(in: 5...30, using: &self)),
            disableAfterHours: .random(in: Limits.webhookDisableHours, using: &self),
            secrets: WebhookSecrets(current: .random(using: &self), former: former)
        )
    }
}
