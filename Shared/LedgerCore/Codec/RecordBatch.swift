import CCompression

/// The stored form of a chunk's records, version 1.
///
/// Integers are little-endian.
///
/// ```
/// 0      2  magic "EL"
/// 2      1  version = 1
/// 3      1  codec: 0 none, 1 zstd
/// 4      4  record count
/// 8      8  base offset
/// 16     8  base timestamp, ms since the epoch
/// 24     4  payload length before compression
/// 28     …  payload, compressed when it has more than 512 bytes and that saves an eighth
/// end-4  4  CRC-32C of all bytes before it
///
/// payload, per record:
///   ┌───────────────┬──────────┬───────────┬────────────────────┬───────────┐
///   │ uvarint       │ uvarint n│ uvarint n │ uvarint count, per │ uvarint n │
///   │ timestamp     │ n bytes  │ n bytes   │ header: name and   │ n bytes   │
///   │ delta, ms     │ of key   │ of type   │ value likewise     │ of data   │
///   └───────────────┴──────────┴───────────┴────────────────────┴───────────┘
///   data is the JSON text as it was sent; n = 0 is a tombstone (data: null)
/// ```
///
/// A uvarint is unsigned LEB128 in its shortest spelling (``Varint``).
package enum RecordBatch {
    /// Encodes records as one batch, however large; see ``Records/chunks()`` for cutting.
    package static func encode(
        _ records: Records,
        baseOffset: Offset,
        timestamp: Timestamp
    ) -> [UInt8] {
        CompressedRecords(records).encode(baseOffset: baseOffset, timestamp: timestamp)
    }

    /// How large a batch's payload is before compression, bytes, as its header claims.
    ///
    /// Decoding checks that. 0 when there is no whole header.
    static func claimedPayload(of bytes: [UInt8]) -> Int {
        bytes.withUnsafeBytes { BatchHeader.claimedPayload(of: $0) }
    }

    /// Decodes a batch and checks all of it.
    ///
    /// `baseOffset` is the sort key of the row it was read from.
    package static func decode(
        _ bytes: [UInt8],
        expecting baseOffset: Offset
    ) throws(BatchError) -> DecodedBatch {
        let header = try bytes.withRawBytes { (raw) throws(BatchError) in
            try BatchHeader.read(raw)
        }
        guard header.baseOffset == baseOffset else {
            throw .wrongOffset(expected: baseOffset, found: header.baseOffset)
        }
        switch header.codec {
        case .none:
            let range = try storedRange(bytes, header)
            return try parse(bytes, range, header)
        case .zstd:
            let payload = try expand(bytes, header)
            return try parse(payload, 0..<payload.count, header)
        }
    }

    private static func storedRange(
        _ bytes: [UInt8],
        _ header: BatchHeader
    ) throws(BatchError) -> Range<Int> {
        let range = BatchHeader.count..<(bytes.count - BatchHeader.checksumCount)
        let claimed = Int(header.payloadLength)
        guard range.count == claimed else {
            throw .payloadLengthMismatch(claimed: claimed, found: range.count)
        }
        try checkSize(claimed)
        return range
    }

    private static func checkSize(_ claimed: Int) throws(BatchError) {
        guard claimed <= Limits.decodedBatchBytes else {
            throw .payloadTooLarge(bytes: claimed, limit: Limits.decodedBatchBytes)
        }
    }

    private static func expand(
        _ bytes: [UInt8],
        _ header: BatchHeader
    ) throws(BatchError) -> [UInt8] {
        let claimed = Int(header.payloadLength)
        try checkSize(claimed)
        let payload = [UInt8](unsafeUninitializedCapacity: claimed) { output, count in
            count = bytes.withUnsafeBytes { raw in
                let end = raw.count - BatchHeader.checksumCount
                let stored = UnsafeRawBufferPointer(rebasing: raw[BatchHeader.count..<end])
                return max(
                    0,
                    el_zstd_expand_exactly(
                        output.baseAddress,
                        claimed,
                        stored.baseAddress,
                        stored.count
                    )
                )
            }
        }
        guard payload.count == claimed, claimed > 0 else { throw .badCompression }
        return payload
    }

    private static func parse(
        _ bytes: [UInt8],
        _ range: Range<Int>,
        _ header: BatchHeader
    ) throws(BatchError) -> DecodedBatch {
        let records = try views(bytes, range, count: Int(header.count))
        guard let last = records.last else { throw .empty }
        let (_, offsetOverflow) = header.baseOffset.rawValue.addingReportingOverflow(
            Int64(records.count)
        )
        guard !offsetOverflow else { throw .overflow }
        let base = header.baseTimestamp.milliseconds
        for record in records {
            guard let delta = Int64(exactly: record.timestampDelta),
                !base.addingReportingOverflow(delta).overflow
            else { throw .overflow }
        }
        return DecodedBatch(
            baseOffset: header.baseOffset,
            baseTimestamp: header.baseTimestamp,
            lastTimestamp: header.baseTimestamp.advanced(
                byMilliseconds: Int64(last.timestampDelta)
            ),
            bytes: bytes,
            records: records
        )
    }

    /// The views of exactly `count` records that fill `range`.
    private static func views(
        _ bytes: [UInt8],
        _ range: Range<Int>,
        count: Int
    ) throws(BatchError) -> [RecordView] {
        // Five lengths and counts of at least a byte each.
        guard count <= range.count / 5 else {
            throw .impossibleCount(records: count, payloadBytes: range.count)
        }
        var parsed = 0
        var unread = 0
        let records = bytes.withUnsafeBytes { raw in
            [RecordView](unsafeUninitializedCapacity: count) { views, initialized in
                var parser = RecordParser(raw, from: range.lowerBound, upTo: range.upperBound)
                while parsed < count, let view = parser.record() {
                    views.initializeElement(at: parsed, to: view)
                    parsed += 1
                }
                unread = parser.remaining
                initialized = parsed
            }
        }
        guard parsed == count else { throw .badRecord(index: parsed) }
        guard unread == 0 else { throw .trailingBytes(unread) }
        return records
    }
}
