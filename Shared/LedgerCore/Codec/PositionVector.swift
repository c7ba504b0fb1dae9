/// The stored form of a vector of positions, one per partition, by partition number.
///
/// ```
/// uvarint count, then per position:
///   0 · uvarint offset                                     in the log
///   1 · uvarint watermark · 0                              in the snapshot, nothing delivered yet
///   1 · uvarint watermark · 1 · uvarint n, n bytes of key  in the snapshot, after this key
/// ```
///
/// One spelling per vector.
package enum PositionVector {
    private static let logTag: UInt8 = 0
    private static let snapshotTag: UInt8 = 1

    /// Encodes `positions`, one for each partition of a stream.
    package static func encode(_ positions: [Position]) -> [UInt8] {
        var bytes: [UInt8] = []
        append(positions, to: &bytes)
        return bytes
    }

    /// The inverse of ``encode(_:)``; nil for anything it does not write.
    package static func decode(_ bytes: [UInt8]) -> [Position]? {
        var reader = ByteReader(bytes)
        guard let positions = read(&reader), reader.isAtEnd else { return nil }
        return positions
    }

    static func append(_ positions: [Position], to bytes: inout [UInt8]) {
        Varint.append(UInt64(positions.count), to: &bytes)
        for position in positions { append(position, to: &bytes) }
    }

    static func append(_ position: Position, to bytes: inout [UInt8]) {
        switch position {
        case .log(let offset):
            bytes.append(logTag)
            Varint.append(UInt64(offset.rawValue), to: &bytes)
        case .snapshot(let watermark, let after):
            bytes.append(snapshotTag)
            Varint.append(UInt64(watermark.rawValue), to: &bytes)
            append(after, to: &bytes)
        }
    }

    private static func append(_ key: EventKey?, to bytes: inout [UInt8]) {
        guard let key else { return bytes.append(0) }
        bytes.append(1)
        Varint.append(UInt64(key.utf8.count), to: &bytes)
        bytes.append(contentsOf: key.utf8)
    }

    static func read(_ reader: inout ByteReader) -> [Position]? {
        guard let count = reader.number(), count <= UInt64(Limits.partitions.upperBound)
        else { return nil }
        var positions: [Position] = []
        for _ in 0..<count {
            guard let position = readPosition(&reader) else { return nil }
            positions.append(position)
        }
        return positions
    }

    static func readPosition(_ reader: inout ByteReader) -> Position? {
        guard let tag = reader.byte(), let offset = reader.offset() else { return nil }
        switch tag {
        case logTag: return .log(offset)
        case snapshotTag: return readSnapshot(&reader, watermark: offset)
        default: return nil
        }
    }

    private static func readSnapshot(
        _ reader: inout ByteReader,
        watermark: Offset
    ) -> Position? {
        switch reader.byte() {
        case 0: return .snapshot(watermark: watermark, after: nil)
        case 1:
            guard let key = reader.field().flatMap({ EventKey(utf8: $0) }) else { return nil }
            return .snapshot(watermark: watermark, after: key)
        default: return nil
        }
    }
}
