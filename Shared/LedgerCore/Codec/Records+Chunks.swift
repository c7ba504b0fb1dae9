extension Records {
    /// The records cut into batches, in order, none of them empty, each compressed once.
    ///
    /// A batch has at most ``Limits/chunkBytes`` as stored and ``Limits/chunkPayloadBytes`` before
    /// compression, unless it is a single record. What fits in one batch becomes one.
    package func chunks() -> [CompressedRecords] {
        payload.withUnsafeBytes { bytes in
            var cutter = ChunkCutter(bytes, count: count)
            var chunks: [CompressedRecords] = []
            while let chunk = cutter.next() { chunks.append(chunk) }
            return chunks
        }
    }
}

/// Cuts batches off the front of a payload.
///
/// How much payload fits is learnt from the batch before, so that hardly any is compressed twice.
private struct ChunkCutter {
    private var parser: RecordParser
    private var recordsLeft: Int
    /// Payload bytes that are expected to fit.
    private var budget = Limits.chunkPayloadBytes

    init(_ payload: UnsafeRawBufferPointer, count: Int) {
        parser = RecordParser(payload)
        recordsLeft = count
    }

    mutating func next() -> CompressedRecords? {
        guard recordsLeft > 0 else { return nil }
        while true {
            var ahead = parser
            let count = take(from: &ahead)
            let piece = parser.slice(to: ahead)
            let chunk = CompressedRecords(payload: piece, count: count)
            let fits = chunk.encodedCount <= Limits.chunkBytes
            learn(from: chunk)
            if fits || count == 1 {
                parser = ahead
                recordsLeft -= count
                return chunk
            }
            // Fewer records than this time, whatever was learnt.
            budget = min(budget, piece.count - 1)
        }
    }

    /// Passes over the next batch's records, evenly cut; at least one.
    private func take(from ahead: inout RecordParser) -> Int {
        let left = ahead.remaining
        let pieces = (left + budget - 1) / budget
        let target = (left + pieces - 1) / pieces
        var count = 0
        while count < recordsLeft {
            let before = ahead
            precondition(ahead.skipRecord(), "the payload was encoded by Records")
            if count > 0, parser.slice(to: ahead).count > target {
                ahead = before
                break
            }
            count += 1
        }
        return count
    }

    private mutating func learn(from chunk: CompressedRecords) {
        let expected = chunk.payloadLength * Limits.chunkBytes / chunk.encodedCount
        budget = min(Limits.chunkPayloadBytes, max(1, expected / 16 * 15))
    }
}
