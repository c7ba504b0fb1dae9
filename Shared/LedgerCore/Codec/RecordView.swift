/// Where one record's fields are in the bytes it was decoded from.
///
/// A plain value without references: a page of a thousand of them is one allocation.
package struct RecordView: Hashable, Sendable {
    /// Milliseconds after the batch's base timestamp.
    package let timestampDelta: UInt64
    /// The key.
    package let key: Range<UInt32>
    /// The type.
    package let type: Range<UInt32>
    /// The header block, its count included; see ``RecordHeaders``.
    package let headers: Range<UInt32>
    /// The data; empty for a tombstone.
    package let data: Range<UInt32>

    /// Whether the event says that its key is gone (`data: null`).
    package var isTombstone: Bool { data.isEmpty }

    /// Whether there is at least one header: a block of one byte is the count 0.
    package var hasHeaders: Bool { headers.count > 1 }
}

extension UnsafeRawBufferPointer {
    /// The bytes in `range`.
    package func field(_ range: Range<UInt32>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: self[Int(range.lowerBound)..<Int(range.upperBound)])
    }
}
