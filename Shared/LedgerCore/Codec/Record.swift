import CCompression

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

    /// The time at which the event was stored.
    package let timestamp: Timestamp
    /// The record in version 1, unpacked; the ranges below index it.
    package let bytes: [UInt8]
    package let type: Range<UInt32>
    /// The header block, its count included; see ``RecordHeaders``.
    package let headers: Range<UInt32>
    /// Empty for a tombstone.
    package let data: Range<UInt32>

    /// True for an event with `data: null`, which deletes its key.
    package var isTombstone: Bool { data.isEmpty }

    package var hasHeaders: Bool { headers.count > 1 }

    /// Type + headers + data, bytes; the event measure counts the key too, which is the row's.
    var countedBytesWithoutKey: Int { type.count + headers.count + data.count }

    /// Encodes one record of a decoded batch, without its key and offset.
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

    /// Encodes an event from its fields; `data` empty means a tombstone.
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

    /// Copies one field, named by its range in ``bytes``.
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

/// A ``Record`` as a row of the compacted state holds it: compressed where that saves an eighth.
///
/// A record's first byte tells the two forms apart, so rows that were written before there was a
/// second one are read as ever.
///
/// ```
/// 0      1  version = 2; 1 is a record as it is
/// 1      4  length before compression, little-endian
/// 5      …  the record in version 1, compressed by zstd
/// end-4  4  CRC-32C of all bytes before it
/// ```
package enum PackedRecord {
    private static let version: UInt8 = 2
    private static let fixedCount = 5
    private static let overhead = fixedCount + BatchHeader.checksumCount

    /// Compresses a record if that saves an eighth; otherwise returns it unchanged.
    package static func pack(_ record: [UInt8]) -> [UInt8] {
        guard record.count > Limits.compressionThreshold else { return record }
        let most = record.count - (record.count + 7) / 8 - overhead
        let packed = [UInt8](unsafeUninitializedCapacity: overhead + most) { bytes, count in
            let room = UnsafeMutableRawBufferPointer(bytes)
            let written = record.withUnsafeBytes { input in
                el_zstd_compress(
                    room.baseAddress.map { $0 + fixedCount },
                    most,
                    input.baseAddress,
                    input.count
                )
            }
            count = written > 0 ? seal(room, packedCount: written, length: record.count) : 0
        }
        return packed.isEmpty ? record : packed
    }

    /// Writes the fields around the `packedCount` compressed bytes, and returns the size of all.
    private static func seal(
        _ bytes: UnsafeMutableRawBufferPointer,
        packedCount: Int,
        length: Int
    ) -> Int {
        bytes[0] = version
        bytes.storeBytes(of: UInt32(length).littleEndian, toByteOffset: 1, as: UInt32.self)
        let end = fixedCount + packedCount
        let checksum = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[..<end]))
        bytes.storeBytes(of: checksum.littleEndian, toByteOffset: end, as: UInt32.self)
        return end + BatchHeader.checksumCount
    }

    /// The size that a record has unpacked, as its head says; bytes.
    static func unpackedCount(of bytes: [UInt8]) -> Int {
        guard bytes.first == version, bytes.count > overhead else { return bytes.count }
        return bytes.withUnsafeBytes { bytes in
            Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 1, as: UInt32.self)))
        }
    }

    /// Returns the record in version 1, given either form.
    static func unpack(_ bytes: [UInt8]) throws(BatchError) -> [UInt8] {
        guard bytes.first == version else { return bytes }
        let length = try bytes.withRawBytes { (raw) throws(BatchError) in try recordLength(raw) }
        let record = [UInt8](unsafeUninitializedCapacity: length) { output, count in
            count = bytes.withUnsafeBytes { raw in
                let end = raw.count - BatchHeader.checksumCount
                let stored = UnsafeRawBufferPointer(rebasing: raw[fixedCount..<end])
                return max(
                    0,
                    el_zstd_expand_exactly(
                        output.baseAddress,
                        length,
                        stored.baseAddress,
                        stored.count
                    )
                )
            }
        }
        guard record.count == length, length > 0 else { throw .badCompression }
        return record
    }

    /// Checks the checksum and returns the record's length before compression.
    private static func recordLength(_ raw: UnsafeRawBufferPointer) throws(BatchError) -> Int {
        guard raw.count > overhead else { throw .tooShort(bytes: raw.count) }
        try BatchHeader.checkChecksum(raw)
        let length = Int(
            UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 1, as: UInt32.self))
        )
        guard length <= Limits.decodedBatchBytes else {
            throw .payloadTooLarge(bytes: length, limit: Limits.decodedBatchBytes)
        }
        return length
    }
}

/// The places of one record's fields in the bytes of its ``DecodedBatch``.
///
/// A plain value without references, so a thousand of them cost one allocation.
package struct RecordView: Hashable, Sendable {
    /// Milliseconds after the batch's base timestamp.
    package let timestampDelta: UInt64
    package let key: Range<UInt32>
    package let type: Range<UInt32>
    /// The header block, its count included; see ``RecordHeaders``.
    package let headers: Range<UInt32>
    /// Empty for a tombstone.
    package let data: Range<UInt32>

    /// True for an event with `data: null`, which deletes its key.
    package var isTombstone: Bool { data.isEmpty }

    /// False for a block of one byte, which is the count 0.
    package var hasHeaders: Bool { headers.count > 1 }

    /// Key + type + headers + data, bytes: the measure of an event's and a page's size.
    var countedBytes: Int { key.count + type.count + headers.count + data.count }
}

