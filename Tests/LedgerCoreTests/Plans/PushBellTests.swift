import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("The bell of webhooks")
struct PushBellTests {
    private let streams = (1...3).map { StreamIncarnation(high: 9, low: $0) }

    /// The row of a webhook of a stream, in a state.
    private func row(of stream: Int, _ state: WebhookHealth.State) throws -> WebhookRow {
        let health = WebhookHealth(state, since: PlanRows.now)
        var item = WebhookRow(of: .test(), at: PlanRows.now).changing(to: health).row.item
        let key = TableKey.push(
            stream: streams[stream],
            subscription: SubscriptionIncarnation(high: 1, low: UInt64(stream))
        )
        let attributes = item.attributes
        item = Item(key)
        for attribute in attributes { item[attribute.name] = attribute.value }
        return try WebhookRow(item)
    }

    private func instant(_ milliseconds: Int64, jump: Int64 = 0) -> Instant {
        Instant(
            now: PlanRows.now.advanced(by: .milliseconds(milliseconds + jump)),
            uptime: .milliseconds(milliseconds)
        )
    }

    private var active: WebhookHealth.State { .active(WebhookHealth.FailureStreak()) }

    /// A bell that has just read that the first two streams have webhooks.
    private func bell(at now: Instant) throws -> PushBell {
        var bell = PushBell()
        _ = bell.look(at: now)
        bell.receive([try row(of: 0, active), try row(of: 1, active)])
        return bell
    }

    @Test("Nobody is rung for before webhooks are known, nor for streams without one")
    func unknown() throws {
        var bell = PushBell()
        #expect(bell.ring(for: Set(streams), at: instant(0)).isEmpty)
        bell = try self.bell(at: instant(0))
        #expect(bell.ring(for: [streams[2]], at: instant(0)).isEmpty)
        #expect(bell.ring(for: Set(streams), at: instant(0)) == Set(streams.prefix(2)))
    }

    @Test("Webhooks are read at most once a minute, by either clock, also when that failed")
    func looks() {
        var bell = PushBell()
        let query = bell.look(at: instant(0))
        #expect(query?.group == .pushes && query?.limit == Limits.pushRows)
        // No answer came, and none is asked for again.
        #expect(bell.look(at: instant(59_999)) == nil)
        #expect(bell.look(at: instant(60_000)) != nil)
        // The process was frozen, and its own clock did not move.
        #expect(bell.look(at: instant(60_001, jump: 3_600_000)) != nil)
        // The wall clock was set back.
        #expect(bell.look(at: instant(60_002)) != nil)
    }

    @Test("A failed read leaves what was known")
    func failedLook() throws {
        var bell = try bell(at: instant(0))
        #expect(bell.look(at: instant(60_000)) != nil)
        #expect(bell.ring(for: [streams[0]], at: instant(60_000)) == [streams[0]])
    }

    @Test("Each stream is rung for once a second, whatever the others do")
    func pauses() throws {
        var bell = try bell(at: instant(0))
        #expect(bell.ring(for: [streams[0]], at: instant(0)) == [streams[0]])
        #expect(bell.ring(for: Set(streams), at: instant(999)) == [streams[1]])
        #expect(bell.ring(for: Set(streams), at: instant(1_000)) == [streams[0]])
        #expect(bell.ring(for: Set(streams), at: instant(1_998)).isEmpty)
        #expect(bell.ring(for: Set(streams), at: instant(1_999)) == [streams[1]])
        // Frozen meanwhile: by the wall clock it is long ago.
        #expect(bell.ring(for: [streams[1]], at: instant(2_000, jump: 60_000)) == [streams[1]])
    }

    @Test("Only an endpoint that gets every event is rung for")
    func states() throws {
        let probing = WebhookHealth.Probing(after: nil, at: PlanRows.now)
        for state in [.pending, .failing(probing), .disabled, active] {
            var bell = PushBell()
            bell.receive([try row(of: 0, state)])
            let isRung = bell.ring(for: [streams[0]], at: instant(0)) == [streams[0]]
            #expect(isRung == (state == active), "\(state)")
        }
        // One of several webhooks is enough.
        var bell = PushBell()
        bell.receive([try row(of: 0, .disabled), try row(of: 0, active)])
        #expect(bell.ring(for: [streams[0]], at: instant(0)) == [streams[0]])
    }

    @Test("A webhook that is gone is not rung for")
    func gone() throws {
        var bell = try bell(at: instant(0))
        bell.receive([try row(of: 1, active)])
        #expect(bell.ring(for: Set(streams), at: instant(60_000)) == [streams[1]])
    }
}
