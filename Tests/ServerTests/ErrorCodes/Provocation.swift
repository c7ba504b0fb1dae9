import APISuite
import LedgerCore
import LedgerServer
import LedgerService
import LedgerTesting

/// A way to make a ledger answer with an error code.
struct Provocation: Sendable, CustomStringConvertible {
    let code: String
    var limits = HTTPLimits()
    var connections = ConnectionLimits()
    var timeouts = ConnectionTimeouts()
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
            try await $0.call(method, at: target, sending: body, headers: headers)
        }
    }

    /// Runs it on a fixture of its own, and returns the request with the server's answer.
    func run() async throws -> Exchange {
        let fixture = LedgerFixture(deletesLogByItself: deletesLogByItself, keys: keys)
        var exchange: Exchange?
        try await withServer(
            fixture.process.api,
            keys: keys,
            limits: limits,
            connections: connections,
            timeouts: timeouts
        ) {
            let key = keys.isOn ? Self.rootKey.text : nil
            let client = FixtureClient(fixture: fixture, port: $0.port, key: key)
            _ = try await client.call(
                "POST",
                at: "/streams",
                sending: JSONBody.stream("s", partitions: 1, members: ",\"retention_hours\":1")
            )
            _ = try await client.call(
                "POST",
                at: "/streams/s/subscriptions",
                sending: JSONBody.subscription("u")
            )
            exchange = try await provoke(client)
        }
        guard let exchange else { throw TestFailure("nothing was said") }
        return exchange
    }
}
