/// How a batch's payload is stored.
enum BatchCodec: UInt8, Sendable {
    case none = 0
    case zstd = 1
}

/// The fixed fields in front of a batch's payload; drawn in `RecordBatch.swift`.
struct BatchHeader {
    /// Bytes before the payload.
    static let count = 28
    /// Bytes behind it.
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

    /// Reads the header of a whole batch and checks all that can be told without the payload.
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