extension UnsafeRawBufferPointer {
    /// The bytes in `range`.
    package func field(_ range: Range<UInt32>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: self[Int(range.lowerBound)..<Int(range.upperBound)])
    }
}

/// The headers of one event in their stored form, in the order in which they were appended.
///
/// ```
/// header block:  uvarint count, then per header: uvarint n, name · uvarint n, value
/// ```
///
/// Holds no memory of its own while it is empty.
package struct RecordHeaders: Hashable, Sendable {
    package private(set) var count = 0
    /// The block without its count.
    private(set) var encoded: [UInt8] = []

    package init() {}

    /// Adds a header; name and value must be UTF-8, and are not checked.
    package mutating func append(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        count += 1
        Varint.append(UInt64(name.count), to: &encoded)
        encoded.append(contentsOf: name)
        Varint.append(UInt64(value.count), to: &encoded)
        encoded.append(contentsOf: value)
    }

    /// Adds a header; name and value must be UTF-8, and are not checked.
    package mutating func append(name: [UInt8], value: [UInt8]) {
        name.withUnsafeBytes { name in
            value.withUnsafeBytes { append(name: name, value: $0) }
        }
    }

    /// Removes all headers and keeps the memory for the next event's.
    package mutating func removeAll() {
        count = 0
        encoded.removeAll(keepingCapacity: true)
    }

    /// Appends the whole block to `bytes`.
    func append(to bytes: inout [UInt8]) {
        Varint.append(UInt64(count), to: &bytes)
        bytes.append(contentsOf: encoded)
    }

    /// Calls `body` with each header of a block that was checked when it was decoded.
    static func forEach<Failure: Error>(
        in block: UnsafeRawBufferPointer,
        _ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws(Failure) ->
            Void
    ) throws(Failure) {
        var parser = RecordParser(block)
        guard let count = parser.number() else { return }
        for _ in 0..<count {
            guard let name = parser.field(), let value = parser.field() else { return }
            try body(parser.bytes(name), parser.bytes(value))
        }
    }
}

/// Walks over encoded records.
///
/// Every step checks its bounds and returns nil or false beyond them. A parser is valid as long as
/// the bytes it was made of.
struct RecordParser {
    private let base: UnsafeRawPointer?
    private let end: Int
    private(set) var index: Int

    /// Parses `bytes[start..<end]`; nil for `end` means to the end of the bytes.
    init(_ bytes: UnsafeRawBufferPointer, from start: Int = 0, upTo end: Int? = nil) {
        base = bytes.baseAddress
        self.end = end ?? bytes.count
        index = start
    }

    /// Bytes not yet walked over.
    var remaining: Int { end - index }

    /// The bytes between this parser and one that is ahead of it.
    func slice(to ahead: RecordParser) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base.map { $0 + index }, count: ahead.index - index)
    }

    /// The bytes of a field that this parser returned.
    func bytes(_ field: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base.map { $0 + field.lowerBound }, count: field.count)
    }

    /// Reads a uvarint.
    @inline(__always)
    mutating func number() -> UInt64? {
        guard index < end, let base else { return nil }
        let byte = base.load(fromByteOffset: index, as: UInt8.self)
        guard byte >= 0x80 else {
            index += 1
            return UInt64(byte)
        }
        return longNumber()
    }

    @inline(never)
    private mutating func longNumber() -> UInt64? {
        Varint.decode(UnsafeRawBufferPointer(start: base, count: end), at: &index)
    }

    /// Reads a length and passes over that many bytes; returns their place.
    @inline(__always)
    mutating func field() -> Range<Int>? {
        guard let length = number(), length <= UInt64(remaining) else { return nil }
        let start = index
        index += Int(length)
        return start..<index
    }

    /// Passes over a header block; returns its place, count included.
    @inline(__always)
    mutating func headers() -> Range<Int>? {
        let start = index
        guard let count = number(), count <= UInt64(remaining) else { return nil }
        for _ in 0..<count {
            guard field() != nil, field() != nil else { return nil }
        }
        return start..<index
    }

    /// Passes over one whole record; false when its bytes end too early.
    mutating func skipRecord() -> Bool {
        number() != nil && field() != nil && field() != nil && headers() != nil && field() != nil
    }

    /// Reads one whole record.
    @inline(__always)
    mutating func record() -> RecordView? {
        guard let delta = number(), let key = field(), let type = field(),
            let headers = headers(), let data = field()
        else { return nil }
        return RecordView(
            timestampDelta: delta,
            key: UInt32(key.lowerBound)..<UInt32(key.upperBound),
            type: UInt32(type.lowerBound)..<UInt32(type.upperBound),
            headers: UInt32(headers.lowerBound)..<UInt32(headers.upperBound),
            data: UInt32(data.lowerBound)..<UInt32(data.upperBound)
        )
    }
}
