import LedgerBytes

/// The last row of a page of a list: the opaque `next` that clients pass back.
///
/// ```
/// base64url of: version = 1 · kind · uvarint partition · sort key, to the end
/// ```
///
/// It is unsigned: it grants nothing beyond what the caller may read anyway.
package struct PageToken: Hashable, Sendable {
    /// The list it belongs to.
    package enum Kind: UInt8, Sendable, CaseIterable {
        /// All streams, in the order of their names.
        case streams = 1
        /// The subscriptions of a stream.
        case subscriptions = 2
        /// The compacted state of a stream, partition after partition.
        case compacted = 3
        /// All API keys, in the order of their ids.
        case apiKeys = 4
        /// The parked events of a subscription, by partition and offset.
        case parked = 5
    }

    private static let version: UInt8 = 1

    /// The list it belongs to.
    package var kind: Kind
    /// The partition of the last row; 0 where the list has none.
    package var partition: Partition
    /// The sort key of the last row; empty: the partition's beginning.
    package var sortKey: [UInt8]

    /// A token; leave `partition` out where the list has none.
    package init(kind: Kind, partition: Partition? = nil, sortKey: [UInt8]) {
        self.kind = kind
        self.partition = partition ?? Partition(unchecked: 0)
        self.sortKey = sortKey
    }

    /// The token of a list of parked events behind the row with this sort key.
    package static func parked(after sortKey: [UInt8]) -> PageToken {
        PageToken(kind: .parked, partition: SortKey.parked(sortKey)?.0, sortKey: sortKey)
    }

    /// The text that clients see.
    package var encoded: String {
        var bytes = [Self.version, kind.rawValue]
        Varint.append(UInt64(partition.index), to: &bytes)
        bytes += sortKey
        return Base64URL.encode(bytes)
    }

    /// Reads a token; nil when `text` is none of this kind of list in its one spelling.
    package static func decode(_ text: String, kind: Kind) -> PageToken? {
        guard let bytes = Base64URL.decode(text) else { return nil }
        var reader = ByteReader(bytes)
        guard reader.byte() == version, reader.byte() == kind.rawValue,
            let partition = reader.number().flatMap(Int.init(exactly:)).flatMap({ Partition($0) })
        else { return nil }
        let token = PageToken(kind: kind, partition: partition, sortKey: reader.rest())
        return token.isPossible ? token : nil
    }

    /// True when a row of this list can have this sort key; no engine is asked to start at another.
    private var isPossible: Bool {
        switch kind {
        case .compacted: sortKey.isEmpty || EventKey(utf8: sortKey) != nil
        case .streams: isFirst && StreamID(SortKey.text(sortKey)) != nil
        case .subscriptions: isFirst && SubscriptionID(SortKey.text(sortKey)) != nil
        case .apiKeys: isFirst && APIKeyID(SortKey.text(sortKey)) != nil
        case .parked: SortKey.parked(sortKey)?.0 == partition
        }
    }

    /// True for the only partition number that a list without partitions may have.
    private var isFirst: Bool { partition.index == 0 }
}
