import LedgerCore
import LedgerTesting
import LedgerVerification
import Testing

/// A ledger that is put back to an older state.
@Suite("Renewing what an older state must not go on with")
struct CursorRenewalTests {
    @Test("Every webhook is verified anew, whatever its state was")
    func webhooks() async throws {
        let table = MemoryTable()
        let clock = ManualClock()
        let stream = StreamIncarnation(high: 1, low: 1)
        for state in 0...3 as ClosedRange<Int64> {
            let subscription = SubscriptionIncarnation(high: 2, low: UInt64(state))
            var item = Item(.push(stream: stream, subscription: subscription))
            item[.state] = .number(state)
            item[.version] = .number(5)
            item[.timestamp] = .number(clock.now().milliseconds)
            if state == 1 { item[.count] = .number(0) }
            if state == 2 {
                item[.count] = .number(7)
                item[.nextStart] = .number(clock.now().milliseconds)
                item[.nextLength] = .number(1_000)
            }
            _ = try await table.write(.put(item))
        }
        var random = SeededGenerator(seed: 1)
        let now = Instant(now: clock.now(), uptime: clock.uptime())
        _ = try await CursorRenewal.run(on: table, random: &random) { now }
        let rows = try await table.query(Query(.pushes, limit: 10)).items
        #expect(rows.map { $0.number(.state) } == [0, 0, 0, 0])
        #expect(rows.map { $0.number(.version) } == [6, 6, 6, 6])
    }
}
