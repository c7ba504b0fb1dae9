package import LedgerCore
import Logging

/// News that a row of the log was written, as a table's stream brings it: a doorbell.
package struct LogNews: Sendable {
    /// The stream's incarnation.
    package let stream: Incarnation
    /// The partition.
    package let partition: Partition
    /// The first offset of the row.
    package let first: Offset
    /// The row as it was written, as far as it came along; it is not trusted unseen.
    package let image: Item?

    /// News of the row with this key; nil when it is no row of a log.
    package init?(_ key: TableKey, image: Item? = nil) {
        guard case .chunk(let stream, let partition, let first) = key,
            first.rawValue < .max
        else { return nil }
        self.stream = stream
        self.partition = partition
        self.first = first
        self.image = image
    }
}

extension Ledger {
    /// Folds every partition that the news are of, up to the last chunk they name.
    ///
    /// Order, repetitions, gaps and news of deleted streams change nothing in the result.
    ///
    /// - Returns: The indices of the news whose partition could not be folded; the log says why.
    package func fold(_ news: [LogNews]) async -> Set<Int> {
        let places = Dictionary(grouping: news.indices) {
            RowGroup.log(news[$0].stream, news[$0].partition)
        }
        let streams: [Incarnation: StreamRow]
        do throws(LedgerError) {
            streams = try await self.streams.rows(of: Set(news.map(\.stream)), in: self)
        } catch {
            logger.error("the streams could not be listed", metadata: ["error": "\(error)"])
            return Set(news.indices)
        }
        let failed = await inParallel(places.values.sorted { $0[0] < $1[0] }) { [self] indices in
            let ring = indices.map { news[$0] }
            guard let stream = streams[ring[0].stream], stream.compaction else { return [Int]() }
            return await fold(ring, of: stream) ? [] : indices
        }
        return Set(failed.joined())
    }

    /// Folds one partition, whose news these are; false when it failed.
    private func fold(_ ring: [LogNews], of stream: StreamRow) async -> Bool {
        let partition = ring[0].partition
        let last = ring.map(\.first).max() ?? .zero
        do throws(LedgerError) {
            try await fold(
                stream.incarnation,
                partition,
                of: stream.id,
                compacts: true,
                upTo: last.advanced(by: 1),
                images: ChunkImages(ring.compactMap(\.image))
            )
            return true
        } catch {
            // Records come again a few times; what still fails then is the sweep's.
            await keep(Doorbell.Ring(stream.id, stream.incarnation, partition))
            logger.error(
                "compaction failed; its records come again",
                metadata: [
                    "stream": "\(stream.id)", "partition": "\(partition.index)",
                    "error": "\(error)",
                ]
            )
            return false
        }
    }
}
