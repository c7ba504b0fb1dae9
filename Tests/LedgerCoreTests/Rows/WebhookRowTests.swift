import LedgerBytes
import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("Rows of webhooks")
struct WebhookRowTests {
    private static let subscription = SubscriptionRow.test()
    private static let keys: [UInt32] = [1, 0x0203_0405, .max]

    /// A row of each kind of state.
    private static var rows: [WebhookRow] {
        let probing = WebhookHealth.Probing(
            failures: 7,
            pauseStart: PlanRows.now,
            pause: .hours(24)
        )
        let streak = WebhookHealth.FailureStreak(count: 10, keys: Set(keys))
        let states: [WebhookHealth.State] = [
            .active(WebhookHealth.FailureStreak()), .active(streak), .failing(probing), .disabled,
        ]
        let first = WebhookRow(of: subscription, at: PlanRows.now)
        let later = PlanRows.now.advanced(by: .seconds(5))
        return [first]
            + states.map { first.changing(to: WebhookHealth($0, since: later)).row }
    }

    @Test("A row is read as it was written, in every state")
    func roundTrip() throws {
        let items = Self.rows.map(\.item)
        for (row, item) in zip(Self.rows, items) { #expect(try WebhookRow(item) == row) }
        #expect(items.map { $0.number(.state) } == [0, 1, 1, 2, 3])
        let first = PlanRows.now.milliseconds
        let versions = [first, first + 1, first + 1, first + 1, first + 1]
        #expect(items.map { $0.number(.version) } == versions)
        #expect(items.map { $0.number(.count) } == [nil, 0, 10, 7, nil])
        #expect(items[2].bytes(.failedKeys) == [0, 0, 0, 1, 2, 3, 4, 5, 255, 255, 255, 255])
        #expect(items[3].number(.nextLength) == 86_400_000)
        #expect(items[3].number(.nextStart) == PlanRows.now.milliseconds)
        #expect(items.allSatisfy { $0.key.group == .pushes && $0[.ttl] == nil })
    }

    @Test("A row is put where there is none, and then over the version that was read")
    func conditions() {
        let first = WebhookRow(of: Self.subscription, at: PlanRows.now)
        #expect(first.creation.condition == .notExists)
        #expect(first.item.key == Self.subscription.webhookKey)
        let (second, write) = first.changing(to: .unverified(at: PlanRows.now))
        #expect(second.version == first.version + 1 && write.operation == .put(second.item))
        #expect(write.condition?.holds(for: first.item) == true)
        #expect(write.condition?.holds(for: second.item) == false)
        #expect(write.condition?.holds(for: nil) == false)
    }

    @Test("A damaged row is no row")
    func damaged() {
        let common: [(Attribute, AttributeValue?)] = [
            (.state, nil), (.state, .number(4)), (.state, .number(-1)), (.version, nil),
            (.version, .number(0)), (.timestamp, nil), (.timestamp, .number(-1)),
        ]
        let active: [(Attribute, AttributeValue?)] = [
            (.count, nil), (.count, .number(-1)), (.count, .number(11)), (.count, .number(2)),
            (.failedKeys, .string("")), (.failedKeys, .bytes([])), (.failedKeys, .bytes([1])),
            (.failedKeys, .bytes([0, 0, 0, 1, 0, 0, 0, 1])),
            (.failedKeys, .bytes([0, 0, 0, 2, 0, 0, 0, 1])),
            (.failedKeys, .bytes([UInt8](0..<16))), (.failedKeys, .bytes([0, 0, 0, 1, 2])),
        ]
        let failing: [(Attribute, AttributeValue?)] = [
            (.count, nil), (.count, .number(-1)), (.nextStart, nil), (.nextStart, .number(-1)),
            (.nextLength, nil), (.nextLength, .number(-1)), (.nextLength, .number(86_400_001)),
        ]
        let damages = [common, common, common + active, common + failing, common]
        for (row, damages) in zip(Self.rows, damages) {
            for (name, value) in damages {
                var item = row.item
                item[name] = value
                #expect(throws: TableError.self, "\(row) \(name)") { try WebhookRow(item) }
            }
        }
        #expect(throws: TableError.self) { try WebhookRow(Item(.sweep)) }
    }

    @Test("A failing endpoint gets a probe once the pause of that version is over")
    func permissions() throws {
        for (row, permission) in zip(
            Self.rows,
            [.nothing, .everything, .everything, .probe, .nothing] as [WebhookRow.Permission]
        ) {
            #expect(row.permission { _ in true } == permission)
            let early = permission == .probe ? .nothing : permission
            #expect(row.permission { _ in false } == early)
            #expect((row.probeTimer == nil) == (permission != .probe))
        }
        let failing = Self.rows[3]
        let timer = try #require(failing.probeTimer)
        #expect(timer.start == PlanRows.now && timer.length == .hours(24))
        let again = failing.changing(to: failing.health).row
        #expect(again.probeTimer?.name != timer.name)
    }

    @Test("A webhook comes and goes with its health, which begins anew at another address")
    func changes() throws {
        let secret = try #require(WebhookSecret(bytes: [UInt8](repeating: 7, count: 32)))
        var first = WebhookSettings(
            url: try WebhookURL("https://example.com/a"),
            secrets: WebhookSecrets(current: secret)
        )
        let later = PlanRows.now.advanced(by: .seconds(5))
        var table = StoredRows()
        _ = table.write(.put(Self.subscription.item))
        var row = Self.subscription
        /// What is stored of the health after a change; nil: nothing.
        func change(to webhook: WebhookSettings?) throws -> WebhookRow? {
            let stored = try table.rows[row.webhookKey].map { try WebhookRow($0) }
            let (changed, writes) = row.sending(to: webhook, replacing: stored, at: later)
            for write in writes { #expect(table.write(write) == .applied) }
            row = changed
            #expect(table.rows[row.item.key] == row.item && row.webhook == webhook)
            return try table.rows[row.webhookKey].map { try WebhookRow($0) }
        }
        let made = try #require(try change(to: first))
        #expect(made.health == .unverified(at: later) && made.version == later.milliseconds)
        var health = made.health
        health.receive(.verified, at: later)
        #expect(table.write(made.changing(to: health).write) == .applied)
        first.concurrency = 1
        let kept = try #require(try change(to: first))
        #expect(kept.health == health && kept.version == made.version + 1)
        first.url = try WebhookURL("https://example.com/b")
        let moved = try #require(try change(to: first))
        #expect(moved.health == .unverified(at: later) && moved.version == made.version + 2)
        #expect(try change(to: nil) == nil)
        // Whoever knows the rows as they were changes neither of them.
        let stale = Self.subscription.sending(to: first, replacing: made, at: later)
        _ = table.write(.put(kept.item))
        #expect(stale.writes.map { $0.condition?.holds(for: table.rows[$0.key]) } == [true, false])
    }

    @Test("A row in its largest state takes no more than a write unit")
    func size() {
        #expect(Self.rows.map(\.item.storedBytes).max() ?? 0 <= 1024)
    }
}
