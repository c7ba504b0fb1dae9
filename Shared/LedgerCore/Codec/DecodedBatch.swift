/// A record batch whose every length was checked.
public struct DecodedBatch: Sendable {
    /// The offset of the first record.
    public let baseOffset: Offset
    /// What the records' timestamp deltas are added to.
    public let baseTimestamp: Timestamp
    /// The last record's timestamp.
    public let lastTimestamp: Timestamp
    /// What the views' ranges refer to.
    ///
    /// More than the records when they were stored uncompressed: nothing is copied then.
    public let bytes: [UInt8]
    /// The records in order, at least one.
    public let records: [RecordView]

    /// The offset after the last record.
    public var nextOffset: Offset { baseOffset.advanced(by: records.count) }

    /// The offset of the record with the given index in ``records``.
    public func offset(at index: Int) -> Offset {
        baseOffset.advanced(by: index)
    }

    /// The timestamp of a record of this batch.
    public func timestamp(of record: RecordView) -> Timestamp {
        baseTimestamp.advanced(byMilliseconds: Int64(record.timestampDelta))
    }

    /// A copy of one field of a record of this batch.
    public func copy(_ field: Range<UInt32>) -> [UInt8] {
        Array(bytes[Int(field.lowerBound)..<Int(field.upperBound)])
    }

    /// Calls `body` with the name and the value of each header of a record of this batch.
    public func forEachHeader<Failure: Error>(
        of record: RecordView,
        _ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws(Failure) ->
            Void
    ) throws(Failure) {
        try bytes.withRawBytes { (all) throws(Failure) in
            try RecordHeaders.forEach(in: all.field(record.headers), body)
        }
    }
}
