import CCompression

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

    /// A record's bytes as they are stored.
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
            count = written > 0 ? seal(room, written, length: record.count) : 0
        }
        return packed.isEmpty ? record : packed
    }

    /// Writes what stands around `written` compressed bytes; returns how many there are in all.
    private static func seal(
        _ bytes: UnsafeMutableRawBufferPointer,
        _ written: Int,
        length: Int
    ) -> Int {
        bytes[0] = version
        bytes.storeBytes(of: UInt32(length).littleEndian, toByteOffset: 1, as: UInt32.self)
        let end = fixedCount + written
        let checksum = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[..<end]))
        bytes.storeBytes(of: checksum.littleEndian, toByteOffset: end, as: UInt32.self)
        return end + BatchHeader.checksumCount
    }

    /// The record in version 1, of bytes in either form.
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

    /// How long the record is, of bytes whose checksum is right.
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
