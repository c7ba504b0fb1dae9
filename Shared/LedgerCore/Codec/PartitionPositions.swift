/// Positions in some partitions of a stream, or in all of them, in the order of the partitions.
package struct PartitionPositions: Hashable, Sendable {
    /// In ascending order, each of them once.
    package let partitions: [Partition]
    /// The positions, in the order of ``partitions``.
    package let values: [Position]

    /// Positions of `partitions`, which ascend, one of each.
    package init(_ partitions: [Partition], values: [Position]) {
        precondition(
            partitions.count == values.count
                && zip(partitions, partitions.dropFirst()).allSatisfy { $0 < $1 },
            "each partition has one position, and they are in order"
        )
        self.partitions = partitions
        self.values = values
    }

    /// Positions of all partitions of a stream, by partition number.
    package init(ofAll values: [Position]) {
        partitions = Partition.all(values.count)
        self.values = values
    }

    /// The partitions with their positions.
    package var pairs: Zip2Sequence<[Partition], [Position]> { zip(partitions, values) }

    /// True if these are all partitions of a stream with `count` of them.
    package func isWhole(of count: Int) -> Bool {
        partitions.count == count && (partitions.last?.index ?? -1) == count - 1
    }

    /// Those of these partitions that are included.
    package func filter(_ isIncluded: (Partition, Position) -> Bool) -> PartitionPositions {
        let left = pairs.filter { isIncluded($0, $1) }
        return PartitionPositions(left.map(\.0), values: left.map(\.1))
    }
}
