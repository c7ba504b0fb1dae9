import RawJSON

/// The places of one event's parts in the body.
struct EventPlaces {
    var key = 0..<0
    var type = 0..<0
    var data = 0..<0
}

/// Validates the body and finds its events, as a publish does.
@inline(never)
func scan(_ body: [UInt8]) throws -> [EventPlaces] {
    try body.withUnsafeBytes { bytes in
        var reader = try JSONReader(bytes, maximumDepth: 128)
        var events: [EventPlaces] = []
        try reader.beginObject()
        while let name = try reader.nextMember() {
            if reader.text(of: name, is: "events") {
                try scanEvents(&reader, into: &events)
            } else {
                _ = try reader.skipValue()
            }
        }
        try reader.end()
        return events
    }
}

private func scanEvents(
    _ reader: inout JSONReader,
    into events: inout [EventPlaces]
) throws(JSONError) {
    try reader.beginArray()
    while try reader.nextElement() {
        events.append(try scanEvent(&reader))
    }
}

private func scanEvent(_ reader: inout JSONReader) throws(JSONError) -> EventPlaces {
    var event = EventPlaces()
    try reader.beginObject()
    while let name = try reader.nextMember() {
        if reader.text(of: name, is: "key") {
            event.key = try reader.string().range
        } else if reader.text(of: name, is: "type") {
            event.type = try reader.string().range
        } else if reader.text(of: name, is: "data") {
            event.data = try reader.skipValue()
        } else {
            _ = try reader.skipValue()
        }
    }
    return event
}
