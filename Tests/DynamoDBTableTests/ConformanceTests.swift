import DynamoDBTable
import LedgerCore
import LedgerService
import LedgerTesting
import Loopback
import Testing

/// One after the other: the local AWS answers one call at a time.
@Suite(.serialized) struct ConformanceTests {
    @Test("The table in DynamoDB does what every table must", arguments: TableConformance.checks)
    func conforms(_ check: TableCheck) async throws {
        let table = try await SharedTable.get()
        try await check.run(on: table, effort: .quick)
    }
}

/// The table that the checks share: their rows have ids of their own.
enum SharedTable {
    private static let made = Task { try await LocalAWS.shared().table() }

    static func get() async throws -> DynamoDBTable { try await made.value }
}

@Suite("Linearizability on DynamoDB")
struct LinearizabilityTests {
    @Test("Histories of concurrent calls have a linear explanation", arguments: RandomSeed.cases(3))
    func histories(_ seed: UInt64) async throws {
        let aws = try await LocalAWS.shared()
        let name = try await aws.createTable()
        let ledgers = try (0..<3 as Range<UInt64>).map { number in
            let plan = FaultPlan.seeded(seed &+ number, probability: 0.05)
            let table = FaultyTable(try aws.table(name), plan: plan)
            return TestLedger(
                table,
                clock: SystemClock(),
                random: .seeded(seed &+ number)
            ).ledger
        }
        let stream = try #require(StreamID("s"))
        var settings = StreamSettings()
        settings.partitionCount = 1
        let creator = TestLedger(try aws.table(name), clock: SystemClock(), random: .system)
        _ = try await creator.ledger.createStream(stream, settings)
        let recorder = LogRecorder(stream)
        await withTaskGroup(of: Void.self) { group in
            for client in 0..<4 {
                group.addTask {
                    var random = SeededGenerator(seed: seed &* 10 &+ UInt64(client))
                    await recorder.run(8, on: ledgers, using: &random)
                }
            }
        }
        #expect(
            Linearization.exists(for: recorder.calls),
            "\(RandomSeed.replay("LinearizabilityTests")): \(recorder.calls)"
        )
    }
}
