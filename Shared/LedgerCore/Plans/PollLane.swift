/// A partition and where a page reads it from.
package struct PollLane: Sendable {
    /// The partition.
    package let partition: Partition
    /// The position of the first event wanted.
    package let position: Position
    /// Events a chunk of this partition held when it was last read; 16 when unknown.
    package let eventsPerChunk: Int
    /// Where the chunk begins that holds the position, if it was seen before to begin earlier.
    package let chunkStart: Offset?

    /// A lane.
    package init(
        partition: Partition,
        position: Position,
        eventsPerChunk: Int,
        chunkStart: Offset? = nil
    ) {
        self.partition = partition
        self.position = position
        self.eventsPerChunk = eventsPerChunk
        self.chunkStart = chunkStart
    }
}

/// What a page's reading learned of a partition, for the next page's ``PollLane``.
package struct LaneFinding: Hashable, Sendable {
    /// The partition.
    package let partition: Partition
    /// Where the next page begins.
    package let next: Offset
    /// Where the chunk that holds ``next`` begins; nil when unknown.
    package let chunkStart: Offset?
    /// Events a chunk held.
    package let eventsPerChunk: Int
    /// The log is known to reach as far as ``next``.
    package let isProven: Bool
}
