/// The events that a reader wants: those that fit a pattern of each list that is given.
///
/// ```
/// of its types, then of its keys:
///   uvarint count, 0 where any does · per pattern: uvarint n, n bytes, a prefix with its *
/// ```
package struct EventFilter: Hashable, Sendable {
    /// Patterns of types, at least one; nil: any type does.
    package let types: [TextPattern]?
    /// Patterns of keys, at least one; nil: any key does.
    package let keys: [TextPattern]?

    /// A filter; nil when nothing is asked for, so that every event fits.
    package init?(types: [TextPattern]?, keys: [TextPattern]?) {
        guard types != nil || keys != nil else { return nil }
        self.types = types
        self.keys = keys
    }

    /// True if a record of `batch` is wanted.
    func fits(_ record: RecordView, of batch: DecodedBatch) -> Bool {
        batch.bytes.withUnsafeBytes { bytes in
            fits(type: bytes.field(record.type), key: bytes.field(record.key))
        }
    }

    /// True if a key's latest event is wanted.
    func fits(_ record: Record, of key: EventKey) -> Bool {
        record.bytes.withUnsafeBytes { bytes in
            key.utf8.withUnsafeBytes { fits(type: bytes.field(record.type), key: $0) }
        }
    }

    private func fits(type: UnsafeRawBufferPointer, key: UnsafeRawBufferPointer) -> Bool {
        if let keys, !keys.contains(where: { $0.fits(key) }) { return false }
        return types?.contains { $0.fits(type) } ?? true
    }

    // MARK: The stored form

    /// The filter as a row keeps it.
    package var encoded: [UInt8] {
        var bytes: [UInt8] = []
        for list in [types ?? [], keys ?? []] {
            Varint.append(UInt64(list.count), to: &bytes)
            for pattern in list {
                Varint.append(UInt64(pattern.utf8.count), to: &bytes)
                bytes += pattern.utf8
            }
        }
        return bytes
    }

    /// The inverse of ``encoded``; nil for anything it does not write.
    package static func decode(_ bytes: [UInt8]) -> EventFilter? {
        var reader = ByteReader(bytes)
        guard let types = patterns(from: &reader, upTo: Limits.typeBytes.upperBound),
            let keys = patterns(from: &reader, upTo: Limits.keyBytes.upperBound), reader.isAtEnd
        else { return nil }
        return EventFilter(
            types: types.isEmpty ? nil : types,
            keys: keys.isEmpty ? nil : keys
        )
    }

    private static func patterns(
        from reader: inout ByteReader,
        upTo limit: Int
    ) -> [TextPattern]? {
        guard let count = reader.number(), count <= UInt64(Limits.filterPatterns.upperBound)
        else { return nil }
        var patterns: [TextPattern] = []
        for _ in 0..<count {
            guard let pattern = reader.field().flatMap({ TextPattern(utf8: $0, upTo: limit) })
            else { return nil }
            patterns.append(pattern)
        }
        return patterns
    }
}

/// A text, or with a `*` at its end all texts that begin so; compared byte by byte.
package struct TextPattern: Hashable, Sendable {
    private let text: [UInt8]
    private let isPrefix: Bool

    /// Exactly this text, whatever it ends with.
    package init(exactly text: [UInt8]) {
        self.text = text
        isPrefix = false
    }

    /// Reads a pattern of texts that have `limit` bytes at most.
    ///
    /// - Returns: nil when empty, or longer than such a text can be.
    package init?(utf8: [UInt8], upTo limit: Int) {
        isPrefix = utf8.last == UInt8(ascii: "*")
        text = isPrefix ? utf8.dropLast() : utf8
        guard isPrefix || !text.isEmpty, text.count <= limit else { return nil }
    }

    /// The pattern as it was written.
    package var utf8: [UInt8] { isPrefix ? text + [UInt8(ascii: "*")] : text }

    func fits(_ other: UnsafeRawBufferPointer) -> Bool {
        isPrefix ? other.starts(with: text) : other.elementsEqual(text)
    }
}
