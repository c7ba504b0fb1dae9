/// Where one record's fields are in the bytes it was decoded from.
///
/// A plain value without references: a page of a thousand of them is one allocation.
public struct RecordView: Hashable, Sendable {
    /// Milliseconds after the batch's base timestamp.
    public let timestampDelta: UInt64
    /// The key.
    public let key: Range<UInt32>
    /// The type.
    public let type: Range<UInt32>
    /// The header block, its count included; see ``RecordHeaders``.
    public let headers: Range<UInt32>
    /// The data; empty for a tombstone.
    public let data: Range<UInt32>

    /// Whether the event says that its key is gone (`data: null`).
    public var isTombstone: Bool { data.isEmpty }

    /// Whether there is at least one header: a block of one byte is the count 0.
    public var hasHeaders: Bool { headers.count > 1 }
}

extension UnsafeRawBufferPointer {
    /// The bytes in `range`.
    public func field(_ range: Range<UInt32>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: self[Int(range.lowerBound)..<Int(range.upperBound)])
    }
}
