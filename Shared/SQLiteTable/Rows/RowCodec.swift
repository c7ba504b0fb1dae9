import CChecksum
import LedgerCore

/// The stored form of a row's attributes; integers are little-endian.
///
/// ```
/// 0   1  version = 2
/// 1   1  number of attributes
/// per attribute:
///     1  type: 0 number, 1 text, 2 bytes
///     1  n, then n bytes: name
///     number: 8  two's complement
///     else:   4  n, then n bytes: value
/// end-4  4  CRC-32C of the partition key, the sort key and all bytes before it
/// ```
///
/// Version 1, of the first files, is the same without the checksum; it is still read.
///
/// Decoding takes exactly what encoding makes: no unknown name, no name twice, no invalid UTF-8,
/// nothing left over. Anything else is damage and is reported as such.
enum RowCodec {
    private static let version: UInt8 = 2
    private static let versionWithoutChecksum: UInt8 = 1
    private static let headerBytes = 2

    /// The attributes in one buffer.
    static func encode(_ item: Item, as key: EncodedKey) -> [UInt8] {
        let empty = headerBytes + RowChecksum.byteCount
        let size = item.attributes.reduce(empty) { $0 + encodedBytes($1.value, name: $1.name) }
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            var writer = RowBytesWriter(UnsafeMutableRawBufferPointer(buffer))
            writer.byte(version)
            writer.byte(UInt8(item.attributes.count))
            for (name, value) in item.attributes { encode(value, name: name, into: &writer) }
            let checksum = key.sort.withUnsafeBytes { sort in
                RowChecksum(partition: key.partition).of(sort: sort, value: writer.written)
            }
            writer.integer(checksum)
            count = writer.count
        }
    }

    private static func encodedBytes(_ value: AttributeValue, name: Attribute) -> Int {
        let head = 2 + name.rawValue.utf8.count
        return switch value {
        case .number: head + 8
        case .string(let text): head + 4 + text.utf8.count
        case .bytes(let bytes): head + 4 + bytes.count
        }
    }

    private static func encode(
        _ value: AttributeValue,
        name: Attribute,
        into writer: inout RowBytesWriter
    ) {
        writer.byte(value.type.rawValue)
        writer.byte(UInt8(name.rawValue.utf8.count))
        writer.bytes(name.rawValue.utf8)
        switch value {
        case .number(let number):
            writer.integer(number)
        case .string(let text):
            writer.integer(UInt32(text.utf8.count))
            writer.bytes(text.utf8)
        case .bytes(let bytes):
            writer.integer(UInt32(bytes.count))
            writer.bytes(bytes)
        }
    }

    /// The row `key` from its stored attributes.
    ///
    /// - Parameters:
    ///   - bytes: The stored value, version byte and checksum included.
    ///   - key: The key that it is stored under.
    ///   - sort: The sort key's bytes, which the checksum covers.
    ///   - checksum: Begun with the group's partition key.
    /// - Returns: nil when they are not what ``encode(_:as:)`` makes.
    static func decode(
        _ bytes: UnsafeRawBufferPointer,
        key: TableKey,
        sort: UnsafeRawBufferPointer,
        checksum: RowChecksum
    ) -> Item? {
        switch bytes.first {
        case version:
            guard let content = checksum.verified(sort: sort, row: bytes) else { return nil }
            return decode(content, as: key)
        case versionWithoutChecksum: return decode(bytes, as: key)
        default: return nil
        }
    }

    private static func decode(_ bytes: UnsafeRawBufferPointer, as key: TableKey) -> Item? {
        var reader = RowBytesReader(bytes)
        guard reader.byte() != nil, let count = reader.byte() else { return nil }
        var item = Item(key, capacity: Int(count))
        for _ in 0..<count {
            guard let (name, value) = attribute(from: &reader), item[name] == nil else {
                return nil
            }
            item[name] = value
        }
        return reader.isAtEnd ? item : nil
    }

    private static func attribute(from reader: inout RowBytesReader) -> (Attribute, AttributeValue)?
    {
        guard let type = reader.byte().flatMap(ValueType.init(rawValue:)),
            let length = reader.byte(),
            let name = reader.bytes(Int(length)).flatMap(AttributeNames.attribute),
            let value = value(of: type, from: &reader)
        else { return nil }
        return (name, value)
    }

    private static func value(
        of type: ValueType,
        from reader: inout RowBytesReader
    ) -> AttributeValue? {
        if type == .number { return reader.integer(Int64.self).map(AttributeValue.number) }
        guard let length = reader.integer(UInt32.self), let bytes = reader.bytes(Int(length))
        else { return nil }
        if type == .bytes { return .bytes(Array(bytes)) }
        return String(validating: bytes, as: UTF8.self).map(AttributeValue.string)
    }
}

