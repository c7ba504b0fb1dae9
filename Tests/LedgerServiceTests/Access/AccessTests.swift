import APISuite
import LedgerCore
import LedgerTesting
import Testing

@testable import LedgerService

/// Every call with keys of every action on every kind of pattern.
@Suite("Access")
struct AccessTests {
    /// Which action a documented call needs on its stream `orders`.
    private enum Need {
        case nothing
        case aKey
        case any
        case action(APIKeyAction)
        /// `admin` on `*`.
        case operation
    }

    private static let needs: [String: Need] = [
        "GET /health": .nothing,
        "GET /openapi.json": .nothing,
        "GET /streams": .aKey,
        "POST /streams": .action(.admin),
        "GET /streams/{stream}": .any,
        "PATCH /streams/{stream}": .action(.admin),
        "DELETE /streams/{stream}": .action(.admin),
        "POST /streams/{stream}/events": .action(.publish),
        "GET /streams/{stream}/events": .action(.consume),
        "GET /streams/{stream}/compacted": .action(.consume),
        "GET /streams/{stream}/compacted/{key}": .action(.consume),
        "POST /streams/{stream}/compact": .action(.admin),
        "POST /streams/{stream}/accept-tail": .action(.admin),
        "GET /streams/{stream}/subscriptions": .action(.consume),
        "POST /streams/{stream}/subscriptions": .action(.consume),
        "GET /streams/{stream}/subscriptions/{subscription}": .action(.consume),
        "DELETE /streams/{stream}/subscriptions/{subscription}": .action(.consume),
        "GET /streams/{stream}/subscriptions/{subscription}/poll": .action(.consume),
        "POST /streams/{stream}/subscriptions/{subscription}/commit": .action(.consume),
        "POST /streams/{stream}/subscriptions/{subscription}/seek": .action(.consume),
        "GET /streams/{stream}/partitions/{partition}/head": .action(.consume),
        "POST /accept-clock": .operation,
        "GET /keys": .operation,
        "POST /keys": .operation,
        "DELETE /keys/{key_id}": .operation,
    ]

    /// Patterns, and whether they cover `orders`.
    private static let patterns = [
        ("*", true), ("orders", true), ("ord*", true), ("orders*", true), ("orders-*", false),
        ("order", false), ("x*", false),
    ]

    @Test("The table has every documented call")
    func complete() {
        let documented = APIDescription.shared.operationNames
        #expect(Set(Self.needs.keys).union(["GET /metrics"]) == documented)
    }

    @Test("A key may do what its action on its streams allows, and nothing else")
    func every() async throws {
        let api = try API(keys: TestKeys.policy())
        for action in APIKeyAction.allCases {
            for (pattern, covers) in Self.patterns {
                let holder = api.with(try await api.makeKey("\(action.rawValue):\(pattern)").key)
                for (operation, need) in Self.needs {
                    let allowed = Self.isAllowed(need, action, pattern, covers)
                    let answer = await Self.call(operation, holder)
                    #expect(
                        (answer.status == 403) == !allowed,
                        "\(action):\(pattern) \(operation): \(answer)"
                    )
                    #expect(answer.status != 401)
                }
            }
        }
    }

    @Test("Without a key every call but the open ones is refused before anything else")
    func nobody() async throws {
        let api = try API(keys: TestKeys.policy()).with(nil)
        for (operation, need) in Self.needs {
            let answer = await Self.call(operation, api)
            if case .nothing = need {
                #expect(answer.status == 200, "\(operation): \(answer)")
            } else {
                #expect(answer.status == 401, "\(operation): \(answer)")
            }
        }
    }

    @Test("The description's security says the same")
    func description() throws {
        for (operation, need) in Self.needs {
            let actions: Set<String> =
                switch need {
                case .nothing: []
                case .aKey, .any: ["admin", "publish", "consume"]
                case .action(let action): [action.rawValue]
                case .operation: ["admin"]
                }
            #expect(APIDescription.shared.actions(of: operation) == actions, "\(operation)")
        }
        #expect(APIDescription.shared.actions(of: "GET /metrics") == ["admin"])
    }

    private static func isAllowed(
        _ need: Need,
        _ action: APIKeyAction,
        _ pattern: String,
        _ covers: Bool
    ) -> Bool {
        switch need {
        case .nothing, .aKey: true
        case .any: covers
        case .action(let needed): action == needed && covers
        case .operation: action == .admin && pattern == "*"
        }
    }

    /// One call about the stream `orders`, which does not exist or soon will not.
    private static func call(_ operation: String, _ api: API) async -> Answer {
        let words = operation.split(separator: " ").map(String.init)
        let target = words[1].replacing("{stream}", with: "orders")
            .replacing("{subscription}", with: "u").replacing("{key}", with: "k")
            .replacing("{key_id}", with: "0000000000000000").replacing("{partition}", with: "0")
        let body = operation == "POST /streams" ? "{\"stream_id\":\"orders\"}" : ""
        return await api.call(words[0], target, body)
    }
}
