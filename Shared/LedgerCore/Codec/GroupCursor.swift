import LedgerBytes

/// The positions at which a page of a group's member ended, each with the lease under which it was
/// read; a poll returns it, a commit accepts it.
///
/// ```
/// base64url of
///   version = 3 · subscription incarnation, 16 bytes · uvarint seek epoch · uvarint count
///   · per partition, ascending: uvarint partition · uvarint lease · position (see PositionVector)
///   · HMAC-SHA-256 of all before it, 32 bytes
/// ```
///
/// The lease fences the commit, so a commit needs no member's name. The HMAC is under the
/// subscription's own secret. One spelling per cursor.
package struct GroupCursor: Hashable, Sendable {
    /// Neither the version of a ``Cursor`` nor that of a ``ReadCursor``, so that none passes for
    /// another.
    fileprivate static let version: UInt8 = 3

    /// One partition that the member held.
    package struct Part: Hashable, Sendable {
        package let partition: Partition
        /// The number of the lease under which it was read, at least 1.
        package let lease: Int64
        /// The position after the page.
        package let position: Position

        /// A partition that was read up to `position`.
        package init(partition: Partition, lease: Int64, position: Position) {
            precondition(lease > 0, "leases are counted from 1")
            self.partition = partition
            self.lease = lease
            self.position = position
        }
    }

    /// The subscription it belongs to.
    package let subscription: SubscriptionIncarnation
    /// The subscription's seek epoch when it was made; never negative.
    package let epoch: Int64
    /// The partitions that the member held, none twice, ascending; there may be none.
    package let parts: [Part]

    /// A cursor over partitions in ascending order; `epoch` is not negative.
    package init(subscription: SubscriptionIncarnation, epoch: Int64, parts: [Part]) {
        precondition(epoch >= 0, "a seek epoch is never negative")
        precondition(Self.isAscending(parts), "a cursor has each partition once, in order")
        self.subscription = subscription
        self.epoch = epoch
        self.parts = parts
    }

    /// The part of this partition; nil when the member did not hold it.
    package func part(of partition: Partition) -> Part? {
        parts.first { $0.partition == partition }
    }

    /// The text that clients see, under the subscription's secret.
    package func encoded(secret: SubscriptionSecret) -> String {
        var bytes = [Self.version]
        bytes += subscription.bytes
        Varint.append(UInt64(epoch), to: &bytes)
        Varint.append(UInt64(parts.count), to: &bytes)
        for part in parts {
            Varint.append(UInt64(part.partition.index), to: &bytes)
            Varint.append(UInt64(part.lease), to: &bytes)
            PositionVector.append(part.position, to: &bytes)
        }
        bytes += HMACSHA256.tag(key: secret.bytes, message: bytes)
        return Base64URL.encode(bytes)
    }

    /// True for a text that can only be meant as a cursor of a group, well-formed or not.
    package static func isMeant(by text: String) -> Bool {
        Base64URL.decode(text)?.first == version
    }

    /// Reads a cursor's structure.
    ///
    /// - Returns: nil when it is no cursor of a group, or not in its one spelling.
    package static func decode(_ text: String) -> UnverifiedGroupCursor? {
        guard let bytes = Base64URL.decode(text), bytes.count > HMACSHA256.tagCount
        else { return nil }
        let signed = bytes.count - HMACSHA256.tagCount
        var reader = ByteReader(bytes, upTo: signed)
        guard reader.byte() == version,
            let subscription = reader.take(16).flatMap({ SubscriptionIncarnation(bytes: $0) }),
            let epoch = reader.number().flatMap(Int64.init(exactly:)),
            let parts = readParts(&reader), reader.isAtEnd
        else { return nil }
        return UnverifiedGroupCursor(
            cursor: GroupCursor(subscription: subscription, epoch: epoch, parts: parts),
            message: Array(bytes[..<signed]),
            tag: Array(bytes[signed...])
        )
    }

    private static func readParts(_ reader: inout ByteReader) -> [Part]? {
        guard let count = reader.number(), count <= UInt64(Limits.partitions.upperBound)
        else { return nil }
        var parts: [Part] = []
        for _ in 0..<count {
            guard
                let partition = reader.number().flatMap(Int.init(exactly:))
                    .flatMap({ Partition($0) }),
                let lease = reader.number().flatMap(Int64.init(exactly:)), lease > 0,
                let position = PositionVector.readPosition(&reader)
            else { return nil }
            parts.append(Part(partition: partition, lease: lease, position: position))
        }
        return isAscending(parts) ? parts : nil
    }

    private static func isAscending(_ parts: [Part]) -> Bool {
        zip(parts, parts.dropFirst()).allSatisfy { $0.partition < $1.partition }
    }
}

/// A well-formed cursor of a group whose signature has not been checked.
package struct UnverifiedGroupCursor: Sendable {
    fileprivate let cursor: GroupCursor
    fileprivate let message: [UInt8]
    fileprivate let tag: [UInt8]

    /// The cursor, when it was made with `secret`; nil when it was not.
    package func verified(secret: SubscriptionSecret) -> GroupCursor? {
        let isOurs = constantTimeEquals(HMACSHA256.tag(key: secret.bytes, message: message), tag)
        return isOurs ? cursor : nil
    }
}
