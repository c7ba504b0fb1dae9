import Testing

@testable import LedgerCore

@Suite("Positions in some partitions")
struct PartitionPositionsTests {
    private func positions(_ numbers: [Int]) -> PartitionPositions {
        PartitionPositions(
            numbers.map { partition($0) },
            values: numbers.map { .log(offset(Int64($0 * 10))) }
        )
    }

    @Test("They are whole if no partition is missing")
    func whole() {
        #expect(positions([0, 1, 2]).isWhole(of: 3))
        #expect(positions([0, 1, 2]) == PartitionPositions(ofAll: positions([0, 1, 2]).values))
        for (numbers, count) in [([0, 1], 3), ([1, 2], 2), ([0, 2], 2), ([], 1), ([0, 1], 1)] {
            #expect(!positions(numbers).isWhole(of: count), "\(numbers) of \(count)")
        }
    }

    @Test("Those that are left out leave the others with their own positions")
    func filtered() {
        let odd = positions([0, 1, 4, 7]).filter { partition, _ in partition.index % 2 == 1 }
        #expect(odd == positions([1, 7]))
        #expect(odd.pairs.map { "\($0.index): \($1.logOffset.rawValue)" } == ["1: 10", "7: 70"])
    }
}
