/// The records being collected for one partition: a record batch's payload, before it has an
/// offset and a timestamp.
///
/// The format is drawn in `RecordBatch.swift`. Nothing in it depends on where the batch ends up, so
/// the records of several requests are merged by appending one payload to another.
package struct Records: Sendable {
    /// How many records there are.
    package private(set) var count = 0
    /// The records, encoded.
    package private(set) var payload: [UInt8] = []

    /// No records.
    package init() {}

    /// Whether there are no records.
    package var isEmpty: Bool { count == 0 }

    /// Makes room for `bytes` more bytes of payload.
    package mutating func reserve(bytes: Int) {
        payload.reserveCapacity(payload.count + bytes)
    }

    /// Adds a record.
    ///
    /// - Parameters:
    ///   - key: 1 to 512 bytes of UTF-8.
    ///   - type: 1 to 255 bytes.
    ///   - headers: nil: none.
    ///   - data: JSON text as it was sent; empty means a tombstone.
    ///   - timestampDelta: Milliseconds after the batch's timestamp.
    package mutating func append(
        key: UnsafeRawBufferPointer,
        type: UnsafeRawBufferPointer,
        headers: RecordHeaders? = nil,
        data: UnsafeRawBufferPointer,
        timestampDelta: UInt64 = 0
    ) {
        count += 1
        Varint.append(timestampDelta, to: &payload)
        append(key)
        append(type)
        if let headers { headers.append(to: &payload) } else { payload.append(0) }
        append(data)
    }

    /// Adds a record; see the other form.
    package mutating func append(
        key: [UInt8],
        type: [UInt8],
        headers: RecordHeaders? = nil,
        data: [UInt8],
        timestampDelta: UInt64 = 0
    ) {
        key.withUnsafeBytes { key in
            type.withUnsafeBytes { type in
                data.withUnsafeBytes { data in
                    append(
                        key: key,
                        type: type,
                        headers: headers,
                        data: data,
                        timestampDelta: timestampDelta
                    )
                }
            }
        }
    }

    /// Adds the records of another request behind these.
    package mutating func append(contentsOf other: Records) {
        count += other.count
        payload.append(contentsOf: other.payload)
    }

    private mutating func append(_ field: UnsafeRawBufferPointer) {
        Varint.append(UInt64(field.count), to: &payload)
        payload.append(contentsOf: field)
    }
}
