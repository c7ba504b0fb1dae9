import APISuite
import Testing

/// The API suite in process, on each engine.
@Suite("API in process")
struct APISuiteTests {
    @Test(arguments: Engine.allCases, APISuite.checks)
    func holds(_ engine: Engine, _ check: APICheck) async throws {
        try await check.run(over: API(engine))
    }

    @Test(arguments: Engine.allCases, APISuite.quietChecks)
    func holdsWhileNobodyElseFolds(_ engine: Engine, _ check: QuietCheck) async throws {
        try await check.run(over: API(engine))
    }

    @Test(arguments: Engine.allCases, APISuite.frontChecks)
    func holdsWithoutAGateway(_ engine: Engine, _ check: FrontCheck) async throws {
        try await check.run(over: API(engine))
    }
}
