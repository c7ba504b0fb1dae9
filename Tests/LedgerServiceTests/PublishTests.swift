import APISuite
import LedgerCore
import LedgerTesting
import Testing

@Suite("Publish")
struct PublishTests {
    @Test("An idempotency key is free again after a day", arguments: Engine.allCases)
    func expiredKey(_ engine: Engine) async throws {
        let api = try API(engine)
        await api.create("s", with: ",\"partition_count\":1")
        let key = [(name: "idempotency-key", value: "order 1")]
        func publish(_ data: Int) async -> Answer {
            let body = JSONBody.event(data: "\(data)")
            return await api.call("POST", at: "/streams/s/events", sending: body, headers: key)
        }
        #expect(await publish(1).offsets == [0])
        api.clock.advance(by: .hours(23))
        #expect(await publish(1).offsets == [0])
        #expect(await publish(2).error == "idempotency_key_reused")
        api.clock.advance(by: .hours(2))
        #expect(await publish(2).offsets == [1])
    }
}
