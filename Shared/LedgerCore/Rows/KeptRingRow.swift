/// A partition that is to be looked at again soon: row `RINGS`.
///
/// A ring that could not be answered is kept here until a sweep has answered it, so that nothing
/// waits for the next round: what failed to be folded, and what a look had to leave for want of
/// time.
package struct KeptRingRow: Hashable, Sendable {
    /// The stream's name, by which it is found.
    package let id: StreamID
    /// The stream's incarnation.
    package let stream: Incarnation
    /// The partition.
    package let partition: Partition
    /// Another one with every ring: one that rings again meanwhile is not taken away.
    package let token: Incarnation

    /// A ring.
    package init(id: StreamID, stream: Incarnation, partition: Partition, token: Incarnation) {
        self.id = id
        self.stream = stream
        self.partition = partition
        self.token = token
    }

    /// The write that keeps it.
    package var keeping: Write { .put(item) }

    /// The write that takes it away, if nobody rang again.
    package var removal: Write {
        .delete(item.key, if: .compare(.incarnation, .equal, .bytes(token.bytes)))
    }

    /// The row.
    package var item: Item {
        var item = Item(.ring(stream, partition), capacity: 2)
        item[.stream] = .string(id.name)
        item[.incarnation] = .bytes(token.bytes)
        return item
    }

    /// Reads the row; throws ``TableError/Reason/corrupt`` when it is damaged.
    package init(_ item: Item) throws(TableError) {
        guard case .ring(let stream, let partition) = item.key else { throw item.misplaced }
        self.stream = stream
        self.partition = partition
        id = try item.requiredStreamID(.stream)
        token = try item.requiredIncarnation(.incarnation)
    }
}
