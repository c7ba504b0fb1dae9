package import LedgerBytes

/// The events of one append to one partition: row `LOG`, never changed once written.
package struct ChunkRow: Hashable, Sendable {
    package let stream: StreamIncarnation
    package let partition: Partition
    /// The offset of its first event, which is the sort key.
    package let first: Offset
    /// The number of its events, at least 1.
    package let count: Int
    /// The timestamp of its last event; never decreases along the partition.
    package let timestamp: Timestamp
    /// The id of the append that wrote it, by which a writer recognises its own chunk.
    package let append: AppendID
    /// The events, encoded by ``RecordBatch``.
    package let batch: [UInt8]
    /// SHA-256(hash of the chunk before ‖ batch).
    package let hash: Digest
    /// The time from which on the row may be deleted.
    package let ttl: TTL
    /// The ttl of the chunk before; it tells a reader that a gap before this chunk comes from
    /// expiry.
    package let previousTTL: TTL

    /// The offset after its last event.
    package var end: Offset { first.advanced(by: count) }

    /// The partition's tail while this is its last chunk.
    package var tail: Tail { Tail(next: end, timestamp: timestamp, ttl: ttl, hash: hash) }

    /// Creates the chunk that continues `tail`.
    init(
        stream: StreamIncarnation,
        partition: Partition,
        after tail: Tail,
        records: CompressedRecords,
        append: AppendID,
        timestamp: Timestamp,
        ttl: TTL,
        rules: Rules = .all
    ) {
        precondition(timestamp >= tail.timestamp, "timestamps never decrease along a log")
        precondition(ttl >= tail.ttl || !rules.keep(.ttlGrows), "ttls never decrease along a log")
        self.stream = stream
        self.partition = partition
        first = tail.next
        count = records.count
        self.timestamp = timestamp
        self.append = append
        batch = records.encode(baseOffset: tail.next, timestamp: timestamp)
        hash = HashChain.next(previous: tail.hash, batch: batch)
        self.ttl = ttl
        previousTTL = tail.ttl
    }

    package var item: Item {
        var item = Item(.chunk(stream, partition, first), capacity: 7)
        item[.count] = .number(Int64(count))
        item[.timestamp] = .number(timestamp.milliseconds)
        item[.append] = .bytes(append.bytes)
        item[.batch] = .bytes(batch)
        item[.hash] = .bytes(hash.bytes)
        item[.ttl] = ttl.attribute
        item[.previousTTL] = previousTTL.attribute
        return item
    }
}

/// One row of a partition's log.
package enum LogEntry: Hashable, Sendable {
    /// The events of one append.
    case chunk(ChunkRow)
    /// The end of the log: the stream is deleted, and no append can pass this row.
    case seal(at: Offset)

    /// The row of a seal that takes the place of the next chunk.
    package static func sealItem(
        stream: StreamIncarnation,
        partition: Partition,
        at tail: Offset
    ) -> Item {
        var item = Item(.chunk(stream, partition, tail))
        item[.seal] = .number(1)
        return item
    }

    /// Reads the row; throws ``TableError/Reason/corrupt`` when it is damaged.
    package init(_ item: Item) throws(TableError) {
        guard case .chunk(let stream, let partition, let first) = item.key else {
            throw item.misplaced
        }
        if item.number(.seal) != nil {
            self = .seal(at: first)
        } else {
            self = .chunk(try ChunkRow(item, stream: stream, partition: partition, first: first))
        }
    }
}

extension ChunkRow {
    fileprivate init(
        _ item: Item,
        stream: StreamIncarnation,
        partition: Partition,
        first: Offset
    ) throws(TableError) {
        self.stream = stream
        self.partition = partition
        self.first = first
        count = try item.requiredCount(.count, from: first)
        timestamp = try item.requiredTimestamp(.timestamp)
        append = try item.requiredID(.append)
        batch = try item.requiredBytes(.batch)
        hash = try item.requiredDigest(.hash)
        ttl = TTL(attribute: item.number(.ttl))
        previousTTL = TTL(attribute: item.number(.previousTTL))
    }
}

/// The hash chain that makes a partition's log tamper-evident.
///
/// Each chunk stores SHA-256(previous chunk's hash ‖ its own batch), so no chunk can be changed,
/// removed or put elsewhere without every later hash changing too.
package enum HashChain {
    /// The hash before a partition's first chunk: 32 zero bytes.
    package static let start = Digest.zero

    /// The hash of the chunk that holds `batch` and follows the chunk with the hash `previous`.
    package static func next(previous: Digest, batch: [UInt8]) -> Digest {
        var hash = SHA256()
        hash.update(previous.bytes)
        hash.update(batch)
        return hash.finalize()
    }
}
