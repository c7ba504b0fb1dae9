import LedgerBytes
import LedgerCore
import Synchronization

/// The chunks that this process decoded last: consumers that are close together in a log take pages
/// of the same ones, one after another.
///
/// A chunk never changes, and is found by what its hash was made of, so what is kept is what
/// decoding would give again. Those that were not used for long are forgotten.
final class DecodedBatches: Sendable {
    private struct Place: Hashable {
        let stream: StreamIncarnation
        let partition: Partition
        let first: Offset
        let hash: Digest

        init(_ chunk: ChunkRow) {
            (stream, partition) = (chunk.stream, chunk.partition)
            (first, hash) = (chunk.first, chunk.hash)
        }
    }

    private let kept: Mutex<Generations<Place, DecodedBatch>>

    /// Keeps nothing yet, and later about so many bytes.
    init(bytes: Int = Limits.decodedBatchesBytes) {
        kept = Mutex(Generations(room: bytes) { $0.memory })
    }

    /// The memory that they take, bytes.
    var memory: Int { kept.withLock { $0.weight } }

    /// The chunk's events, decoded now or before.
    func decoded(_ chunk: ChunkRow) throws(ReadFailure) -> DecodedBatch {
        let place = Place(chunk)
        if let batch = kept.withLock({ $0.value(of: place) }) { return batch }
        let batch = try chunk.decoded()
        kept.withLock { $0.keep(batch, of: place) }
        return batch
    }
}

extension DecodedBatch {
    /// The memory that it takes, bytes.
    fileprivate var memory: Int {
        // What the two arrays and their place take besides.
        bytes.count + records.count * MemoryLayout<RecordView>.stride + 256
    }
}
