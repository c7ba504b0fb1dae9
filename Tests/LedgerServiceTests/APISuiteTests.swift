import APISuite
import LedgerService
import Testing

/// The API suite in process, on each engine, without keys and with them.
@Suite("API in process")
struct APISuiteTests {
    /// A way to run the ledger.
    struct Way: Sendable, CustomStringConvertible {
        static let all = Engine.allCases.flatMap { engine in
            [Way(engine: engine, hasKeys: false), Way(engine: engine, hasKeys: true)]
        }

        let engine: Engine
        let hasKeys: Bool

        var description: String { engine.rawValue + (hasKeys ? " with keys" : "") }

        /// With keys, the checks use one that is in the table.
        func start() async throws -> API {
            guard hasKeys else { return try API(engine) }
            let api = try API(engine, keys: TestKeys.policy())
            return api.with(try await api.makeKey("admin,publish,consume:*").key)
        }
    }

    @Test("The API holds", arguments: Way.all, APISuite.checks(offered: .quiet))
    func holds(_ way: Way, _ check: APICheck) async throws {
        try await check.run(over: way.start())
    }

    @Test("API keys hold", arguments: Engine.allCases, keyChecks)
    func keys(_ engine: Engine, _ check: APICheck) async throws {
        try await check.run(over: API(engine, keys: TestKeys.policy()))
    }
}

/// With the operator's key, which makes others.
private let keyChecks = APISuite.checks.filter { $0.needs.contains(.keys) }
