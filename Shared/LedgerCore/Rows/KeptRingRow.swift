/// A partition that a sweep must visit soon: row `RINGS`.
///
/// Written when a fold failed, or when a sweep ran out of time at this partition, so that the work
/// does not wait for the next round. A sweep removes the row once it has done the work.
package struct KeptRingRow: Hashable, Sendable {
    /// The name by which the stream's row is found.
    package let id: StreamID
    package let stream: StreamIncarnation
    package let partition: Partition
    /// Fresh with every ring, so that ``removal`` keeps a row that was written anew meanwhile.
    package let token: RingToken

    package init(
        id: StreamID,
        stream: StreamIncarnation,
        partition: Partition,
        token: RingToken
    ) {
        self.id = id
        self.stream = stream
        self.partition = partition
        self.token = token
    }

    /// The write that stores the ring, over an earlier one of the same partition.
    package var keeping: Write { .put(item) }

    /// The write that removes the ring, unless the partition was rung for again.
    package var removal: Write {
        .delete(item.key, if: .compare(.incarnation, .equal, .bytes(token.bytes)))
    }

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
        token = try item.requiredID(.incarnation)
    }
}
