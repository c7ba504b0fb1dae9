import RawJSON

/// One event as JSON, cut into its members; nothing of it is rewritten.
struct EventSlices {
    private(set) var partition: Int64 = -1
    private(set) var offset: Int64 = -1
    /// The key's text as UTF-8, its escapes replaced.
    private(set) var keyBytes: [UInt8] = []
    /// As JSON; empty when the event has none.
    private(set) var key: [UInt8] = []
    private(set) var type: [UInt8] = []
    private(set) var headers: [UInt8] = []
    private(set) var timestamp: [UInt8] = []
    private(set) var data: [UInt8] = []

    /// Reads an event of a page, or a line of an export.
    init(_ reader: inout JSONReader) throws(JSONError) {
        try reader.beginObject()
        while let name = try reader.nextMember() {
            if reader.text(of: name, is: "key") {
                var ahead = reader
                keyBytes = try ahead.stringBytes()
            } else if reader.text(of: name, is: "data_text") {
                data = try reader.stringBytes()
                continue
            }
            let range = try reader.skipValue()
            let value = Array(reader.raw(range))
            if reader.text(of: name, is: "partition") {
                partition = Self.number(value)
            } else if reader.text(of: name, is: "offset") {
                offset = Self.number(value)
            } else if reader.text(of: name, is: "key") {
                key = value
            } else if reader.text(of: name, is: "type") {
                type = value
            } else if reader.text(of: name, is: "headers") {
                headers = value
            } else if reader.text(of: name, is: "timestamp") {
                timestamp = value
            } else if reader.text(of: name, is: "data") {
                data = value
            }
        }
    }

    /// Reads a line of an export; nil when it is none.
    init?(line: [UInt8]) {
        let event = line.withUnsafeBytes { bytes -> EventSlices? in
            guard var reader = try? JSONReader(bytes, maximumDepth: 1024),
                let event = try? EventSlices(&reader), (try? reader.end()) != nil
            else { return nil }
            return event
        }
        guard let event, event.isWhole else { return nil }
        self = event
    }

    private var isWhole: Bool {
        partition >= 0 && offset >= 0 && !key.isEmpty && !type.isEmpty && !data.isEmpty
    }

    private static func number(_ digits: [UInt8]) -> Int64 {
        Int64(String(decoding: digits, as: UTF8.self)) ?? -1
    }

    /// The event as a line of an export, without the line's end.
    ///
    /// Data with a line break in it can't stand in a line as it is: it goes in as a string.
    func appendLine(to bytes: inout [UInt8]) {
        bytes += Array("{\"partition\":\(partition),\"offset\":\(offset),\"key\":".utf8) + key
        bytes += Array(",\"type\":".utf8) + type
        if !headers.isEmpty { bytes += Array(",\"headers\":".utf8) + headers }
        bytes += Array(",\"timestamp\":".utf8) + timestamp
        if data.contains(where: { $0 == 0x0a || $0 == 0x0d }) {
            var writer = JSONWriter()
            writer.string(utf8: data)
            bytes += Array(",\"data_text\":".utf8) + writer.finish()
        } else {
            bytes += Array(",\"data\":".utf8) + data
        }
        bytes.append(UInt8(ascii: "}"))
    }

    /// The event as a publish takes it.
    func appendNew(to bytes: inout [UInt8]) {
        bytes += Array("{\"key\":".utf8) + key + Array(",\"type\":".utf8) + type
        if !headers.isEmpty { bytes += Array(",\"headers\":".utf8) + headers }
        bytes += Array(",\"data\":".utf8) + data + Array("}".utf8)
    }

    /// True when another event says the same, wherever and whenever it is stored.
    func isCopy(of other: EventSlices) -> Bool {
        keyBytes == other.keyBytes && type == other.type && headers == other.headers
            && data == other.data
    }
}

/// A page of a partition's events.
struct EventSlicesPage {
    private(set) var events: [EventSlices] = []
    private(set) var next: Int64 = -1

    init(_ bytes: [UInt8]) throws(Failure) {
        do throws(JSONError) {
            self = try bytes.withUnsafeBytes { buffer in
                Result { () throws(JSONError) in try EventSlicesPage(buffer) }
            }.get()
        } catch {
            throw .notALedger
        }
    }

    private init(_ bytes: UnsafeRawBufferPointer) throws(JSONError) {
        var reader = try JSONReader(bytes, maximumDepth: 1024)
        try reader.beginObject()
        while let name = try reader.nextMember() {
            if reader.text(of: name, is: "events") {
                try reader.beginArray()
                while try reader.nextElement() { events.append(try EventSlices(&reader)) }
            } else if reader.text(of: name, is: "next_offset") {
                let digits = reader.raw(try reader.skipValue())
                next = Int64(String(decoding: digits, as: UTF8.self)) ?? -1
            } else {
                _ = try reader.skipValue()
            }
        }
        try reader.end()
    }
}

extension RemoteLedger {
    /// One page of a partition's events, from a place as the API takes it: an offset, a time or a word.
    func events(
        of stream: String,
        in partition: Int,
        from place: String,
        limit: Int = 1000
    ) async throws(Failure) -> EventSlicesPage {
        let query = [
            (name: "partition", value: "\(partition)"), ("from", place), ("limit", "\(limit)"),
        ]
        return try EventSlicesPage(
            try await call("GET", at: ["streams", stream, "events"], query: query)
        )
    }
}
