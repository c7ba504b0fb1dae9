package import LedgerBytes

/// The place of the events that one publish with an `Idempotency-Key` stored in one partition: row
/// `IDEM`.
package struct IdempotencyRow: Hashable, Sendable {
    package let stream: StreamIncarnation
    /// SHA-256 of the idempotency key.
    package let keyHash: Digest
    package let partition: Partition
    /// SHA-256 of the request body after decompression.
    package let bodyHash: Digest
    /// The offsets and the timestamp of the events.
    package let stored: StoredRange
    /// The time at which the key is forgotten.
    package let expires: TTL

    /// Remembers an append made at `now`.
    init(
        stream: StreamIncarnation,
        partition: Partition,
        mark: IdempotencyMark,
        stored: StoredRange,
        now: Timestamp
    ) {
        self.stream = stream
        keyHash = mark.keyHash
        self.partition = partition
        bodyHash = mark.bodyHash
        self.stored = stored
        expires = .after(second: now.advanced(by: Limits.idempotencyAge).seconds)
    }

    /// True while the key is remembered, even though TTL may remove an expired row only later.
    package func isLive(at now: Timestamp) -> Bool {
        !expires.hasPassed(at: now)
    }

    /// The write of this row, on the condition that there is none or one that has expired: TTL may
    /// remove that one days later.
    func write(at now: Timestamp) -> Write {
        .put(item, if: .or([.notExists, .compare(.ttl, .less, .number(now.seconds))]))
    }

    package var item: Item {
        var item = Item(.idempotency(stream, keyHash: keyHash, partition), capacity: 5)
        item[.body] = .bytes(bodyHash.bytes)
        item[.offset] = .number(stored.first.rawValue)
        item[.count] = .number(Int64(stored.count))
        item[.timestamp] = .number(stored.timestamp.milliseconds)
        item[.ttl] = expires.attribute
        return item
    }

    /// Reads the row; throws ``TableError/Reason/corrupt`` when it is damaged.
    package init(_ item: Item) throws(TableError) {
        guard case .idempotency(let stream, let keyHash, let partition) = item.key else {
            throw item.misplaced
        }
        self.stream = stream
        self.keyHash = keyHash
        self.partition = partition
        bodyHash = try item.requiredDigest(.body)
        let first = try item.requiredOffset(.offset)
        stored = StoredRange(
            first: first,
            count: try item.requiredCount(.count, from: first),
            timestamp: try item.requiredTimestamp(.timestamp)
        )
        expires = TTL(attribute: item.number(.ttl))
    }
}

/// Identifies a publish, so that it is recognised when it is sent again.
package struct IdempotencyMark: Hashable, Sendable {
    /// SHA-256 of the `Idempotency-Key`.
    package let keyHash: Digest
    /// SHA-256 of the request body after decompression.
    package let bodyHash: Digest

    package init(keyHash: Digest, bodyHash: Digest) {
        self.keyHash = keyHash
        self.bodyHash = bodyHash
    }
}

/// The events of one publish in one partition: consecutive offsets, one timestamp.
package struct StoredRange: Hashable, Sendable {
    package let first: Offset
    /// The number of events, at least 1.
    package let count: Int
    package let timestamp: Timestamp

    package init(first: Offset, count: Int, timestamp: Timestamp) {
        self.first = first
        self.count = count
        self.timestamp = timestamp
    }
}
