import LedgerCore
import Synchronization

/// How many events the chunks of a partition held when they were last read, so that a poll asks
/// for about as many chunks as it needs.
final class ChunkDensities: Sendable {
    private static let unknown = 16

    private let densities = Mutex<[RowGroup: Int]>([:])

    func density(_ stream: Incarnation, _ partition: Partition) -> Int {
        densities.withLock { $0[.log(stream, partition)] } ?? Self.unknown
    }

    func remember(_ stream: Incarnation, _ partitions: [Partition], _ values: [Int]) {
        densities.withLock { densities in
            if densities.count >= 100_000 { densities.removeAll() }
            for (partition, value) in zip(partitions, values) {
                densities[.log(stream, partition)] = value
            }
        }
    }
}