/// The types as stored.
private enum ValueType: UInt8 {
    case number = 0
    case text = 1
    case bytes = 2
}

extension AttributeValue {
    fileprivate var type: ValueType {
        switch self {
        case .number: .number
        case .string: .text
        case .bytes: .bytes
        }
    }
}

/// Attributes by name without making a `String` of each name read.
private enum AttributeNames {
    /// A name of up to 8 bytes fits an integer.
    private static let byName: [UInt64: Attribute] = Dictionary(
        uniqueKeysWithValues: Attribute.allCases.map { (packed($0.rawValue.utf8), $0) }
    )

    static func attribute(_ name: UnsafeRawBufferPointer) -> Attribute? {
        name.count <= 8 ? byName[packed(name)] : nil
    }

    private static func packed(_ name: some Collection<UInt8>) -> UInt64 {
        precondition(name.count <= 8, "an attribute's name has at most 8 bytes")
        return name.reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// The CRC-32C by which a damaged row is noticed, and one that stands under another's key.
///
/// SQLite has no checksums of its own in the database's file.
struct RowChecksum: Sendable {
    /// Bytes of a checksum, which are the last of a row.
    static let byteCount = 4
    /// The checksum of the partition key, which the rows of a group share.
    private let beginning: UInt32

    init(partition: [UInt8]) {
        beginning = partition.withUnsafeBytes { el_crc32c(0, $0.baseAddress, $0.count) }
    }

    /// The checksum of a row with these bytes.
    func of(sort: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) -> UInt32 {
        let keys = el_crc32c(beginning, sort.baseAddress, sort.count)
        return el_crc32c(keys, value.baseAddress, value.count)
    }

    /// The row without its checksum, or nil when that is another.
    func verified(
        sort: UnsafeRawBufferPointer,
        row: UnsafeRawBufferPointer
    ) -> UnsafeRawBufferPointer? {
        guard row.count > Self.byteCount else { return nil }
        let end = row.count - Self.byteCount
        let content = UnsafeRawBufferPointer(rebasing: row[..<end])
        let stored = UInt32(littleEndian: row.loadUnaligned(fromByteOffset: end, as: UInt32.self))
        return stored == of(sort: sort, value: content) ? content : nil
    }
}

/// Fills a buffer from its start.
///
/// Its capacity was computed before; running over it is a defect.
struct RowBytesWriter {
    private let buffer: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(_ buffer: UnsafeMutableRawBufferPointer) {
        self.buffer = buffer
    }

    /// The bytes that were written so far.
    var written: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: buffer[..<count])
    }

    mutating func byte(_ byte: UInt8) {
        buffer[count] = byte
        count += 1
    }

    mutating func integer(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes($0) }
    }

    mutating func bytes(_ bytes: some Collection<UInt8>) {
        let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
        rest.copyBytes(from: bytes)
        count += bytes.count
    }
}

/// Takes a buffer apart from its start; nil at its end.
struct RowBytesReader {
    private let buffer: UnsafeRawBufferPointer
    private var position = 0

    init(_ buffer: UnsafeRawBufferPointer) {
        self.buffer = buffer
    }

    var isAtEnd: Bool { position == buffer.count }

    mutating func byte() -> UInt8? {
        guard position < buffer.count else { return nil }
        defer { position += 1 }
        return buffer[position]
    }

    mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type) -> Value? {
        guard let bytes = bytes(MemoryLayout<Value>.size) else { return nil }
        return Value(littleEndian: bytes.loadUnaligned(as: Value.self))
    }

    mutating func bytes(_ count: Int) -> UnsafeRawBufferPointer? {
        guard count <= buffer.count - position else { return nil }
        defer { position += count }
        return UnsafeRawBufferPointer(rebasing: buffer[position..<(position + count)])
    }
}
