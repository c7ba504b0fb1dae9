import LedgerTesting
import Loopback
import Synchronization
import Testing

/// An attack on a server process, with an honest client beside it.
enum Attack {
    /// The memory, bytes, that the server may take beyond its idle one: three times
    /// `ConnectionLimits.heldBytes`, and 32 KB for each connection; docs/threat-model.md says why.
    static func memoryBound(connections: Int) -> Int {
        3 * (256 << 20) + connections * (32 << 10)
    }

    /// Runs `attack` on a thread of its own while an honest client goes on; prints and checks the
    /// memory that it took.
    static func run(
        _ name: String,
        connections: Int,
        attack: @escaping @Sendable (Crowd, LedgerUnderTest) throws -> String
    ) async throws {
        let folder = try TemporaryFolder()
        let server = try await LedgerUnderTest(data: folder)
        defer { server.kill() }
        let honest = HonestClient(port: server.port)
        try await honest.prepare()
        let before = try server.peakMemory()
        let isOver = Atomic<Bool>(false)
        async let served = honest.goOn(atLeast: 20) { isOver.load(ordering: .relaxed) }
        let crowd = Crowd(port: server.port)
        let outcome: String
        do {
            outcome = try await onThread { try attack(crowd, server) }
        } catch {
            isOver.store(true, ordering: .relaxed)
            throw error
        }
        isOver.store(true, ordering: .relaxed)
        let result = await served
        withExtendedLifetime(crowd) {}
        let grown = try server.peakMemory() - before
        print(
            """
            abuse: \(name): \(crowd.sockets.count) connections, \(outcome); \
            memory +\(grown >> 20) MB; innocent client: \(result.latencies.count) rounds, \
            median \(result.median), worst \(result.worst)
            """
        )
        #expect(crowd.sockets.count >= connections)
        #expect(result.failures.isEmpty, "\(result.failures.prefix(3))")
        #expect(grown < memoryBound(connections: connections))
    }
}
