extension JSONReader {
    /// Reads an object, member by member.
    ///
    /// `read`: Reads the value of a member it knows and returns true, or reads nothing and returns
    /// false; then the value is passed.
    public mutating func members(
        _ read: (JSONString, inout JSONReader) throws(JSONError) -> Bool
    ) throws(JSONError) {
        try beginObject()
        while let name = try nextMember() {
            guard try !read(name, &self) else { continue }
            _ = try skipValue()
        }
    }

    /// Reads an object, member by member, whose names are needed as text.
    public mutating func namedMembers(
        _ read: (String, inout JSONReader) throws(JSONError) -> Bool
    ) throws(JSONError) {
        try members { name, reader throws(JSONError) in
            try read(try reader.text(name), &reader)
        }
    }

    /// Reads an array: `read` reads one element.
    public mutating func elements(
        _ read: (inout JSONReader) throws(JSONError) -> Void
    ) throws(JSONError) {
        try beginArray()
        while try nextElement() { try read(&self) }
    }

    /// Reads a string's text.
    public mutating func stringText() throws(JSONError) -> String {
        try text(try string())
    }

    /// Reads a string's text as UTF-8.
    public mutating func stringBytes() throws(JSONError) -> [UInt8] {
        var bytes: [UInt8] = []
        try unescape(try string(), into: &bytes)
        return bytes
    }
}
