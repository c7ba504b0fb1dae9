import CCompression

/// The records being collected for one partition: a record batch's payload, before it has an
/// offset and a timestamp.
///
/// The format is drawn at ``RecordBatch``. It holds no offset and no absolute time, so the records
/// of several requests are merged by appending one payload to another.
package struct Records: Sendable {
    package private(set) var count = 0
    /// The records in the encoding of a batch's payload, not yet compressed.
    package private(set) var payload: [UInt8] = []

    package init() {}

    package var isEmpty: Bool { count == 0 }

    /// Makes room for `bytes` more bytes of payload.
    package mutating func reserve(bytes: Int) {
        payload.reserveCapacity(payload.count + bytes)
    }

    /// Adds a record.
    ///
    /// - Parameters:
    ///   - key: 1 to 512 bytes of UTF-8.
    ///   - type: 1 to 255 bytes.
    ///   - headers: The record's headers; nil for none.
    ///   - data: JSON text as it was sent; empty means a tombstone.
    ///   - timestampDelta: Milliseconds after the batch's timestamp.
    package mutating func append(
        key: UnsafeRawBufferPointer,
        type: UnsafeRawBufferPointer,
        headers: RecordHeaders? = nil,
        data: UnsafeRawBufferPointer,
        timestampDelta: UInt64 = 0
    ) {
        count += 1
        Varint.append(timestampDelta, to: &payload)
        append(key)
        append(type)
        if let headers { headers.append(to: &payload) } else { payload.append(0) }
        append(data)
    }

    /// Adds a record from arrays; see ``append(key:type:headers:data:timestampDelta:)``.
    package mutating func append(
        key: [UInt8],
        type: [UInt8],
        headers: RecordHeaders? = nil,
        data: [UInt8],
        timestampDelta: UInt64 = 0
    ) {
        key.withUnsafeBytes { key in
            type.withUnsafeBytes { type in
                data.withUnsafeBytes { data in
                    append(
                        key: key,
                        type: type,
                        headers: headers,
                        data: data,
                        timestampDelta: timestampDelta
                    )
                }
            }
        }
    }

    /// Adds the records of another request behind these.
    package mutating func append(contentsOf other: Records) {
        count += other.count
        payload.append(contentsOf: other.payload)
    }

    private mutating func append(_ field: UnsafeRawBufferPointer) {
        Varint.append(UInt64(field.count), to: &payload)
        payload.append(contentsOf: field)
    }
}

extension Records {
    /// The records cut into batches, in order, none of them empty, each compressed once.
    ///
    /// A batch has at most ``Limits/chunkBytes`` as stored and ``Limits/chunkPayloadBytes`` before
    /// compression, unless it is a single record. What fits in one batch becomes one.
    package func chunks() -> [CompressedRecords] {
        payload.withUnsafeBytes { bytes in
            var cutter = ChunkCutter(bytes, count: count)
            var chunks: [CompressedRecords] = []
            while let chunk = cutter.next() { chunks.append(chunk) }
            return chunks
        }
    }
}

/// Cuts batches off the front of a payload.
///
/// The compression of each batch predicts how much payload fits into the next, so hardly any batch
/// is compressed twice.
private struct ChunkCutter {
    private var parser: RecordParser
    private var recordsLeft: Int
    /// The payload expected to fit into the next batch, bytes.
    private var budget = Limits.chunkPayloadBytes

    init(_ payload: UnsafeRawBufferPointer, count: Int) {
        parser = RecordParser(payload)
        recordsLeft = count
    }

    mutating func next() -> CompressedRecords? {
        guard recordsLeft > 0 else { return nil }
        while true {
            var ahead = parser
            let count = take(from: &ahead)
            let piece = parser.slice(to: ahead)
            let chunk = CompressedRecords(payload: piece, count: count)
            let fits = chunk.encodedCount <= Limits.chunkBytes
            learn(from: chunk)
            if fits || count == 1 {
                parser = ahead
                recordsLeft -= count
                return chunk
            }
            // The next try must take fewer records than this one, whatever was learnt.
            budget = min(budget, piece.count - 1)
        }
    }

    /// Passes over the records of the next batch and returns their number, at least one.
    ///
    /// What is left is cut into batches of about equal size.
    private func take(from ahead: inout RecordParser) -> Int {
        let left = ahead.remaining
        let pieces = (left + budget - 1) / budget
        let target = (left + pieces - 1) / pieces
        var count = 0
        while count < recordsLeft {
            let before = ahead
            precondition(ahead.skipRecord(), "the payload was encoded by Records")
            if count > 0, parser.slice(to: ahead).count > target {
                ahead = before
                break
            }
            count += 1
        }
        return count
    }

