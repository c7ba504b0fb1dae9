import Testing

/// Consumers and their server are killed with SIGKILL under load; nothing is lost by it in any mode.
@Suite("Kill -9 of consumers and servers", .serialized)
struct DeliveryKillTests {
    @Test("In each mode all is done, a key's events in their order, and what is parked is whole")
    func kills() async throws {
        let (rounds, pace) = KillTrial.isLong ? (30, 600) : (6, 200)
        try await KillTrial(servers: try MovedServer(), rounds: rounds, pace: pace).run()
    }
}
