import APISuite
import LedgerCore
import LedgerTesting
import Testing

@testable import LedgerService

@Suite("Waiting for a partition")
struct QueueTests {
    /// How long each of the publishes took.
    private func durations(_ count: Int, _ api: API, _ header: Bool) async -> [Duration] {
        await withTaskGroup(of: Duration.self) { group in
            for number in 0..<count {
                group.addTask {
                    let start = api.clock.uptime()
                    let answer = await api.call(
                        "POST",
                        at: "/streams/s/events",
                        sending: JSONBody.event(),
                        headers: header ? [(name: "idempotency-key", value: "\(number)")] : []
                    )
                    let text = answer.json["message"] as? String ?? ""
                    #expect(
                        answer.status == 200 || text.contains("never sent") || text.contains("busy")
                    )
                    return api.clock.uptime() - start
                }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted()
        }
    }

    @Test(
        "On a table that refuses every write nobody waits for longer than the deadline",
        arguments: [false, true]
    )
    func throttled(_ isIdempotent: Bool) async {
        let clock = ManualClock()
        let table = FaultyTable(MemoryTable()) { call, moment in
            guard !call.kind.isRead, moment == .before else { return }
            clock.advance(by: .milliseconds(50))
        }
        let api = API(table: table, clock: clock)
        await api.create("s", with: ",\"partition_count\":1")
        table.follow(FaultPlan { call in call.kind.isRead ? nil : .throttle })
        let took = await durations(320, api, isIdempotent)
        let longest = took.last ?? .zero
        print(
            "320 publishers on a table that refuses: median \(took[160].wholeMilliseconds) ms, "
                + "most \(longest.wholeMilliseconds) ms"
        )
        #expect(longest <= api.ledger.access.configuration.appendDeadline + Limits.attemptTimeout)
    }
}
