import APISuite
import LedgerCore
import LedgerServer
import LedgerService

/// A way to make a ledger answer with an error code.
struct Provocation: Sendable, CustomStringConvertible {
    let code: String
    var limits = HTTPLimits()
    var timeouts = HTTPTimeouts()
    var deletesLogByItself = false
    var keys = KeyPolicy.off
    let provoke: @Sendable (StageClient) async throws -> Exchange

    var description: String { code }

    /// For every code one way at least.
    static let all = requests + states + failures + wire + keyed

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
        let api = LedgerAPI(stage.ledger, keys: keys)
        try await withServer(api, keys: keys, limits: limits, timeouts: timeouts) {
            let key = keys.isOn ? Self.rootKey.text : nil
            let client = StageClient(stage: stage, port: $0.port, key: key)
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
