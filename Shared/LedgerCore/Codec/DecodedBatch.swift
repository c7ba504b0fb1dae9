/// A record batch whose every length was checked.
package struct DecodedBatch: Sendable {
    /// The offset of the first record.
    package let baseOffset: Offset
    /// What the records' timestamp deltas are added to.
    package let baseTimestamp: Timestamp
    /// The last record's timestamp.
    package let lastTimestamp: Timestamp
    /// What the views' ranges refer to.
    ///
    /// More than the records when they were stored uncompressed: nothing is copied then.
    package let bytes: [UInt8]
    /// The records in order, at least one.
    package let records: [RecordView]

    /// The offset after the last record.
    package var nextOffset: Offset { baseOffset.advanced(by: records.count) }

    /// The offset of the record with the given index in ``records``.
    package func offset(at index: Int) -> Offset {
        baseOffset.advanced(by: index)
    }

    /// The timestamp of a record of this batch.
    package func timestamp(of record: RecordView) -> Timestamp {
        baseTimestamp.advanced(byMilliseconds: Int64(record.timestampDelta))
    }

    /// A copy of one field of a record of this batch.
    package func copy(_ field: Range<UInt32>) -> [UInt8] {
        Array(bytes[Int(field.lowerBound)..<Int(field.upperBound)])
    }

    /// Calls `body` with the name and the value of each header of a record of this batch.
    package func forEachHeader<Failure: Error>(
        of record: RecordView,
        _ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws(Failure) ->
            Void
    ) throws(Failure) {
        try bytes.withRawBytes { (all) throws(Failure) in
            try RecordHeaders.forEach(in: all.field(record.headers), body)
        }
    }
}
