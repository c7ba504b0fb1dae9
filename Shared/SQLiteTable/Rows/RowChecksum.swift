import CChecksum

/// What tells a damaged row, or one under another's key: a CRC-32C.
///
/// SQLite has no checksums of its own in the database's file.
struct RowChecksum: Sendable {
    /// Its size in a row, at the row's end.
    static let byteCount = 4
    /// Of the partition key, which the rows of a group share.
    private let beginning: UInt32

    init(partition: [UInt8]) {
        beginning = partition.withUnsafeBytes { el_crc32c(0, $0.baseAddress, $0.count) }
    }

    /// The checksum of a row with these bytes.
    func of(sort: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) -> UInt32 {
        let keys = el_crc32c(beginning, sort.baseAddress, sort.count)
        return el_crc32c(keys, value.baseAddress, value.count)
    }

    /// The row without its checksum, or nil when that is another.
    func verified(
        sort: UnsafeRawBufferPointer,
        row: UnsafeRawBufferPointer
    ) -> UnsafeRawBufferPointer? {
        guard row.count > Self.byteCount else { return nil }
        let end = row.count - Self.byteCount
        let content = UnsafeRawBufferPointer(rebasing: row[..<end])
        let stored = UInt32(littleEndian: row.loadUnaligned(fromByteOffset: end, as: UInt32.self))
        return stored == of(sort: sort, value: content) ? content : nil
    }
}
