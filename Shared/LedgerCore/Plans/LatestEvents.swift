/// The last event of each key in the chunks of one step of a fold.
///
/// It keeps the rows that will be stored and nothing else of the chunks, so that its size is that
/// of a step, whatever the chunks expand to.
struct LatestEvents: Sendable {
    private let stream: StreamIncarnation
    private let partition: Partition
    private var rows: [EventKey: LatestRow] = [:]
    private var bytes = 0
    private var decodedBytes = 0

    init(stream: StreamIncarnation, partition: Partition) {
        self.stream = stream
        self.partition = partition
    }

    var isEmpty: Bool { rows.isEmpty }

    /// True once a step ends here.
    var isFull: Bool {
        rows.count >= Limits.foldStepKeys || bytes >= Limits.foldStepBytes
            || decodedBytes >= Limits.foldStepDecodedBytes
    }

    /// Adds the events of the next chunk; tombstones are kept for a while from `now` on.
    mutating func fold(_ chunk: ChunkRow, now: Timestamp) throws(ReadFailure) {
        let batch = try chunk.decoded()
        decodedBytes += batch.bytes.count
        let expiry = TTL.after(
            second: now.advanced(by: Limits.tombstoneAge + .hours(1)).seconds
        )
        // From the end, where a key's last event is met first.
        for index in batch.records.indices.reversed() {
            take(batch.records[index], of: batch, at: batch.offset(at: index), expiry: expiry)
        }
    }

    private mutating func take(
        _ record: RecordView,
        of batch: DecodedBatch,
        at offset: Offset,
        expiry: TTL
    ) {
        let key = EventKey(trusted: batch.copy(record.key))
        let older = rows[key]
        if let older, older.offset > offset { return }
        let latest = LatestRow(
            stream: stream,
            partition: partition,
            key: key,
            offset: offset,
            value: record.isTombstone
                ? .tombstone(until: expiry)
                : .record(PackedRecord.pack(Record.encode(record, of: batch)))
        )
        bytes += latest.storedSize - (older?.storedSize ?? 0)
        rows[key] = latest
    }

    /// One conditional put per key, in the order of the log.
    func writes(rules: Rules) -> [Write] {
        rows.values.sorted { $0.offset < $1.offset }.map { $0.write(rules: rules) }
    }
}

extension LatestRow {
    /// Bytes of the key and the event.
    fileprivate var storedSize: Int {
        switch value {
        case .record(let bytes): key.utf8.count + bytes.count
        case .tombstone: key.utf8.count
        }
    }
}
