import LedgerTesting
import Testing

@testable import LedgerCore

@Suite("A call for events of all partitions")
struct ReceiveCallTests {
    /// A call at some rows: what its rounds asked for, in words, and what came.
    private func run(
        _ rows: inout DeliveryRows,
        lease: UInt64 = 1,
        limit: Int = 10,
        verdicts: [(Partition, Verdicts)] = [],
        first: Int = 0
    ) throws -> (call: ReceiveCall, rounds: [String]) {
        var call = ReceiveCall(
            of: try rows.state(),
            under: LeaseID(rawValue: lease),
            limit: limit,
            consumer: "c",
            verdicts: verdicts,
            first: first
        )
        var rounds: [String] = []
        while let tasks = call.next() {
            rounds.append(
                tasks.map { partition, task in
                    let asked = task.request.map { "\($0.limit)" } ?? "-"
                    return "\(partition.index):\(asked)\(task.verdicts == nil ? "" : "v")"
                }
                .joined(separator: " ")
            )
            call.receive(try tasks.map { try rows.turn($0.1, in: $0.0.index) })
        }
        return (call, rounds)
    }

    private func offsets(_ call: ReceiveCall) -> [String] {
        call.parts.flatMap { part in part.offsets.map { "\(part.row.partition.index)/\($0)" } }
    }

    @Test("A page never holds more than its size and one event, and a large event comes alone")
    func largeEvents() throws {
        let logs = (0..<100).map { _ in ["a", "b"] }
        var rows = DeliveryRows(logs: logs, policy: DeliveryPolicy())
        rows.dataBytes = { _ in 200_000 }
        var seen: Set<String> = []
        for number in 0..<200 as Range<Int> {
            let (call, _) = try run(&rows, lease: UInt64(number), first: number)
            let bytes = call.parts.reduce(0) { $0 + $1.page.bytes }
            #expect(bytes <= Limits.pageBytes + 200_100 && call.hasEvents)
            seen.formUnion(offsets(call))
            if seen.count == 200 { break }
        }
        #expect(seen.count == 200)
        // The only event that there is comes, whichever partition is first.
        for first in [0, 1, 57, 58, 99] {
            var one = DeliveryRows(
                logs: (0..<100).map { $0 == 58 ? ["a"] : [] },
                policy: DeliveryPolicy()
            )
            one.dataBytes = { _ in 200_000 }
            let (call, _) = try run(&one, limit: 100, first: first)
            #expect(offsets(call) == ["58/0"])
        }
    }

    @Test("An event that must be alone gets a call, whatever is acknowledged along with it")
    func lone() throws {
        var rows = DeliveryRows("abc", "abc", policy: DeliveryPolicy(maxDeliveries: 2))
        for index in 0..<2 { _ = try rows.receive(1, limit: 1, in: index) }
        _ = try rows.receive(2, limit: 1)
        try rows.settle(2, [1: .failed])
        let verdicts = [0, 1].map { (partition($0), DeliveryRows.verdicts(1, acksOthers: true)) }
        var others = rows
        let (_, rounds) = try run(&rows, lease: 3, verdicts: verdicts, first: 0)
        #expect(rounds.first == "0:10v 1:-v")
        #expect(try run(&others, lease: 3, verdicts: verdicts, first: 1).rounds == ["1:5v 0:5v"])
    }

    @Test("A small page looks at every partition before it is empty")
    func smallPages() throws {
        for (limit, asks) in [(1, 5), (2, 3), (4, 2), (5, 2)] {
            for first in 0..<5 {
                var rows = DeliveryRows("", "", "", "a", "")
                let (call, rounds) = try run(&rows, limit: limit, first: first)
                #expect(offsets(call) == ["3/0"])
                #expect(rounds.count <= asks)
                // One that fails is not asked again.
                var failing = ReceiveCall(
                    of: try rows.state(),
                    under: LeaseID(rawValue: 9),
                    limit: limit,
                    consumer: "c",
                    verdicts: [],
                    first: first
                )
                var asked: [Partition] = []
                while let tasks = failing.next() { asked += tasks.map(\.0) }
                #expect(asked.sorted() == Partition.all(5) && !failing.isDrained)
            }
        }
    }
}
