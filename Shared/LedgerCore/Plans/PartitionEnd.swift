/// A partition's end as far as it can be seen: unlike a writer, a reader may use an unverified one.
package struct PartitionEnd: Hashable, Sendable {
    /// The offset of the next event.
    package let next: Offset
    /// The partition's progress, nil before any background work.
    package let progress: ProgressRow?

    /// No search begins below: of what was removed there, some rows may be left.
    package var trimmedBelow: Offset { progress?.trimmedBelow ?? .zero }

    /// An end at a known offset.
    package init(next: Offset, progress: ProgressRow?) {
        self.next = next
        self.progress = progress
    }

    /// The end that a look at a partition's tail shows.
    ///
    /// - Throws: ``Refusal/streamNotFound(_:)`` when the partition is sealed.
    package init(
        _ reading: TailReading,
        of stream: StreamID,
        at now: Timestamp,
        trust: TailTrust
    ) throws(Refusal) {
        switch reading.verdict(at: now, trusting: trust) {
        case .tail(let tail), .unverified(let tail):
            self.init(next: tail.next, progress: reading.progress)
        case .sealed: throw .streamNotFound(stream)
        }
    }
}
