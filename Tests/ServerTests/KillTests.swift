import Foundation
import LedgerTesting
import Testing

/// The server is killed with SIGKILL under load, started again, and must still keep its word.
@Suite("Kill -9", .serialized)
struct KillTests {
    @Test("Twenty kills lose nothing and repeat nothing")
    func kills() async throws {
        let folder = try TemporaryFolder()
        var random = SeededGenerator(seed: RandomSeed.base)
        let load = KillLoad()
        for round in 0..<20 {
            let server = try await LedgerUnderTest(data: folder)
            if round == 0 { try await load.create(server.port) }
            try await load.checkPositions(server.port)
            let deadline = Int.random(in: 10...250, using: &random)
            await load.run(server.port, round: round, until: deadline) { server.kill() }
        }
        let server = try await LedgerUnderTest(data: folder)
        defer { server.kill() }
        try await load.checkPositions(server.port)
        try await load.finishConsuming(server.port)
        let log = try await load.wholeLog(server.port)
        let violations = load.history.violations(log: log)
        #expect(violations.isEmpty, "\(KillLoad.replay): \(violations.prefix(5))")
        #expect(load.history.acknowledgedCount > 500)
        #expect(try await load.compacted(server.port) == KillLoad.fold(log), "\(KillLoad.replay)")
    }
}
