import LedgerCore

/// Where one partition's chunks are, for looking up single offsets; 24 bytes a chunk.
struct ChunkIndex {
    private var chunks: [(first: Offset, end: Offset, timestamp: Timestamp)] = []

    mutating func add(_ chunk: ChunkRow) {
        chunks.append((chunk.first, chunk.end, chunk.timestamp))
    }

    /// The end of the last one.
    var end: Offset { chunks.last?.end ?? .zero }

    /// Whether a chunk ends at this offset.
    func isBoundary(_ offset: Offset) -> Bool {
        guard offset > .zero else { return true }
        return chunk(of: offset.previous)?.end == offset
    }

    /// The timestamp of the chunk that has the event at `offset`; nil when none has.
    func timestamp(of offset: Offset) -> Timestamp? { chunk(of: offset)?.timestamp }

    private func chunk(of offset: Offset) -> (first: Offset, end: Offset, timestamp: Timestamp)? {
        var low = 0
        var high = chunks.count
        while low < high {
            let middle = (low + high) / 2
            if chunks[middle].end > offset { high = middle } else { low = middle + 1 }
        }
        guard low < chunks.count, chunks[low].first <= offset else { return nil }
        return chunks[low]
    }
}
