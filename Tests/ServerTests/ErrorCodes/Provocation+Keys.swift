import APISuite
import LedgerCore
import LedgerService
import LedgerTesting

extension Provocation {
    /// The operator's key, the same in every run.
    static let rootKey = {
        var random = SeededGenerator(seed: 7)
        return APIKey.random(using: &random)
    }()

    private static func policy(requestsPerSecond: Int = 0) -> KeyPolicy {
        .on(KeySettings(rootHash: rootKey.hash, requestsPerSecond: requestsPerSecond))
    }

    /// The codes of API keys.
    static let keyed: [Provocation] = [
        request("keys_disabled", method: "GET", target: "/keys"),
        Provocation(code: "unauthorized", keys: policy()) {
            try await $0.with(nil).call("GET", at: "/streams")
        },
        Provocation(code: "unauthorized", keys: policy()) {
            try await $0.with("elk_").call("GET", at: "/metrics")
        },
        Provocation(code: "forbidden", keys: policy()) { client in
            let scope = "{\"actions\":[\"publish\"],\"streams\":\"s\"}"
            let body = "{\"name\":\"x\",\"scopes\":[\(scope)]}"
            let made = try await client.call("POST", at: "/keys", sending: body).answer
            return try await client.with(made.json["key"] as? String).call("GET", at: "/metrics")
        },
        Provocation(code: "forbidden") {
            let headers = [(name: "host", value: "ledger.example")]
            return try await $0.call("GET", at: "/streams", headers: headers)
        },
        Provocation(code: "api_key_not_found", keys: policy()) {
            try await $0.call("DELETE", at: "/keys/0000000000000000")
        },
        // Two requests were made on the way, and the clock stands still.
        Provocation(code: "too_many_requests", keys: policy(requestsPerSecond: 2)) {
            try await $0.call("GET", at: "/streams")
        },
    ]
}
