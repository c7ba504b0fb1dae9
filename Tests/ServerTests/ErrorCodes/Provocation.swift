import APISuite
import LedgerCore
import LedgerServer
import LedgerService
import LedgerTesting

/// A way to make a ledger answer with an error code.
struct Provocation: Sendable, CustomStringConvertible {
    let code: String
    var limits = HTTPLimits()
    var timeouts = HTTPTimeouts()
    var deletesLogByItself = false
    var keys = KeyPolicy.off
    let provoke: @Sendable (FixtureClient) async throws -> Exchange

    var description: String { code }

    /// For every code one way at least.
    static let all = requests + states + failures + wire + keyed

    /// A request that is wrong whatever the ledger holds.
    static func request(
        _ code: String,
        method: String,
        target: String,
        body: String = "",
        headers: [(name: String, value: String)] = []
    ) -> Provocation {
        Provocation(code: code) {
            try await $0.call(method, at: target, body: body, headers: headers)
        }
    }

    /// Runs it on a fixture of its own, and returns the request with the server's answer.
    func run() async throws -> Exchange {
        let fixture = LedgerFixture(deletesLogByItself: deletesLogByItself)
        var exchange: Exchange?
        let api = LedgerAPI(fixture.ledger, keys: keys)
        try await withServer(api, keys: keys, limits: limits, timeouts: timeouts) {
            let key = keys.isOn ? Self.rootKey.text : nil
            let client = FixtureClient(fixture: fixture, port: $0.port, key: key)
            _ = try await client.call(
                "POST",
                at: "/streams",
                body: "{\"stream_id\":\"s\",\"partition_count\":1,\"retention_hours\":1}"
            )
            _ = try await client.call(
                "POST",
                at: "/streams/s/subscriptions",
                body: "{\"subscription_id\":\"u\",\"start_from\":\"earliest\"}"
            )
            exchange = try await provoke(client)
        }
        guard let exchange else { throw TestFailure("nothing was said") }
        return exchange
    }
}
