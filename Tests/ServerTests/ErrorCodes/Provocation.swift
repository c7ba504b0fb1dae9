import APISuite
import LedgerServer
import LedgerService

/// A way to make a ledger answer with an error code.
struct Provocation: Sendable, CustomStringConvertible {
    let code: String
    var limits = HTTPLimits()
    var timeouts = HTTPTimeouts()
    var deletesLogByItself = false
    let provoke: @Sendable (StageClient) async throws -> Exchange

    var description: String { code }

    /// For every code one way at least.
    static let all = requests + states + failures + wire

    /// Codes of the document that no route answers yet: API keys and quotas come later.
    static let reserved: Set<String> = ["keys_disabled", "too_many_requests"]

    /// A request that is wrong whatever the ledger holds.
    static func request(
        _ code: String,
        _ method: String,
        _ target: String,
        _ body: String = "",
        headers: [(name: String, value: String)] = []
    ) -> Provocation {
        Provocation(code: code) {
            try await $0.call(method, target, body, headers: headers)
        }
    }

    /// What the server answered to it, on a stage of its own.
    func run() async throws -> Exchange {
        let stage = Stage(deletesLogByItself: deletesLogByItself)
        var exchange: Exchange?
        try await withServer(LedgerAPI(stage.ledger), limits: limits, timeouts: timeouts) {
            let client = StageClient(stage: stage, port: $0.port)
            _ = try await client.call(
                "POST",
                "/streams",
                "{\"stream_id\":\"s\",\"partition_count\":1,\"retention_hours\":1}"
            )
            _ = try await client.call(
                "POST",
                "/streams/s/subscriptions",
                "{\"subscription_id\":\"u\",\"start_from\":\"earliest\"}"
            )
            exchange = try await provoke(client)
        }
        guard let exchange else { throw RawClient.Failure(description: "nothing was said") }
        return exchange
    }
}
