import LedgerCore

/// How a row's attributes are stored in the column `v`.
///
///     0  1  version = 1
///     per attribute: 1 length of the name · name · 1 type · value
///         type 0: number, 8 bytes little-endian
///         type 1: text,   4 bytes length little-endian · UTF-8
///         type 2: bytes,  4 bytes length little-endian · bytes
enum RowFormat {
    private static let version: UInt8 = 1

    static func encode(_ item: Item) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(item.storedBytes + 8 * item.attributes.count + 1)
        bytes.append(version)
        for (name, value) in item.attributes {
            bytes.append(UInt8(name.rawValue.utf8.count))
            bytes.append(contentsOf: name.rawValue.utf8)
            append(value, to: &bytes)
        }
        return bytes
    }

    private static func append(_ value: AttributeValue, to bytes: inout [UInt8]) {
        switch value {
        case .number(let number):
            bytes.append(0)
            withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
        case .string(let text):
            bytes.append(1)
            appendCount(text.utf8.count, to: &bytes)
            bytes.append(contentsOf: text.utf8)
        case .bytes(let blob):
            bytes.append(2)
            appendCount(blob.count, to: &bytes)
            bytes.append(contentsOf: blob)
        }
    }

    private static func appendCount(_ count: Int, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: UInt32(count).littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// - Throws: ``TableError/Reason/corrupt`` for anything that ``encode(_:)`` does not write.
    static func decode(_ bytes: UnsafeRawBufferPointer, key: TableKey) throws(TableError) -> Item {
        var reader = Reader(bytes: bytes)
        var item = Item(key)
        guard reader.byte() == version else { throw damaged(key) }
        while !reader.isAtEnd {
            guard let count = reader.byte(), let name = reader.take(Int(count)),
                let attribute = Attribute(rawValue: String(decoding: name, as: UTF8.self)),
                let value = reader.value()
            else { throw damaged(key) }
            item[attribute] = value
        }
        return item
    }

    static func damaged(_ key: TableKey) -> TableError {
        damaged(key.group)
    }

    static func damaged(_ group: RowGroup) -> TableError {
        TableError(.definite, .corrupt, "a row of \(group.partitionKey) can't be read")
    }

    private struct Reader {
        let bytes: UnsafeRawBufferPointer
        var index = 0

        var isAtEnd: Bool { index == bytes.count }

        mutating func byte() -> UInt8? {
            guard index < bytes.count else { return nil }
            defer { index += 1 }
            return bytes[index]
        }

        mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
            guard count <= bytes.count - index else { return nil }
            defer { index += count }
            return UnsafeRawBufferPointer(rebasing: bytes[index..<index + count])
        }

        mutating func value() -> AttributeValue? {
            switch byte() {
            case 0:
                return take(8).map {
                    .number(Int64(littleEndian: $0.loadUnaligned(as: Int64.self)))
                }
            case 1: return counted().map { .string(String(decoding: $0, as: UTF8.self)) }
            case 2: return counted().map { .bytes(Array($0)) }
            default: return nil
            }
        }

        private mutating func counted() -> UnsafeRawBufferPointer? {
            take(4).flatMap { take(Int(UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self)))) }
        }
    }
}
