import APISuite
import LedgerCore
import LedgerTesting
import Testing

@testable import LedgerService

/// A row's way from call to call of one process.
@Suite("Lanes of deliveries")
struct DeliveryLanesTests {
    private let lanes = DeliveryLanes()
    private let subscription: SubscriptionRow
    private let partition = Partition.all(1)[0]

    init() async throws {
        let table = MemoryTable()
        let api = API(table: table)
        await api.create("s", with: ",\"partition_count\":1")
        await api.deliver("s")
        let streams = try await table.query(Query(.streams, limit: 1)).items
        let stream = try StreamRow(try #require(streams.first))
        let rows = try await table.query(Query(.subscriptions(stream.incarnation), limit: 1)).items
        subscription = try SubscriptionRow(try #require(rows.first))
    }

    private var lane: DeliveryLanes.Lane {
        DeliveryLanes.Lane(subscription: subscription.incarnation, partition: partition)
    }

    private var start: DeliveryRow { DeliveryRow(of: subscription, in: partition, after: nil) }

    /// A write of a row by a call of its own, which ends when the gate opens.
    private func write(_ row: DeliveryRow, isStored: Bool = true, until gate: Gate) async {
        var hold = await LaneHold(lane, of: lanes)
        _ = await hold.pass(row) {
            await gate.wait()
        } isStored: {
            isStored
        }
        hold.pass(nil)
    }

    /// Waits until the lane has a row of a version.
    private func passed(_ version: Int64) async throws {
        try await Patience().wait(for: "version \(version)") {
            var hold = await LaneHold(lane, of: lanes)
            let row = hold.row
            hold.passUnchanged()
            return row?.version == version
        }
    }

    @Test("Only what is not known to be stored is unsure, however long writes follow each other")
    func unsure() async throws {
        let rows = [start.next(by: 1), start.next(by: 1).next(by: 2)]
        let gates = [Gate(), Gate()]
        async let first: Void = write(rows[0], until: gates[0])
        try await passed(1)
        async let second: Void = write(rows[1], until: gates[1])
        try await passed(2)
        var hold = await LaneHold(lane, of: lanes)
        #expect(hold.row == rows[1] && hold.firstUnsure == 1)
        hold.passUnchanged()
        gates[0].open()
        await first
        hold = await LaneHold(lane, of: lanes)
        #expect(hold.row == rows[1] && hold.firstUnsure == 2)
        hold.passUnchanged()
        gates[1].open()
        await second
        hold = await LaneHold(lane, of: lanes)
        #expect(hold.row == rows[1] && hold.firstUnsure == nil)
        hold.pass(rows[1])
    }

    @Test("A row that was not stored is not passed on, and who rests on it is told")
    func lost() async throws {
        let (row, gate) = (start.next(by: 1), Gate())
        async let writing: Void = write(row, isStored: false, until: gate)
        try await passed(1)
        var resting = await LaneHold(lane, of: lanes)
        #expect(resting.row == row)
        gate.open()
        #expect(await resting.isSettledAtEnd() == false)
        await writing
        var next = await LaneHold(lane, of: lanes)
        #expect(next.row == nil && next.firstUnsure == nil)
        #expect(await next.isSettledAtEnd())
        next.pass(nil)
    }

    @Test("Many lanes are remembered no more than some")
    func bound() async throws {
        let incarnations = (0..<UInt64(Limits.deliveryLanes * 3)).map {
            SubscriptionIncarnation(high: 1, low: $0)
        }
        var kept = 0
        for round in 0..<2 {
            for incarnation in incarnations {
                let lane = DeliveryLanes.Lane(subscription: incarnation, partition: partition)
                var hold = await LaneHold(lane, of: lanes)
                if round == 1, hold.row != nil { kept += 1 }
                hold.pass(start.next(by: 1))
            }
        }
        #expect(kept <= Limits.deliveryLanes)
    }
}
