/// Where a read without a subscription goes on.
///
/// ```
/// base64url of
///   version = 2 · stream incarnation, 16 bytes · uvarint first partition
///   · uvarint count · per partition: uvarint offset
/// ```
///
/// It is no secret and proves nothing: it only says where to go on in what the caller may read. The
/// incarnation keeps one stream's cursor from another's log. One spelling per cursor.
package struct ReadCursor: Hashable, Sendable {
    /// Not the version of any ``Cursor``, so that neither passes for the other.
    private static let version: UInt8 = 2

    /// The stream it belongs to.
    package let stream: Incarnation
    /// The first partition that is read.
    package let first: Partition
    /// Where to go on, in it and in those that follow.
    package let offsets: [Offset]

    /// A cursor over neighbouring partitions, at least one.
    package init(stream: Incarnation, first: Partition, offsets: [Offset]) {
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
            let stream = reader.take(16).flatMap({ Incarnation(bytes: $0) }),
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
