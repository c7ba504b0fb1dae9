import LedgerBytes

/// The positions at which a page of a subscription ended; a poll returns it, a commit accepts it.
///
/// ```
/// base64url of
///   version = 1 · subscription incarnation, 16 bytes · uvarint seek epoch
///   · positions (see PositionVector) · HMAC-SHA-256 of all before it, 32 bytes
/// ```
///
/// The HMAC is under the subscription's own secret. One spelling per cursor.
package struct Cursor: Hashable, Sendable {
    fileprivate static let version: UInt8 = 1

    /// The subscription it belongs to.
    package var subscription: SubscriptionIncarnation
    /// The subscription's seek epoch when it was made; never negative.
    package var epoch: Int64
    /// The positions after the page, in the partitions that it was read from.
    package var positions: PartitionPositions

    /// A cursor; `epoch` is not negative.
    package init(subscription: SubscriptionIncarnation, epoch: Int64, positions: PartitionPositions)
    {
        precondition(epoch >= 0, "a seek epoch is never negative")
        self.subscription = subscription
        self.epoch = epoch
        self.positions = positions
    }

    /// The text that clients see, under the subscription's secret.
    ///
    /// This version has no partition numbers, so the cursor has positions in all partitions.
    package func encoded(secret: SubscriptionSecret) -> String {
        precondition(
            positions.isWhole(of: positions.values.count),
            "version 1 has a position for every partition"
        )
        var bytes = [Self.version]
        bytes += subscription.bytes
        Varint.append(UInt64(epoch), to: &bytes)
        PositionVector.append(positions.values, to: &bytes)
        bytes += HMACSHA256.tag(key: secret.bytes, message: bytes)
        return Base64URL.encode(bytes)
    }

    /// Reads a cursor's structure, so that its subscription can be looked up.
    ///
    /// - Returns: nil when it is no cursor, or not in its one spelling.
    package static func decode(_ text: String) -> UnverifiedCursor? {
        guard let bytes = Base64URL.decode(text), bytes.count > HMACSHA256.tagCount
        else { return nil }
        let signed = bytes.count - HMACSHA256.tagCount
        var reader = ByteReader(bytes, upTo: signed)
        guard reader.byte() == version,
            let subscription = reader.take(16).flatMap({ SubscriptionIncarnation(bytes: $0) }),
            let epoch = reader.number().flatMap(Int64.init(exactly:)),
            let positions = PositionVector.read(&reader), reader.isAtEnd
        else { return nil }
        return UnverifiedCursor(
            cursor: Cursor(
                subscription: subscription,
                epoch: epoch,
                positions: PartitionPositions(ofAll: positions)
            ),
            message: Array(bytes[..<signed]),
            tag: Array(bytes[signed...])
        )
    }
}

/// A well-formed cursor whose signature has not been checked, so anyone may have written it.
package struct UnverifiedCursor: Sendable {
    fileprivate let cursor: Cursor
    fileprivate let message: [UInt8]
    fileprivate let tag: [UInt8]

    /// The subscription it claims; that one's secret verifies it.
    package var subscription: SubscriptionIncarnation { cursor.subscription }

    /// The cursor, when it was made with `secret`; nil when it was not.
    package func verified(secret: SubscriptionSecret) -> Cursor? {
        let isOurs = constantTimeEquals(HMACSHA256.tag(key: secret.bytes, message: message), tag)
        return isOurs ? cursor : nil
    }
}

/// The offsets at which a read without a subscription continues.
///
/// ```
/// base64url of
///   version = 2 · stream incarnation, 16 bytes · uvarint first partition
///   · uvarint count · per partition: uvarint offset
/// ```
///
/// It is unsigned: it grants nothing beyond what the caller may read anyway. The incarnation keeps
/// one stream's cursor from another's log. One spelling per cursor.
package struct ReadCursor: Hashable, Sendable {
    /// Not the version of any ``Cursor``, so that neither passes for the other.
    private static let version: UInt8 = 2

    /// The stream it belongs to.
    package let stream: StreamIncarnation
    /// The first partition that is read.
    package let first: Partition
    /// The next offset of ``first`` and of each partition after it, in order.
    package let offsets: [Offset]

    /// A cursor over neighbouring partitions, at least one.
    package init(stream: StreamIncarnation, first: Partition, offsets: [Offset]) {
        precondition(!offsets.isEmpty, "a read is of some partition")
        self.stream = stream
        self.first = first
        self.offsets = offsets
    }

    /// The numbers of the partitions that are read.
    package var partitions: Range<Int> { first.index..<(first.index + offsets.count) }

    /// The text that clients see.
    package var encoded: String {
        var bytes = [Self.version]
        bytes += stream.bytes
        Varint.append(UInt64(first.index), to: &bytes)
        Varint.append(UInt64(offsets.count), to: &bytes)
        for offset in offsets { Varint.append(UInt64(offset.rawValue), to: &bytes) }
        return Base64URL.encode(bytes)
    }

    /// Reads a cursor; nil when `text` is none in its one spelling.
    package static func decode(_ text: String) -> ReadCursor? {
        guard let bytes = Base64URL.decode(text) else { return nil }
        var reader = ByteReader(bytes)
        guard reader.byte() == version,
            let stream = reader.take(16).flatMap({ StreamIncarnation(bytes: $0) }),
            let first = reader.number().flatMap(Int.init(exactly:)).flatMap({ Partition($0) }),
            let count = reader.number(), count > 0,
            count <= UInt64(Limits.partitions.upperBound - first.index)
        else { return nil }
        var offsets: [Offset] = []
        for _ in 0..<count {
            guard let offset = reader.offset() else { return nil }
            offsets.append(offset)
        }
        guard reader.isAtEnd else { return nil }
        return ReadCursor(stream: stream, first: first, offsets: offsets)
    }
}
