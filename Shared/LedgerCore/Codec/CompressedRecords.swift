import CCompression

/// The records of one batch, compressed if that pays, ready to be written at any offset.
///
/// Made once; a retry at another offset calls ``encode(baseOffset:timestamp:)`` again, which copies
/// the stored bytes and checksums them but compresses nothing.
package struct CompressedRecords: Sendable {
    /// How many records there are.
    package let count: Int
    /// Bytes before compression.
    package let payloadLength: Int
    /// The timestamp delta of the last record, milliseconds.
    package let lastTimestampDelta: UInt64
    /// How the payload is stored.
    let codec: BatchCodec
    /// Room for the header, then the payload as stored.
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

    /// Bytes of the encoded batch.
    package var encodedCount: Int { template.count + BatchHeader.checksumCount }

    /// The record batch with its first record at `baseOffset`, and `timestamp` as what the
    /// records' timestamp deltas are added to.
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
