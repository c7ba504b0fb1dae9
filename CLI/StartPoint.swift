import ArgumentParser
import RawJSON

/// Where a subscription begins: a word, a time, or offsets such as `0=12,1=7`.
struct StartPoint: ExpressibleByArgument, CustomStringConvertible {
    static let allValueStrings = [
        "earliest", "latest", "compacted", "2026-11-21T08:00:00Z", "0=12,1=7",
    ]
    static let latest = StartPoint("latest", Array("\"latest\"".utf8))

    /// As it was written.
    let description: String
    /// As the API takes it.
    let json: [UInt8]

    /// Nil when it is none of the three: the ledger looks closer at a time.
    init?(argument text: String) {
        guard !["earliest", "latest", "compacted"].contains(text) else {
            self = StartPoint(text, Array("\"\(text)\"".utf8))
            return
        }
        var body = JSONWriter()
        body.beginObject()
        if text.utf8.contains(UInt8(ascii: "=")) {
            guard let offsets = Self.offsets(text) else { return nil }
            body.key("offsets")
            body.beginObject()
            for (partition, offset) in offsets {
                body.key(text: "\(partition)")
                body.integer(offset)
            }
            body.endObject()
        } else {
            guard ReadingPoint.isTime(text) else { return nil }
            body.key("timestamp")
            body.string(text)
        }
        body.endObject()
        self = StartPoint(text, body.finish())
    }

    private init(_ description: String, _ json: [UInt8]) {
        self.description = description
        self.json = json
    }

    private static func offsets(_ text: String) -> [(partition: Int, offset: Int64)]? {
        var offsets: [(partition: Int, offset: Int64)] = []
        for pair in Array(text.utf8).split(
            separator: UInt8(ascii: ","),
            omittingEmptySubsequences: false
        ) {
            let parts = pair.split(separator: UInt8(ascii: "="), omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
            guard parts.count == 2, let partition = Int(parts[0]), let offset = Int64(parts[1])
            else { return nil }
            offsets.append((partition, offset))
        }
        return offsets
    }
}
