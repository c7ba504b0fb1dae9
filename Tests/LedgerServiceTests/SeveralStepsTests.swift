import APISuite
import LedgerCore
import LedgerTesting
import Testing

/// A use case of several steps whose table fails at any one of them.
@Suite("Answers about several steps")
struct SeveralStepsTests {
    /// A use case on the stream `s`, which has events, and its subscription `u`.
    struct UseCase: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let call: @Sendable (API, _ cursor: String) async -> Answer
    }

    private static let useCases = [
        UseCase(testDescription: "create a stream") { api, _ in
            await api.call("POST", at: "/streams", sending: JSONBody.stream("new", partitions: 4))
        },
        UseCase(testDescription: "change a stream") { api, _ in
            await api.call("PATCH", at: "/streams/s", sending: "{\"retention_hours\":7}")
        },
        UseCase(testDescription: "delete a stream") { api, _ in
            await api.call("DELETE", at: "/streams/s")
        },
        UseCase(testDescription: "compact") { api, _ in
            await api.call("POST", at: "/streams/s/compact")
        },
        UseCase(testDescription: "accept a tail") { api, _ in
            await api.acceptTail(of: "s")
        },
        UseCase(testDescription: "create a subscription") { api, _ in
            let body = JSONBody.subscription("new")
            return await api.call("POST", at: "/streams/s/subscriptions", sending: body)
        },
        UseCase(testDescription: "delete a subscription") { api, _ in
            await api.call("DELETE", at: "/streams/s/subscriptions/u")
        },
        UseCase(testDescription: "commit") { api, cursor in
            await api.commit("s", as: "u", cursor: cursor)
        },
        UseCase(testDescription: "seek") { api, _ in
            await api.call(
                "POST",
                at: "/streams/s/subscriptions/u/seek",
                sending: "{\"to\":\"latest\"}"
            )
        },
        UseCase(testDescription: "create a key") { api, _ in
            let body = "{\"name\":\"n\",\"scopes\":[{\"actions\":[\"consume\"],\"streams\":\"s\"}]}"
            return await api.call("POST", at: "/keys", sending: body)
        },
    ]

    private static let faults: [Fault] = [
        .failBefore(.unavailable), .failBefore(.full), .failBefore(.corrupt), .throttle,
        .loseRequest, .loseAnswer,
    ]

    /// A ledger whose table fails at its how-manieth call from now, with a cursor to commit.
    private static func prepared(
        _ fault: Fault,
        at step: Int
    ) async throws -> (api: API, table: FaultyTable, memory: MemoryTable, cursor: String) {
        let memory = MemoryTable()
        let table = FaultyTable(memory)
        let api = API(table: table, keys: TestKeys.policy())
        await api.create("s", with: ",\"partition_count\":4")
        for key in 0..<8 { await api.publish(to: "s", key: "k\(key)") }
        await api.subscribe(to: "s", as: "u")
        let page = await api.poll("s", as: "u")
        let cursor = try #require(page.json["cursor"] as? String)
        table.follow(.scripted([table.calls + step: fault]))
        return (api, table, memory, cursor)
    }

    @Test(
        "Nothing was changed is said only when nothing was, whatever step fails",
        arguments: useCases,
        faults
    )
    func everyStep(_ useCase: UseCase, _ fault: Fault) async throws {
        for step in 0..<200 {
            let (api, table, memory, cursor) = try await Self.prepared(fault, at: step)
            let before = memory.items
            let calls = table.calls
            let answer = await useCase.call(api, cursor)
            guard table.calls > calls + step else { return }
            let text = answer.json["message"] as? String ?? ""
            let saysNothing = text.contains("nothing was changed")
            if saysNothing {
                #expect(memory.items == before, "step \(step): \(answer)")
            }
            if answer.status >= 500 {
                #expect(saysNothing || text.contains("may have been made"), "step \(step): \(text)")
            }
        }
        Issue.record("it never ends")
    }
}
