import APISuite
import LedgerCore
import LedgerTesting
import Synchronization
import Testing

/// The creation of a stream on a table that refuses a transaction while another one is under way.
@Suite("Creating a stream")
struct CreationTests {
    /// Creates the stream `s`, with tries that are refused for the moment; `before` each is called.
    private func create(
        refusing refused: Int,
        on memory: MemoryTable = MemoryTable(),
        before: @escaping @Sendable (_ number: Int) async -> Void = { _ in }
    ) async -> (status: Int, error: String?, tries: Int) {
        let tries = Mutex(0)
        let plan = FaultPlan { call in
            guard call.kind == .transact else { return nil }
            let number = tries.withLock { count in
                count += 1
                return count
            }
            return number <= refused ? .throttle : nil
        }
        let table = FaultyTable(memory, plan: plan) { call, moment in
            guard call.kind == .transact, moment == .before else { return }
            await before(tries.withLock { $0 })
        }
        let answer = await API(table: table).call(
            "POST",
            at: "/streams",
            sending: "{\"stream_id\":\"s\"}"
        )
        return (answer.status, answer.error, tries.withLock { $0 })
    }

    @Test("Of two creations at once the one that comes second is told that the name is taken")
    func conflict() async {
        let memory = MemoryTable()
        let other = API(table: memory, seed: 2)
        let answer = await create(refusing: 1, on: memory) { number in
            if number == 1 { await other.create("s") }
        }
        #expect(answer == (409, "stream_already_exists", 2))
    }

    @Test("A creation that was in the way and failed leaves the name free")
    func refusedForTheMoment() async {
        #expect(await create(refusing: 3) == (201, nil, 4))
    }

    @Test("A table that refuses every try is busy, and is not asked for ever")
    func busy() async {
        #expect(await create(refusing: .max) == (503, "unavailable", Limits.casTries))
    }
}
