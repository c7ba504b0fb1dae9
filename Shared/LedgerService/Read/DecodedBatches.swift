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

    private struct Kept {
        /// The memory that all of them may take, but for the last one, bytes.
        let room: Int
        /// Those that were used since `former` was full.
        var recent: [Place: DecodedBatch] = [:]
        var former: [Place: DecodedBatch] = [:]
        /// The memory that `recent` takes, bytes.
        var bytes = 0

        mutating func batch(at place: Place) -> DecodedBatch? {
            if let batch = recent[place] { return batch }
            guard let batch = former.removeValue(forKey: place) else { return nil }
            keep(batch, at: place)
            return batch
        }

        mutating func keep(_ batch: DecodedBatch, at place: Place) {
            if bytes >= room / 2 { (former, recent, bytes) = (recent, [:], 0) }
            guard recent.updateValue(batch, forKey: place) == nil else { return }
            bytes += batch.memory
        }
    }

    private let kept: Mutex<Kept>

    /// Keeps nothing yet, and later about so many bytes.
    init(bytes: Int = Limits.decodedBatchesBytes) { kept = Mutex(Kept(room: bytes)) }

    /// The memory that they take, bytes.
    var memory: Int {
        kept.withLock { kept in
            kept.bytes + kept.former.values.reduce(0) { $0 + $1.memory }
        }
    }

    /// The chunk's events, decoded now or before.
    func decoded(_ chunk: ChunkRow) throws(ReadFailure) -> DecodedBatch {
        let place = Place(chunk)
        if let batch = kept.withLock({ $0.batch(at: place) }) { return batch }
        let batch = try chunk.decoded()
        kept.withLock { $0.keep(batch, at: place) }
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
