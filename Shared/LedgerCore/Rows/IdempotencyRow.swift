/// Where the events of a publish with an `Idempotency-Key` are in one partition: row `IDEM`.
package struct IdempotencyRow: Hashable, Sendable {
    /// The stream's incarnation.
    package let stream: Incarnation
    /// SHA-256 of the idempotency key, 64 hex digits.
    package let keyHash: String
    /// The partition.
    package let partition: Partition
    /// SHA-256 of the request body after decompression, 32 bytes.
    package let bodyHash: [UInt8]
    /// Where the events are.
    package let stored: StoredRange
    /// When the key is forgotten, seconds since the epoch.
    package let expires: TTL

    /// Remembers an append made at `now`.
    init(
        stream: Incarnation,
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
        expires = .after(second: now.seconds + Limits.idempotencyHours * 3600)
    }

    /// Whether the key is still remembered.
    package func isLive(at now: Timestamp) -> Bool {
        !expires.hasPassed(at: now)
    }

    /// Written only where no live row stands: one that expired may be there for days more.
    func write(at now: Timestamp) -> Write {
        .put(item, if: .or([.notExists, .compare(.ttl, .less, .number(now.seconds))]))
    }

    /// The row.
    package var item: Item {
        var item = Item(.idempotency(stream, keyHash: keyHash, partition), capacity: 5)
        item[.body] = .bytes(bodyHash)
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
        bodyHash = try item.requiredBytes(.body)
        let first = try item.requiredOffset(.offset)
        stored = StoredRange(
            first: first,
            count: try item.requiredCount(.count, from: first),
            timestamp: try item.requiredTimestamp(.timestamp)
        )
        expires = TTL(attribute: item.number(.ttl))
    }
}

/// What makes a publish recognisable when it is sent again.
package struct IdempotencyMark: Hashable, Sendable {
    /// SHA-256 of the `Idempotency-Key`, 64 hex digits.
    package let keyHash: String
    /// SHA-256 of the request body after decompression, 32 bytes.
    package let bodyHash: [UInt8]

    /// A mark.
    package init(keyHash: String, bodyHash: [UInt8]) {
        self.keyHash = keyHash
        self.bodyHash = bodyHash
    }
}

/// Where the events of one publish are in one partition: consecutive offsets, one timestamp.
package struct StoredRange: Hashable, Sendable {
    /// The offset of the first.
    package let first: Offset
    /// How many.
    package let count: Int
    /// Their timestamp.
    package let timestamp: Timestamp

    /// A range.
    package init(first: Offset, count: Int, timestamp: Timestamp) {
        self.first = first
        self.count = count
        self.timestamp = timestamp
    }
}
