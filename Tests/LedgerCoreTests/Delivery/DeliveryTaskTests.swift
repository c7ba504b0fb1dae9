import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("The end of a call at one partition")
struct DeliveryTaskTests {
    private func delivered(
        events: Int = 0,
        isDrained: Bool = false,
        blocks: [Delivered.Block] = []
    ) throws -> Delivered {
        var rows = DeliveryRows(String(repeating: "a", count: events))
        var delivered = try rows.receive(1)
        (delivered.isDrained, delivered.blocks) = (isDrained, blocks)
        return delivered
    }

    @Test("It is idle when nothing came, and nothing can until something changes")
    func idle() throws {
        for (events, isDrained, blocks, isIdle) in [
            (0, true, [], true), (0, false, [], false), (1, true, [], false),
            (0, false, [.maxOpen], true), (0, false, [.maxParked], true), (0, false, [.key], false),
            (0, true, [.key], true), (1, false, [.maxOpen], false),
        ] as [(Int, Bool, [Delivered.Block], Bool)] {
            let found = try delivered(events: events, isDrained: isDrained, blocks: blocks)
            #expect(found.isIdle == isIdle, "\(events) \(isDrained) \(blocks)")
        }
    }

    @Test("Verdicts that were given in further calls count with it")
    func adding() throws {
        var rows = DeliveryRows("abc")
        _ = try rows.receive(1)
        let first = try rows.settle(1, [0: .ack])
        let (second, third) = (
            try rows.settle(1, [1: .ack, 7: .ack]), try rows.settle(1, [0: .ack])
        )
        let all = first.adding(second).adding(third)
        #expect(all.acknowledged == 2 && all.missed == ["7 lease_over", "0 finished"])
        #expect(first.held == 2 && second.held == 1 && all.held == 1)
        #expect(all.row == first.row)
    }

    @Test("A page has each batch once, and the bytes of its events")
    func pages() throws {
        var rows = DeliveryRows("abcabc")
        rows.readEntries = 4
        rows.dataBytes = { Int($0) + 1 }
        let page = try rows.receive(1)
        #expect(page.offsets == [0, 1, 2, 3, 4, 5] && page.page.batches.count == 2)
        // Key, type, the count of headers and data of each.
        #expect(page.page.bytes == 6 * 3 + 21)
        #expect(page.events.allSatisfy { $0.event.partition == partition(0) })
    }

    @Test("Verdicts ask for nothing when they name nothing, and nothing else is asked for")
    func emptyVerdicts() {
        #expect(DeliveryRows.verdicts(1).isEmpty)
        #expect(!DeliveryRows.verdicts(1, [0: .ack]).isEmpty)
        #expect(!DeliveryRows.verdicts(1, acksOthers: true).isEmpty)
        #expect(!DeliveryRows.verdicts(1, lasting: .zero).isEmpty)
    }

    @Test("The wishes of operators are told from the calls of consumers")
    func operators() {
        let removal = DeliveryTask.Removal(of: .zero, because: "")
        let replay = DeliveryTask.Replay(of: [], by: "")
        let tasks = [
            DeliveryTask(removal: removal), DeliveryTask(replay: replay),
            DeliveryTask(discard: .zero),
            DeliveryTask(verdicts: DeliveryRows.verdicts(1)), DeliveryTask(request: .nothing),
        ]
        #expect(tasks.map(\.isOperators) == [true, true, true, false, false])
    }
}
