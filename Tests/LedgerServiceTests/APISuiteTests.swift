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

    @Test(
        "The API does as described, on every engine, without keys and with them",
        arguments: Way.all,
        APISuite.checks
    )
    func holds(_ way: Way, _ check: APICheck) async throws {
        try await check.run(over: way.start())
    }

    @Test(
        "The API does as described where nobody else folds",
        arguments: Way.all,
        APISuite.quietChecks
    )
    func holdsWhileQuiet(_ way: Way, _ check: QuietCheck) async throws {
        try await check.run(over: way.start())
    }

    @Test("Keys do as described, on every engine", arguments: Engine.allCases, APISuite.keyChecks)
    func keys(_ engine: Engine, _ check: KeyCheck) async throws {
        try await check.run(over: API(engine, keys: TestKeys.policy()))
    }
}
