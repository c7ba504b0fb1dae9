import CChecksum
import CCompression
import LedgerBytes

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

    /// The size of a batch's payload before compression that its header claims, bytes.
    ///
    /// Unchecked until the batch is decoded; 0 when there is no whole header.
    static func claimedPayload(of bytes: [UInt8]) -> Int {
        bytes.withUnsafeBytes { BatchHeader.claimedPayload(of: $0) }
    }

    /// Decodes a batch and checks all of it; `baseOffset` is the sort key of its row.
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
            let range = try storedRange(of: bytes, header: header)
            return try parse(bytes, in: range, header: header)
        case .zstd:
            let payload = try expand(bytes, header: header)
            return try parse(payload, in: 0..<payload.count, header: header)
        }
    }

    private static func storedRange(
        of bytes: [UInt8],
        header: BatchHeader
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
        header: BatchHeader
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
        in range: Range<Int>,
        header: BatchHeader
    ) throws(BatchError) -> DecodedBatch {
        let records = try views(of: bytes, in: range, count: Int(header.count))
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
            lastTimestamp: header.baseTimestamp.advanced(byDelta: last.timestampDelta),
            bytes: bytes,
            records: records
        )
    }

    /// The views of exactly `count` records that fill `range`.
    private static func views(
        of bytes: [UInt8],
        in range: Range<Int>,
        count: Int
    ) throws(BatchError) -> [RecordView] {
        // A record has five lengths and counts, each of at least one byte.
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

/// The compression of a batch's payload, as its header names it.
enum BatchCodec: UInt8, Sendable {
    case none = 0
    case zstd = 1
}

/// The fixed fields in front of a batch's payload, as drawn at ``RecordBatch``.
struct BatchHeader {
    /// The header's own size, bytes.
    static let count = 28
    /// The size of the checksum behind the payload, bytes.
    static let checksumCount = 4

    static let magic: [UInt8] = Array("EL".utf8)
    static let version: UInt8 = 1

    let codec: BatchCodec
    let count: UInt32
    let baseOffset: Offset
    let baseTimestamp: Timestamp
    let payloadLength: UInt32

    /// Writes the 28 bytes at the start of `bytes`.
    func write(to bytes: UnsafeMutableRawBufferPointer) {
        bytes[0] = Self.magic[0]
        bytes[1] = Self.magic[1]
        bytes[2] = Self.version
        bytes[3] = codec.rawValue
        bytes.storeBytes(of: count.littleEndian, toByteOffset: 4, as: UInt32.self)
        bytes.storeBytes(of: baseOffset.rawValue.littleEndian, toByteOffset: 8, as: Int64.self)
        bytes.storeBytes(
            of: baseTimestamp.milliseconds.littleEndian,
            toByteOffset: 16,
            as: Int64.self
        )
        bytes.storeBytes(of: payloadLength.littleEndian, toByteOffset: 24, as: UInt32.self)
    }

    /// Reads the header of a whole batch, and checks everything that needs no decompression.
    static func read(_ bytes: UnsafeRawBufferPointer) throws(BatchError) -> BatchHeader {
        guard bytes.count > count + checksumCount else { throw .tooShort(bytes: bytes.count) }
        guard bytes[0] == magic[0], bytes[1] == magic[1] else { throw .badMagic }
        guard bytes[2] == version else { throw .unknownVersion(bytes[2]) }
        guard let codec = BatchCodec(rawValue: bytes[3]) else { throw .unknownCodec(bytes[3]) }
        try checkChecksum(bytes)
        let offset = integer(bytes, at: 8, as: Int64.self)
        guard let baseOffset = Offset(offset) else { throw .negativeOffset(offset) }
        return BatchHeader(
            codec: codec,
            count: integer(bytes, at: 4, as: UInt32.self),
            baseOffset: baseOffset,
            baseTimestamp: Timestamp(milliseconds: integer(bytes, at: 16, as: Int64.self)),
            payloadLength: integer(bytes, at: 24, as: UInt32.self)
        )
    }

    /// The payload's length before compression, unchecked.
    static func claimedPayload(of bytes: UnsafeRawBufferPointer) -> Int {
        bytes.count < count ? 0 : Int(integer(bytes, at: 24, as: UInt32.self))
    }

    /// Checks the CRC-32C that ends `bytes` against everything before it.
    static func checkChecksum(_ bytes: UnsafeRawBufferPointer) throws(BatchError) {
        let end = bytes.count - checksumCount
        let stored = integer(bytes, at: end, as: UInt32.self)
        let computed = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[..<end]))
        guard stored == computed else {
            throw .checksumMismatch(stored: stored, computed: computed)
        }
    }

    private static func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
        _ bytes: UnsafeRawBufferPointer,
        at offset: Int,
        as type: Integer.Type
    ) -> Integer {
        Integer(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Integer.self))
    }
}

