/// How far the background work of one partition is: row `PART`.
///
/// Its watermark is also what remembers the tail when every chunk has expired.
package struct ProgressRow: Hashable, Sendable {
    /// The stream's incarnation.
    package let stream: Incarnation
    /// The partition.
    package let partition: Partition
    /// The tail up to which the log is folded (or merely followed, without compaction).
    package var foldedTail: Tail
    /// When a sweep last verified the tail; nil: never.
    package var tailVerifiedAt: Timestamp?
    /// Offsets below were removed by the sweep.
    package var trimmedBelow: Offset
    /// Raised by one with every change; 0: the row does not exist yet.
    package var version: Int64

    /// A partition nothing was done for yet.
    package init(stream: Incarnation, partition: Partition) {
        self.stream = stream
        self.partition = partition
        foldedTail = .empty
        tailVerifiedAt = nil
        trimmedBelow = .zero
        version = 0
    }

    /// The write that replaces this row by `changed`, if nobody else changed it meanwhile.
    package func replacement(by changed: ProgressRow) -> Write {
        precondition(changed.foldedTail.next >= foldedTail.next, "a watermark only grows")
        precondition(changed.trimmedBelow >= trimmedBelow, "a trim only grows")
        var next = changed
        next.version = version + 1
        let unchanged: Condition =
            version == 0 ? .notExists : .compare(.version, .equal, .number(version))
        return .put(next.item, if: unchanged)
    }

    /// The row.
    package var item: Item {
        var item = Item(.progress(stream, partition))
        item[.watermark] = .number(foldedTail.next.rawValue)
        item[.timestamp] = .number(foldedTail.timestamp.milliseconds)
        // Not `ttl`, which would let the engine remove this row.
        item[.previousTTL] = foldedTail.ttl.attribute
        item[.hash] = .bytes(foldedTail.hash)
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
            hash: try item.requiredBytes(.hash)
        )
        tailVerifiedAt = item.number(.swept) == nil ? nil : try item.requiredTimestamp(.swept)
        trimmedBelow = try item.requiredOffset(.trim)
        version = try item.requiredCounter(.version)
    }
}
