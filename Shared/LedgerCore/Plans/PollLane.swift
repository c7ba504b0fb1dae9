/// A partition and where a page reads it from.
public struct PollLane: Sendable {
    /// The partition.
    public let partition: Partition
    /// The position of the first event wanted.
    public let position: Position
    /// Events a chunk of this partition held when it was last read; 16 when unknown.
    public let density: Int
    /// Where the chunk begins that holds the position, if it was seen before to begin earlier.
    public let chunkStart: Offset?

    /// A lane.
    public init(
        partition: Partition,
        position: Position,
        density: Int,
        chunkStart: Offset? = nil
    ) {
        self.partition = partition
        self.position = position
        self.density = density
        self.chunkStart = chunkStart
    }
}

/// What a page's reading learned of a partition, for the next page's ``PollLane``.
public struct LaneFinding: Hashable, Sendable {
    /// The partition.
    public let partition: Partition
    /// Where the next page begins.
    public let next: Offset
    /// Where the chunk that holds ``next`` begins; nil when unknown.
    public let chunkStart: Offset?
    /// Events a chunk held.
    public let density: Int
    /// The log is known to reach as far as ``next``.
    public let isProven: Bool
}