/// A record batch after all its lengths were checked.
package struct DecodedBatch: Sendable {
    /// The offset of the first record.
    package let baseOffset: Offset
    /// The batch's timestamp; each record's delta counts from it.
    package let baseTimestamp: Timestamp
    /// The last record's timestamp.
    package let lastTimestamp: Timestamp
    /// The bytes that the views' ranges index.
    ///
    /// An uncompressed batch is not copied, so they contain its header and checksum too.
    package let bytes: [UInt8]
    /// The records in order, at least one.
    package let records: [RecordView]

    /// The offset after the last record.
    package var nextOffset: Offset { baseOffset.advanced(by: records.count) }

    /// The offset of the record with the given index in ``records``.
    package func offset(at index: Int) -> Offset {
        baseOffset.advanced(by: index)
    }

    /// The timestamp of a record of this batch.
    package func timestamp(of record: RecordView) -> Timestamp {
        baseTimestamp.advanced(byDelta: record.timestampDelta)
    }

    /// A copy of one field of a record of this batch.
    package func copy(_ field: Range<UInt32>) -> [UInt8] {
        Array(bytes[Int(field.lowerBound)..<Int(field.upperBound)])
    }

    /// Calls `body` with the name and the value of each header of a record of this batch.
    package func forEachHeader<Failure: Error>(
        of record: RecordView,
        _ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws(Failure) ->
            Void
    ) throws(Failure) {
        try bytes.withRawBytes { (all) throws(Failure) in
            try RecordHeaders.forEach(in: all.field(record.headers), body)
        }
    }
}

extension Timestamp {
    /// This moment moved by a record's delta, as stored; its sum was found to be in range.
    ///
    /// Every event that is read comes by here, so it does without a `Duration`.
    fileprivate func advanced(byDelta milliseconds: UInt64) -> Timestamp {
        Timestamp(milliseconds: self.milliseconds + Int64(milliseconds))
    }
}

/// A defect in stored bytes that should be a record batch or a record.
///
/// The row was damaged or written by other software; trying again does not help.
package enum BatchError: Error, Hashable, Sendable {
    /// The bytes are fewer than any batch has.
    case tooShort(bytes: Int)
    /// The bytes do not begin with "EL".
    case badMagic
    /// The format's version is none that this software reads.
    case unknownVersion(UInt8)
    /// The compression is none that this software knows.
    case unknownCodec(UInt8)
    /// A bit changed since it was written.
    case checksumMismatch(stored: UInt32, computed: UInt32)
    /// Its base offset is negative.
    case negativeOffset(Int64)
    /// The batch is intact but belongs to another offset.
    case wrongOffset(expected: Offset, found: Offset)
    /// It claims more bytes than are accepted.
    case payloadTooLarge(bytes: Int, limit: Int)
    /// It claims another number of bytes than it holds.
    case payloadLengthMismatch(claimed: Int, found: Int)
    /// Its payload cannot be decompressed to the length it claims.
    case badCompression
    /// It has no records.
    case empty
    /// It claims more records than its bytes could hold.
    case impossibleCount(records: Int, payloadBytes: Int)
    /// The record with this number, from 0, reaches beyond the end or has a badly written length.
    case badRecord(index: Int)
    /// There are bytes behind the last record.
    case trailingBytes(Int)
    /// An offset or timestamp is beyond what 63 bits hold.
    case overflow
}

extension BatchError: CustomStringConvertible {
    /// The defect in words, for an operator.
    package var description: String {
        switch self {
        case .tooShort(let bytes): "only \(bytes) bytes, too few for a record batch"
        case .badMagic: "not a record batch: it does not begin with \"EL\""
        case .unknownVersion(let version):
            "format version \(version), which this version of the software cannot read"
        case .unknownCodec(let codec):
            "compression codec \(codec), which this version of the software cannot read"
        case .checksumMismatch(let stored, let computed):
            "checksum mismatch: stored \(Hexadecimal.encode(number: stored)), "
                + "computed \(Hexadecimal.encode(number: computed))"
        case .negativeOffset(let offset): "negative base offset \(offset)"
        case .wrongOffset(let expected, let found):
            "base offset \(found.rawValue) where \(expected.rawValue) was expected"
        case .payloadTooLarge(let bytes, let limit):
            "a payload of \(bytes) bytes, more than the \(limit) accepted"
        case .payloadLengthMismatch(let claimed, let found):
            "a payload of \(found) bytes that claims to have \(claimed)"
        case .badCompression: "a payload that does not decompress to the length it claims"
        case .empty: "a record batch without records"
        case .impossibleCount(let records, let bytes):
            "\(records) records claimed in \(bytes) bytes of payload"
        case .badRecord(let index): "record \(index) of the batch has an impossible length"
        case .trailingBytes(let bytes): "\(bytes) bytes behind the last record"
        case .overflow: "an offset or timestamp that does not fit 63 bits"
        }
    }
}

/// CRC-32C (Castagnoli), the checksum of stored batches and records.
enum CRC32C {
    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        el_crc32c(0, bytes.baseAddress, bytes.count)
    }

    /// The table implementation, for processors without the instruction.
    static func software(_ bytes: UnsafeRawBufferPointer, after crc: UInt32 = 0) -> UInt32 {
        el_crc32c_software(crc, bytes.baseAddress, bytes.count)
    }

    /// The checksum by the processor's instruction; nil when it has none.
    static func hardware(_ bytes: UnsafeRawBufferPointer, after crc: UInt32 = 0) -> UInt32? {
        el_crc32c_has_hardware() ? el_crc32c_hardware(crc, bytes.baseAddress, bytes.count) : nil
    }
}
