/// The headers of one event in their stored form, in the order in which they were appended.
///
/// ```
/// header block:  uvarint count, then per header: uvarint n, name · uvarint n, value
/// ```
///
/// Holds no memory of its own while it is empty.
package struct RecordHeaders: Hashable, Sendable {
    /// How many headers there are.
    package private(set) var count = 0
    /// The block without its count.
    private(set) var encoded: [UInt8] = []

    /// No headers.
    package init() {}

    /// Adds a header; both are UTF-8.
    package mutating func append(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        count += 1
        Varint.append(UInt64(name.count), to: &encoded)
        encoded.append(contentsOf: name)
        Varint.append(UInt64(value.count), to: &encoded)
        encoded.append(contentsOf: value)
    }

    /// Adds a header; both are UTF-8.
    package mutating func append(name: [UInt8], value: [UInt8]) {
        name.withUnsafeBytes { name in
            value.withUnsafeBytes { append(name: name, value: $0) }
        }
    }

    /// Removes all headers and keeps the memory for the next event's.
    package mutating func removeAll() {
        count = 0
        encoded.removeAll(keepingCapacity: true)
    }

    /// Appends the whole block to `bytes`.
    func append(to bytes: inout [UInt8]) {
        Varint.append(UInt64(count), to: &bytes)
        bytes.append(contentsOf: encoded)
    }

    /// Calls `body` with each header of a block that was checked when it was decoded.
    static func forEach<Failure: Error>(
        in block: UnsafeRawBufferPointer,
        _ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) throws(Failure) ->
            Void
    ) throws(Failure) {
        var parser = RecordParser(block)
        guard let count = parser.number() else { return }
        for _ in 0..<count {
            guard let name = parser.field(), let value = parser.field() else { return }
            try body(parser.bytes(name), parser.bytes(value))
        }
    }
}
