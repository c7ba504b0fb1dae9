/// The last event of each key in the chunks of one fold.
struct LatestEvents: Sendable {
    private struct Place: Sendable {
        let batch: Int
        let record: Int
    }

    private let stream: Incarnation
    private let partition: Partition
    private var batches: [DecodedBatch] = []
    private var places: [EventKey: Place] = [:]

    init(stream: Incarnation, partition: Partition) {
        self.stream = stream
        self.partition = partition
    }

    var isEmpty: Bool { places.isEmpty }

    /// Adds the events of the next chunk.
    mutating func fold(_ chunk: Chunk) -> ReadFailure? {
        do throws(BatchError) {
            let batch = try RecordBatch.decode(chunk.batch, expecting: chunk.first)
            for (index, record) in batch.records.enumerated() {
                let key = EventKey(trusted: batch.copy(record.key))
                places[key] = Place(batch: batches.count, record: index)
            }
            batches.append(batch)
            return nil
        } catch {
            return .corrupt(partition, chunk.first, detail: error.description)
        }
    }

    /// One conditional put per key, in the order of the log, so that a run can be repeated.
    func writes(now: Timestamp) -> [Write] {
        let expiry = TTL.after(second: now.seconds + Limits.tombstoneHours * 3600 + 3600)
        return
            places
            .map { key, place in
                let batch = batches[place.batch]
                let record = batch.records[place.record]
                return Latest(
                    stream: stream,
                    partition: partition,
                    key: key,
                    offset: batch.offset(at: place.record),
                    value: record.isTombstone
                        ? .tombstone(until: expiry) : .record(Record.encode(record, of: batch))
                )
            }
            .sorted { $0.offset < $1.offset }
            .map(\.write)
    }
}
