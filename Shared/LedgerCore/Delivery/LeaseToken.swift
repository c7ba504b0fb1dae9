import LedgerBytes

/// The lease under which a call's events were handed out, as its consumer gives it back.
///
/// ```
/// base64url of
///   version = 4 · subscription incarnation, 16 bytes · uvarint seek epoch · lease id, 8 bytes
///   · uvarint count · per partition, ascending: uvarint partition · uvarint granted ms
///   · HMAC-SHA-256 of all before it, 32 bytes
/// ```
///
/// The HMAC is under the subscription's own secret. One spelling per lease.
package struct LeaseToken: Hashable, Sendable {
    /// No cursor has this version, so that neither passes for the other.
    private static let version: UInt8 = 4

    package let subscription: SubscriptionIncarnation
    /// The subscription's seek epoch when it was made; never negative.
    package let epoch: Int64
    package let lease: LeaseID
    /// By partition, ascending, none twice; at least one.
    package let parts: [Part]

    /// The events of one partition.
    package struct Part: Hashable, Sendable {
        package let partition: Partition
        /// The time at which they were handed out, from 1970 on.
        package let granted: Timestamp

        package init(_ partition: Partition, granted: Timestamp) {
            self.partition = partition
            self.granted = granted
        }
    }

    /// A lease of events in these parts, ascending.
    package init(
        subscription: SubscriptionIncarnation,
        epoch: Int64,
        lease: LeaseID,
        parts: [Part]
    ) {
        precondition(epoch >= 0, "a seek epoch is never negative")
        precondition(Self.isAscending(parts), "a lease has each partition once, in order")
        self.subscription = subscription
        self.epoch = epoch
        self.lease = lease
        self.parts = parts
    }

    /// The text that clients see, under the subscription's secret.
    package func encoded(secret: SubscriptionSecret) -> String {
        var bytes = [Self.version]
        bytes += subscription.bytes
        Varint.append(UInt64(epoch), to: &bytes)
        withUnsafeBytes(of: lease.rawValue.bigEndian) { bytes.append(contentsOf: $0) }
        Varint.append(UInt64(parts.count), to: &bytes)
        for part in parts {
            Varint.append(UInt64(part.partition.index), to: &bytes)
            Varint.append(UInt64(part.granted.milliseconds), to: &bytes)
        }
        bytes += HMACSHA256.tag(key: secret.bytes, message: bytes)
        return Base64URL.encode(bytes)
    }

    /// Reads a lease of a subscription.
    ///
    /// - Throws: ``Refusal/invalidLease`` unless it was made for this subscription;
    ///   ``Refusal/cursorSuperseded`` when that was before a seek.
    package static func read(
        _ text: String,
        of subscription: SubscriptionRow,
        rules: Rules
    ) throws(Refusal) -> LeaseToken {
        guard let token = decode(text, secret: subscription.secret),
            token.subscription == subscription.incarnation,
            token.parts.allSatisfy({ $0.partition.index < subscription.positions.count })
        else { throw .invalidLease }
        guard token.epoch == subscription.epoch || !rules.keep(.seekEpoch) else {
            throw .cursorSuperseded
        }
        return token
    }

    /// Nil when it is no lease, not in its one spelling, or made with another secret.
    private static func decode(_ text: String, secret: SubscriptionSecret) -> LeaseToken? {
        guard let bytes = Base64URL.decode(text), bytes.count > HMACSHA256.tagCount
        else { return nil }
        let signed = bytes.count - HMACSHA256.tagCount
        let tag = HMACSHA256.tag(key: secret.bytes, message: Array(bytes[..<signed]))
        guard constantTimeEquals(tag, Array(bytes[signed...])) else { return nil }
        var reader = ByteReader(bytes, upTo: signed)
        guard reader.byte() == version,
            let subscription = reader.take(16).flatMap({ SubscriptionIncarnation(bytes: $0) }),
            let epoch = reader.number().flatMap(Int64.init(exactly:)), let id = reader.take(8),
            let parts = parts(from: &reader), reader.isAtEnd
        else { return nil }
        return LeaseToken(
            subscription: subscription,
            epoch: epoch,
            lease: LeaseID(rawValue: id.reduce(0) { $0 << 8 | UInt64($1) }),
            parts: parts
        )
    }

    private static func parts(from reader: inout ByteReader) -> [Part]? {
        guard let count = reader.number(), count <= UInt64(Limits.partitions.upperBound)
        else { return nil }
        var parts: [Part] = []
        for _ in 0..<count {
            guard let index = reader.number().flatMap(Int.init(exactly:)),
                let partition = Partition(index), let granted = reader.number(),
                granted <= UInt64(Timestamp.latest.milliseconds)
            else { return nil }
            parts.append(Part(partition, granted: Timestamp(milliseconds: Int64(granted))))
        }
        return isAscending(parts) ? parts : nil
    }

    private static func isAscending(_ parts: [Part]) -> Bool {
        !parts.isEmpty && zip(parts, parts.dropFirst()).allSatisfy { $0.partition < $1.partition }
    }
}

extension LeaseID {
    /// The lease of a named attempt to receive: the same for each repetition of it.
    package init(of attempt: String, in subscription: SubscriptionRow) {
        let epoch = withUnsafeBytes(of: subscription.epoch.bigEndian) { Array($0) }
        let digest = SHA256.digest(
            subscription.secret.bytes,
            subscription.incarnation.bytes,
            epoch,
            Array(attempt.utf8)
        )
        self.init(rawValue: digest.bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) })
    }
}