    private mutating func learn(from chunk: CompressedRecords) {
        let expected = chunk.payloadLength * Limits.chunkBytes / chunk.encodedCount
        budget = min(Limits.chunkPayloadBytes, max(1, expected / 16 * 15))
    }
}

/// The records of one batch, compressed if that pays, ready to be written at any offset.
///
/// Made once; a retry at another offset calls ``encode(baseOffset:timestamp:)`` again, which copies
/// the stored bytes and checksums them but compresses nothing.
package struct CompressedRecords: Sendable {
    package let count: Int
    /// The payload's size before compression, bytes.
    package let payloadLength: Int
    /// The timestamp delta of the last record, milliseconds.
    package let lastTimestampDelta: UInt64
    let codec: BatchCodec
    /// Space for the header, filled in by ``encode(baseOffset:timestamp:)``, then the stored
    /// payload.
    private let template: [UInt8]

    /// - Parameter records: At least one. Their number and size are not checked: what may exceed a
    ///   chunk goes through ``Records/chunks()``.
    package init(_ records: Records) {
        self = records.payload.withUnsafeBytes {
            CompressedRecords(payload: $0, count: records.count)
        }
    }

    init(payload: UnsafeRawBufferPointer, count: Int) {
        precondition(count > 0, "a batch has at least one record")
        self.count = count
        payloadLength = payload.count
        lastTimestampDelta = Self.lastDelta(payload, count: count)
        if let compressed = Self.compress(payload) {
            codec = .zstd
            template = compressed
        } else {
            codec = .none
            template = Self.copy(payload)
        }
    }

    /// The encoded batch's size, bytes.
    package var encodedCount: Int { template.count + BatchHeader.checksumCount }

    /// The record batch with its first record at `baseOffset`; records' deltas count from
    /// `timestamp`.
    package func encode(baseOffset: Offset, timestamp: Timestamp) -> [UInt8] {
        let header = BatchHeader(
            codec: codec,
            count: UInt32(count),
            baseOffset: baseOffset,
            baseTimestamp: timestamp,
            payloadLength: UInt32(payloadLength)
        )
        return [UInt8](unsafeUninitializedCapacity: encodedCount) { bytes, initialized in
            let raw = UnsafeMutableRawBufferPointer(bytes)
            template.withUnsafeBytes { raw.copyMemory(from: $0) }
            header.write(to: raw)
            let covered = UnsafeRawBufferPointer(rebasing: raw[..<template.count])
            let checksum = CRC32C.checksum(covered).littleEndian
            raw.storeBytes(of: checksum, toByteOffset: template.count, as: UInt32.self)
            initialized = encodedCount
        }
    }

    /// The template with the payload compressed; nil when that does not save an eighth.
    private static func compress(_ payload: UnsafeRawBufferPointer) -> [UInt8]? {
        guard payload.count > Limits.compressionThreshold else { return nil }
        let most = payload.count - (payload.count + 7) / 8
        var worthIt = false
        let bytes = [UInt8](unsafeUninitializedCapacity: BatchHeader.count + most) { bytes, count in
            let room = bytes.baseAddress.map { $0 + BatchHeader.count }
            let written = el_zstd_compress(room, most, payload.baseAddress, payload.count)
            worthIt = written > 0
            bytes.initialize(repeating: 0, upTo: BatchHeader.count)
            count = worthIt ? BatchHeader.count + written : BatchHeader.count
        }
        return worthIt ? bytes : nil
    }

    private static func copy(_ payload: UnsafeRawBufferPointer) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(BatchHeader.count + payload.count)
        bytes.append(contentsOf: repeatElement(0, count: BatchHeader.count))
        bytes.append(contentsOf: payload)
        return bytes
    }

    private static func lastDelta(_ payload: UnsafeRawBufferPointer, count: Int) -> UInt64 {
        var parser = RecordParser(payload)
        for _ in 1..<count {
            precondition(parser.skipRecord(), "the payload was encoded by Records")
        }
        return parser.number() ?? 0
    }
}

extension UnsafeMutableBufferPointer<UInt8> {
    fileprivate func initialize(repeating byte: UInt8, upTo count: Int) {
        UnsafeMutableBufferPointer(rebasing: self[..<count]).initialize(repeating: byte)
    }
}
