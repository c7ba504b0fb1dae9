import CChecksum

/// CRC-32C (Castagnoli), the checksum of everything stored.
enum CRC32C {
    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        el_crc32c(0, bytes.baseAddress, bytes.count)
    }

    /// The table implementation, for processors without the instruction.
    static func software(_ bytes: UnsafeRawBufferPointer, after crc: UInt32 = 0) -> UInt32 {
        el_crc32c_software(crc, bytes.baseAddress, bytes.count)
    }

    /// By the processor's instruction; nil when it has none.
    static func hardware(_ bytes: UnsafeRawBufferPointer, after crc: UInt32 = 0) -> UInt32? {
        el_crc32c_has_hardware() ? el_crc32c_hardware(crc, bytes.baseAddress, bytes.count) : nil
    }
}
