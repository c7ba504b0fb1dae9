/// Why stored bytes are not the record batch, or the record, they should be.
///
/// Each means that the row was damaged, or written by something else; none can be retried.
package enum BatchError: Error, Hashable, Sendable {
    /// There are fewer bytes than any batch has.
    case tooShort(bytes: Int)
    /// It does not begin with "EL".
    case badMagic
    /// It was written by a later version.
    case unknownVersion(UInt8)
    /// It was written by a later version.
    case unknownCodec(UInt8)
    /// A bit changed since it was written.
    case checksumMismatch(stored: UInt32, computed: UInt32)
    /// Its base offset is negative.
    case negativeOffset(Int64)
    /// It is a good batch, of another place.
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
    /// What is wrong, for an operator.
    package var description: String {
        switch self {
        case .tooShort(let bytes): "only \(bytes) bytes, too few for a record batch"
        case .badMagic: "not a record batch: it does not begin with \"EL\""
        case .unknownVersion(let version):
            "format version \(version), which this version of the software cannot read"
        case .unknownCodec(let codec):
            "compression codec \(codec), which this version of the software cannot read"
        case .checksumMismatch(let stored, let computed):
            "checksum mismatch: stored \(hex(stored)), computed \(hex(computed))"
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

    private func hex(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
