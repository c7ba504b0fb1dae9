/// One event on its own, as the compacted state stores it; its key and offset are the row's.
///
/// A row holds it as ``PackedRecord`` has it.
///
/// ```
/// 0      1  version = 1
/// 1      8  timestamp, ms since the epoch, little-endian
/// 9      …  uvarint n, n bytes of type · header block as in a batch · uvarint n, n bytes of data
/// end-4  4  CRC-32C of all bytes before it
/// ```
package struct Record: Sendable {
    private static let version: UInt8 = 1
    private static let fixedCount = 9

    /// When the event was stored.
    package let timestamp: Timestamp
    /// What the ranges refer to: the record in version 1, the same however it was packed.
    package let bytes: [UInt8]
    /// The type.
    package let type: Range<UInt32>
    /// The header block, its count included; see ``RecordHeaders``.
    package let headers: Range<UInt32>
    /// The data; empty for a tombstone.
    package let data: Range<UInt32>

    /// Whether the event says that its key is gone (`data: null`).
    package var isTombstone: Bool { data.isEmpty }

    /// Whether there is at least one header.
    package var hasHeaders: Bool { headers.count > 1 }

    /// Encodes a record of a batch.
    package static func encode(_ view: RecordView, of batch: DecodedBatch) -> [UInt8] {
        batch.bytes.withUnsafeBytes { all in
            encode(
                timestamp: batch.timestamp(of: view),
                type: all.field(view.type),
                headerBlock: all.field(view.headers),
                data: all.field(view.data)
            )
        }
    }

    /// Encodes an event.
    package static func encode(
        timestamp: Timestamp,
        type: [UInt8],
        headers: RecordHeaders? = nil,
        data: [UInt8]
    ) -> [UInt8] {
        var block: [UInt8] = []
        (headers ?? RecordHeaders()).append(to: &block)
        return type.withUnsafeBytes { type in
            block.withUnsafeBytes { block in
                data.withUnsafeBytes {
                    encode(timestamp: timestamp, type: type, headerBlock: block, data: $0)
                }
            }
        }
    }

    private static func encode(
        timestamp: Timestamp,
        type: UnsafeRawBufferPointer,
        headerBlock: UnsafeRawBufferPointer,
        data: UnsafeRawBufferPointer
    ) -> [UInt8] {
        var bytes: [UInt8] = [version]
        bytes.reserveCapacity(32 + type.count + headerBlock.count + data.count)
        withUnsafeBytes(of: timestamp.milliseconds.littleEndian) { bytes.append(contentsOf: $0) }
        Varint.append(UInt64(type.count), to: &bytes)
        bytes.append(contentsOf: type)
        bytes.append(contentsOf: headerBlock)
        Varint.append(UInt64(data.count), to: &bytes)
        bytes.append(contentsOf: data)
        let checksum = bytes.withUnsafeBytes { CRC32C.checksum($0) }
        withUnsafeBytes(of: checksum.littleEndian) { bytes.append(contentsOf: $0) }
        return bytes
    }

    /// Decodes a record, packed or not, and checks all of it.
    package static func decode(_ stored: [UInt8]) throws(BatchError) -> Record {
        let bytes = try PackedRecord.unpack(stored)
        return try bytes.withRawBytes { (raw) throws(BatchError) in
            guard raw.count > fixedCount + BatchHeader.checksumCount else {
                throw .tooShort(bytes: raw.count)
            }
            guard raw[0] == version else { throw .unknownVersion(raw[0]) }
            guard raw.count <= Limits.decodedBatchBytes else {
                throw .payloadTooLarge(bytes: raw.count, limit: Limits.decodedBatchBytes)
            }
            try BatchHeader.checkChecksum(raw)
            return try parse(raw, of: bytes)
        }
    }

    private static func parse(
        _ raw: UnsafeRawBufferPointer,
        of bytes: [UInt8]
    ) throws(BatchError) -> Record {
        let milliseconds = raw.loadUnaligned(fromByteOffset: 1, as: Int64.self)
        let end = raw.count - BatchHeader.checksumCount
        var parser = RecordParser(raw, from: fixedCount, upTo: end)
        guard let type = parser.field(), let headers = parser.headers(), let data = parser.field()
        else { throw .badRecord(index: 0) }
        guard parser.remaining == 0 else { throw .trailingBytes(parser.remaining) }
        return Record(
            timestamp: Timestamp(milliseconds: Int64(littleEndian: milliseconds)),
            bytes: bytes,
            type: UInt32(type.lowerBound)..<UInt32(type.upperBound),
            headers: UInt32(headers.lowerBound)..<UInt32(headers.upperBound),
            data: UInt32(data.lowerBound)..<UInt32(data.upperBound)
        )
    }

    /// A copy of one field.
    package func copy(_ field: Range<UInt32>) -> [UInt8] {
        Array(bytes[Int(field.lowerBound)..<Int(field.upperBound)])
    }

    /// Calls `body` with the name and the value of each header.
    package func forEachHeader<Failure: Error>(
        _ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws(Failure) ->
            Void
    ) throws(Failure) {
        try bytes.withRawBytes { (all) throws(Failure) in
            try RecordHeaders.forEach(in: all.field(headers), body)
        }
    }
}
