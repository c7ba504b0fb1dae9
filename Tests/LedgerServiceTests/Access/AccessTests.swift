import APISuite
import LedgerCore
import LedgerTesting
import Testing

@testable import LedgerService

/// Every call with keys of every action on every kind of pattern.
@Suite("Access")
struct AccessTests {
    /// The action that a documented call needs on its stream `orders`.
    private enum Need {
        case nothing
        case aKey
        case any
        case action(APIKeyAction)
        /// `admin` on `*`.
        case operation
    }

    /// By operation, written down a second time: who may call what is no business of one line.
    private static let needs: [String: Need] = [
        "health": .nothing,
        "openapi": .nothing,
        "listStreams": .aKey,
        "createStream": .action(.admin),
        "describeStream": .any,
        "updateStream": .action(.admin),
        "deleteStream": .action(.admin),
        "publishEvents": .action(.publish),
        "readEvents": .action(.consume),
        "listCompacted": .action(.consume),
        "getCompacted": .action(.consume),
        "compactStream": .action(.admin),
        "acceptTail": .action(.admin),
        "listSubscriptions": .action(.consume),
        "createSubscription": .action(.consume),
        "describeSubscription": .action(.consume),
        "updateSubscription": .action(.consume),
        "deleteSubscription": .action(.consume),
        "poll": .action(.consume),
        "commit": .action(.consume),
        "seek": .action(.consume),
        "listMembers": .action(.consume),
        "heartbeat": .action(.consume),
        "leave": .action(.consume),
        "receive": .action(.consume),
        "acknowledge": .action(.consume),
        "listParked": .action(.consume),
        "getParked": .action(.consume),
        "park": .action(.consume),
        "replayParked": .action(.consume),
        "discardParked": .action(.consume),
        "verifyWebhook": .action(.admin),
        "rotateWebhookSecret": .action(.admin),
        "resumeWebhook": .action(.admin),
        "readHead": .action(.consume),
        "acceptClock": .operation,
        "listKeys": .operation,
        "createKey": .operation,
        "revokeKey": .operation,
    ]

    /// Patterns, and whether they cover `orders`.
    private static let patterns = [
        ("*", true), ("orders", true), ("ord*", true), ("orders*", true), ("orders-*", false),
        ("order", false), ("x*", false),
    ]

    @Test("The table has every documented call")
    func complete() {
        let documented = APIDescription.shared.operations
        #expect(Set(Self.needs.keys).union(["metrics"]) == documented)
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
        #expect(APIDescription.shared.actions(of: "metrics") == ["admin"])
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
        let (method, path) = APIDescription.shared.call(
            operation,
            with: [
                "stream": "orders", "subscription": "u", "member": "m", "partition": "0",
                "offset": "0", "key": "k",
                "key_id": "0000000000000000",
            ]
        )
        let body = operation == "createStream" ? "{\"stream_id\":\"orders\"}" : ""
        return await api.call(method, at: path, sending: body)
    }
}
