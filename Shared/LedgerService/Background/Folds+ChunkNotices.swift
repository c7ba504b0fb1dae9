package import LedgerCore
import Logging

/// A notice that a row of the log was written, as a table's stream brings it.
package struct ChunkNotice: Sendable {
    /// The stream's incarnation; the notice does not know its name.
    package let stream: StreamIncarnation
    package let partition: Partition
    /// The first offset of the row.
    package let first: Offset
    /// The row as it was written, as far as it came along; a fold uses it only if it provably
    /// continues the log.
    package let image: Item?

    /// A notice of the row with this key; nil when it is no row of a log.
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

extension Folds {
    /// Folds every partition that the notices are of, up to the last chunk they name.
    ///
    /// Order, repetitions, gaps and notices of deleted streams change nothing in the result.
    ///
    /// - Returns: The indices of the notices whose partition could not be folded; the log says why.
    func fold(_ notices: [ChunkNotice]) async -> Set<Int> {
        let places = Dictionary(grouping: notices.indices) {
            RowGroup.log(notices[$0].stream, notices[$0].partition)
        }
        let streams: [StreamIncarnation: StreamRow]
        do throws(LedgerError) {
            streams = try await self.streams.rows(of: Set(notices.map(\.stream)))
        } catch {
            access.logger.error("the streams could not be listed", metadata: ["error": "\(error)"])
            return Set(notices.indices)
        }
        let failed = await inParallel(places.values.sorted { $0[0] < $1[0] }) { [self] indices in
            let own = indices.map { notices[$0] }
            guard let stream = streams[own[0].stream] else { return [Int]() }
            return await fold(own, of: stream) ? [] : indices
        }
        return Set(failed.joined())
    }

    /// Folds the one partition that all of the notices are of; false when it failed.
    private func fold(_ notices: [ChunkNotice], of stream: StreamRow) async -> Bool {
        let request = FoldRequest(notices[0].partition, of: stream)
        let last = notices.map(\.first).max() ?? .zero
        do throws(LedgerError) {
            switch request.background(stream) {
            case .drop: return true
            case .fold(let compacts):
                try await fold(
                    request,
                    compacts: compacts,
                    upTo: last.advanced(by: 1),
                    images: ChunkImages(notices.compactMap(\.image))
                )
                return true
            }
        } catch {
            // The table's stream repeats a record a few times; what still fails is left to the sweep.
            await keep(request)
            access.logger.error(
                "compaction failed; its records come again",
                metadata: [
                    "stream": "\(request.id)", "partition": "\(request.partition.index)",
                    "error": "\(error)",
                ]
            )
            return false
        }
    }

    /// Leaves a request for the next run of a sweep.
    ///
    /// When that fails, the next round of the sweep finds the partition, or the next append asks for
    /// its fold.
    @discardableResult
    func keep(_ request: FoldRequest) async -> KeptRingRow? {
        let row = request.kept(token: access.freshID())
        do throws(LedgerError) {
            _ = try await access.apply(row.keeping, decided: clock.instant())
            return row
        } catch {
            access.logger.error(
                "a ring could not be kept",
                metadata: ["stream": "\(request.id)", "error": "\(error)"]
            )
            return nil
        }
    }
}
