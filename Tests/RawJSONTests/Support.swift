import RawJSON

/// Repeatable randomness (splitmix64): a seed printed in a failure replays it.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Runs `body` with a reader of a document.
func read<Result>(
    _ document: some Collection<UInt8>,
    maximumDepth: Int = 128,
    body: (inout JSONReader) throws -> Result
) throws -> Result {
    try Array(document).withUnsafeBytes { bytes in
        var reader = try JSONReader(bytes, maximumDepth: maximumDepth)
        return try body(&reader)
    }
}

/// The error when all of the document is passed as one value; nil if it is accepted.
func refusal(_ document: some Collection<UInt8>, maximumDepth: Int = 128) -> JSONError? {
    error {
        try read(document, maximumDepth: maximumDepth) { reader in
            _ = try reader.skipValue()
            try reader.end()
        }
    }
}

func refusal(_ document: String, maximumDepth: Int = 128) -> JSONError? {
    refusal(document.utf8, maximumDepth: maximumDepth)
}

/// The error that `body` throws, if any.
func error(_ body: () throws -> Void) -> JSONError? {
    do {
        try body()
        return nil
    } catch {
        return error as? JSONError
    }
}

/// Bytes as a person reads them in a failure.
func shown(_ bytes: some Collection<UInt8>) -> String {
    bytes.map { (0x20..<0x7F).contains($0) ? String(Unicode.Scalar($0)) : "<\($0)>" }.joined()
}

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
    try walkContents(&reader, of: kind, slice: slice)
    try slice(start..<reader.position)
}

private func walkContents(
    _ reader: inout JSONReader,
    of kind: JSONKind,
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
