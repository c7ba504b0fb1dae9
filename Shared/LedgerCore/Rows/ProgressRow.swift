import LedgerBytes

/// The state of a partition's background work: row `PART`.
///
/// Its folded tail is also the partition's tail once every chunk has expired.
package struct ProgressRow: Hashable, Sendable {
    package let stream: StreamIncarnation
    package let partition: Partition
    /// The tail up to which the log is folded; without compaction, up to which it was read.
    package var foldedTail: Tail
    /// The time at which a sweep last verified the tail; nil when none ever did.
    package var tailVerifiedAt: Timestamp?
    /// The sweep has removed the log below this offset.
    package var trimmedBelow: Offset
    /// Raised by one with every change; 0: the row does not exist yet.
    package var version: Int64

    /// The state of a partition that has no row yet.
    package init(stream: StreamIncarnation, partition: Partition) {
        self.stream = stream
        self.partition = partition
        foldedTail = .empty
        tailVerifiedAt = nil
        trimmedBelow = .zero
        version = 0
    }

    /// The write that replaces this row by `changed`; it fails if another process wrote first.
    package func replacement(by changed: ProgressRow) -> Write {
        precondition(changed.foldedTail.next >= foldedTail.next, "a folded tail never moves back")
        precondition(changed.trimmedBelow >= trimmedBelow, "trimmedBelow never moves back")
        var next = changed
        next.version = version + 1
        let unchanged: Condition =
            version == 0 ? .notExists : .compare(.version, .equal, .number(version))
        return .put(next.item, if: unchanged)
    }

    package var item: Item {
        var item = Item(.progress(stream, partition))
        item[.watermark] = .number(foldedTail.next.rawValue)
        item[.timestamp] = .number(foldedTail.timestamp.milliseconds)
        // Not `ttl`, which would let the engine remove this row.
        item[.previousTTL] = foldedTail.ttl.attribute
        item[.hash] = .bytes(foldedTail.hash.bytes)
        item[.swept] = tailVerifiedAt.map { .number($0.milliseconds) }
        item[.trim] = .number(trimmedBelow.rawValue)
        item[.version] = .number(version)
        return item
    }

    /// Reads the row; throws ``TableError/Reason/corrupt`` when it is damaged.
    package init(_ item: Item) throws(TableError) {
        guard case .progress(let stream, let partition) = item.key else { throw item.misplaced }
        self.stream = stream
        self.partition = partition
        foldedTail = Tail(
            next: try item.requiredOffset(.watermark),
            timestamp: try item.requiredTimestamp(.timestamp),
            ttl: TTL(attribute: item.number(.previousTTL)),
            hash: try item.requiredDigest(.hash)
        )
        tailVerifiedAt = item.number(.swept) == nil ? nil : try item.requiredTimestamp(.swept)
        trimmedBelow = try item.requiredOffset(.trim)
        version = try item.requiredCounter(.version)
    }
}
