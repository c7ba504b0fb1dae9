/// A partition and where a page reads it from.
package struct PartitionRead: Sendable {
    package let partition: Partition
    /// The position of the first event wanted.
    package let position: Position
    /// Events a chunk of this partition held when it was last read; 16 when unknown.
    package let eventsPerChunk: Int
    /// The beginning of the chunk that holds the position, if it was seen before to begin earlier.
    package let chunkStart: Offset?

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

/// Facts that a page's reading learned of a partition, for the next page's ``PartitionRead``.
package struct ReadHint: Hashable, Sendable {
    package let partition: Partition
    /// The first offset of the next page.
    package let next: Offset
    /// The beginning of the chunk that holds ``next``; nil when unknown.
    package let chunkStart: Offset?
    /// Events a chunk held.
    package let eventsPerChunk: Int
    /// True if the log is known to reach as far as ``next``.
    package let isProven: Bool
}

/// The events of one partition that were decoded and not yet delivered, as references.
struct DecodedEvents: Sendable {
    /// The event at the front.
    struct Next {
        let batch: Int
        let record: Int
        /// The base offset of its batch.
        let batchStart: Offset
    }

    private struct Run: Sendable {
        let batch: Int
        let start: Offset
        var record: Int
        let end: Int
    }

    private var runs: [Run] = []
    private var head = 0

    var isEmpty: Bool { head == runs.count }

    var first: Next? {
        guard head < runs.count else { return nil }
        let run = runs[head]
        return Next(batch: run.batch, record: run.record, batchStart: run.start)
    }

    mutating func append(_ batch: LogReader.Batch, index: Int) {
        let end = batch.decoded.records.count
        guard batch.start < end else { return }
        let start = batch.decoded.baseOffset
        runs.append(Run(batch: index, start: start, record: batch.start, end: end))
    }

    mutating func removeFirst() {
        runs[head].record += 1
        if runs[head].record == runs[head].end { head += 1 }
    }
}
