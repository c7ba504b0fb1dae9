import APISuite
import LedgerCore
import LedgerService
import LedgerTesting
import Testing

/// The operator's key of tests, and what follows from it.
enum TestKeys {
    static let root = {
        var random = SeededGenerator(seed: 7)
        return APIKey.random(using: &random)
    }()

    /// Keys are needed, of which each may make any number of requests unless said otherwise.
    static func policy(requestsPerSecond: Int = 0) -> KeyPolicy {
        .on(KeySettings(rootHash: root.hash, requestsPerSecond: requestsPerSecond))
    }
}

extension API {
    /// Makes a key with scopes such as `publish:orders-*`, which must succeed.
    func makeKey(
        _ scopes: String...,
        expires: String? = nil
    ) async throws -> (id: String, key: String) {
        let list = try scopes.map { text in
            let scope = try #require(Scope(text))
            let actions = scope.orderedActions.map { "\"\($0.rawValue)\"" }.joined(separator: ",")
            return "{\"actions\":[\(actions)],\"streams\":\"\(scope.streams)\"}"
        }
        let end = expires.map { ",\"expires_at\":\"\($0)\"" } ?? ""
        let body = "{\"name\":\"test\",\"scopes\":[\(list.joined(separator: ","))]\(end)}"
        let answer = await call("POST", at: "/keys", sending: body)
        #expect(answer.status == 201, "\(answer)")
        return (
            try #require(answer.json["key_id"] as? String),
            try #require(answer.json["key"] as? String)
        )
    }
}
