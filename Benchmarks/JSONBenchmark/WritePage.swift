import RawJSON

/// Writes a page of events, as a poll does.
@inline(never)
func writePage(_ events: [EventPlaces], of body: [UInt8]) throws -> [UInt8] {
    body.withUnsafeBytes { bytes in
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("events")
        writer.beginArray()
        for (offset, event) in events.enumerated() {
            write(event, at: offset, of: bytes, to: &writer)
        }
        writer.endArray()
        writer.key("caught_up")
        writer.boolean(true)
        writer.endObject()
        return writer.finish()
    }
}

@inline(__always)
private func write(
    _ event: EventPlaces,
    at offset: Int,
    of bytes: UnsafeRawBufferPointer,
    to writer: inout JSONWriter
) {
    writer.beginObject()
    writer.key("stream_id")
    writer.string("orders")
    writer.key("partition")
    writer.integer(offset % 3)
    writer.key("offset")
    writer.integer(1_000_000 + offset)
    writer.key("key")
    writer.string(utf8: UnsafeRawBufferPointer(rebasing: bytes[event.key]))
    writer.key("type")
    writer.string(utf8: UnsafeRawBufferPointer(rebasing: bytes[event.type]))
    writer.key("data")
    writer.raw(UnsafeRawBufferPointer(rebasing: bytes[event.data]))
    writer.key("timestamp")
    writer.integer(1_732_100_000_000 + offset)
    writer.endObject()
}
