/// Walks over encoded records.
///
/// Every step checks its bounds and answers nil or false beyond them. Valid while the bytes it was made of are.
struct RecordParser {
    private let base: UnsafeRawPointer?
    private let end: Int
    private(set) var index: Int

    /// A parser of `bytes[start..<end]`; `end` is their count when nil.
    init(_ bytes: UnsafeRawBufferPointer, from start: Int = 0, upTo end: Int? = nil) {
        base = bytes.baseAddress
        self.end = end ?? bytes.count
        index = start
    }

    /// Bytes not yet walked over.
    var remaining: Int { end - index }

    /// The bytes between this parser and one that is ahead of it.
    func slice(to ahead: RecordParser) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base.map { $0 + index }, count: ahead.index - index)
    }

    /// The bytes of a field this parser found.
    func bytes(_ field: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base.map { $0 + field.lowerBound }, count: field.count)
    }

    /// A uvarint.
    @inline(__always)
    mutating func number() -> UInt64? {
        guard index < end, let base else { return nil }
        let byte = base.load(fromByteOffset: index, as: UInt8.self)
        guard byte >= 0x80 else {
            index += 1
            return UInt64(byte)
        }
        return longNumber()
    }

    @inline(never)
    private mutating func longNumber() -> UInt64? {
        Varint.decode(UnsafeRawBufferPointer(start: base, count: end), at: &index)
    }

    /// A length and that many bytes: where they are.
    @inline(__always)
    mutating func field() -> Range<Int>? {
        guard let length = number(), length <= UInt64(remaining) else { return nil }
        let start = index
        index += Int(length)
        return start..<index
    }

    /// A header block: where it is, its count included.
    @inline(__always)
    mutating func headers() -> Range<Int>? {
        let start = index
        guard let count = number(), count <= UInt64(remaining) else { return nil }
        for _ in 0..<count {
            guard field() != nil, field() != nil else { return nil }
        }
        return start..<index
    }

    /// One whole record.
    mutating func skipRecord() -> Bool {
        number() != nil && field() != nil && field() != nil && headers() != nil && field() != nil
    }

    /// One whole record.
    @inline(__always)
    mutating func record() -> RecordView? {
        guard let delta = number(), let key = field(), let type = field(),
            let headers = headers(), let data = field()
        else { return nil }
        return RecordView(
            timestampDelta: delta,
            key: UInt32(key.lowerBound)..<UInt32(key.upperBound),
            type: UInt32(type.lowerBound)..<UInt32(type.upperBound),
            headers: UInt32(headers.lowerBound)..<UInt32(headers.upperBound),
            data: UInt32(data.lowerBound)..<UInt32(data.upperBound)
        )
    }
}
