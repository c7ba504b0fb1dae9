import RawJSON

/// The JSON of an AWS error.
enum AWSErrorDocument {
    /// The error's name, without what stands before `#`, and its message; empty where absent.
    static func read(_ body: [UInt8]) -> (code: String, message: String) {
        body.withUnsafeBytes { bytes in
            do throws(JSONError) {
                var reader = try JSONReader(bytes, maximumDepth: 64)
                var found = (code: "", message: "")
                try reader.beginObject()
                while let name = try reader.nextMember() {
                    guard try reader.kind() == .string else {
                        _ = try reader.skipValue()
                        continue
                    }
                    let text = try reader.text(try reader.string())
                    if reader.text(of: name, is: "__type") {
                        found.code = text.split(separator: "#").last.map(String.init) ?? ""
                    } else if reader.text(of: name, is: "message")
                        || reader.text(of: name, is: "Message")
                    {
                        found.message = text
                    }
                }
                return found
            } catch {
                return ("", "")
            }
        }
    }
}
