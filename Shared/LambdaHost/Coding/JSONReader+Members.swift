import RawJSON

extension JSONReader {
    /// Reads an object; members whose name `read` does not know (it returns false) are passed.
    mutating func members(
        _ read: (String, inout JSONReader) throws(JSONError) -> Bool
    ) throws(JSONError) {
        try beginObject()
        while let name = try nextMember() {
            guard try !read(try text(name), &self) else { continue }
            _ = try skipValue()
        }
    }

    /// Reads an array.
    mutating func elements(
        _ read: (inout JSONReader) throws(JSONError) -> Void
    ) throws(JSONError) {
        try beginArray()
        while try nextElement() { try read(&self) }
    }

    /// A string's text.
    mutating func stringText() throws(JSONError) -> String {
        try text(try string())
    }

    /// A string's text as UTF-8.
    mutating func stringBytes() throws(JSONError) -> [UInt8] {
        var bytes: [UInt8] = []
        try unescape(try string(), into: &bytes)
        return bytes
    }
}
