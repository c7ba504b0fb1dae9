import RawJSON

/// Reads a whole document through begin and next, without skipping, and calls `slice` with every value's range.
func walk(_ document: [UInt8], slice: (Range<Int>) throws -> Void = { _ in }) throws {
    try read(document) { reader in
        try walkValue(&reader, slice: slice)
        try reader.end()
    }
}

private func walkValue(_ reader: inout JSONReader, slice: (Range<Int>) throws -> Void) throws {
    let kind = try reader.kind()
    let start = reader.position
    try walkContents(&reader, kind, slice: slice)
    try slice(start..<reader.position)
}

private func walkContents(
    _ reader: inout JSONReader,
    _ kind: JSONKind,
    slice: (Range<Int>) throws -> Void
) throws {
    switch kind {
    case .object:
        try reader.beginObject()
        while let name = try reader.nextMember() {
            try slice(name.range.lowerBound - 1..<name.range.upperBound + 1)
            try walkValue(&reader, slice: slice)
        }
    case .array:
        try reader.beginArray()
        while try reader.nextElement() { try walkValue(&reader, slice: slice) }
    case .string: _ = try reader.string()
    case .number: _ = try reader.number()
    case .true, .false: _ = try reader.boolean()
    case .null: try reader.null()
    }
}
