import ArgumentParser
import RawJSON

/// Where a subscription begins: a word, a time, or offsets such as `0=12,1=7`.
struct StartPoint: ExpressibleByArgument, CustomStringConvertible {
    static let latest = StartPoint("latest", Array("\"latest\"".utf8))

    /// As it was written.
    let description: String
    /// As the API takes it.
    let json: [UInt8]

    /// Nil when there is a `=`, but not between two numbers each time.
    init?(argument text: String) {
        guard !["earliest", "latest", "compacted"].contains(text) else {
            self = StartPoint(text, Array("\"\(text)\"".utf8))
            return
        }
        var body = JSONWriter()
        body.beginObject()
        if text.contains("=") {
            guard let offsets = Self.offsets(text) else { return nil }
            body.key("offsets")
            body.beginObject()
            for (partition, offset) in offsets {
                body.key(text: "\(partition)")
                body.integer(offset)
            }
            body.endObject()
        } else {
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
        for pair in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = pair.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, let partition = Int(parts[0]), let offset = Int64(parts[1])
            else { return nil }
            offsets.append((partition, offset))
        }
        return offsets
    }
}
