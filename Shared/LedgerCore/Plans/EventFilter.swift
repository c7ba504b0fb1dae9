/// The events of a log that a read wants; what is nil does not matter.
package struct EventFilter: Hashable, Sendable {
    /// Only events of this key, compared byte by byte.
    package let key: EventKey?
    /// Only events of these types.
    package let type: TypePattern?

    /// A filter; nil when nothing is asked for, so that every event fits.
    package init?(key: EventKey?, type: TypePattern?) {
        guard key != nil || type != nil else { return nil }
        self.key = key
        self.type = type
    }

    /// True if a record of `batch` is wanted.
    func fits(_ record: RecordView, of batch: DecodedBatch) -> Bool {
        batch.bytes.withUnsafeBytes { bytes in
            if let key, !bytes.field(record.key).elementsEqual(key.utf8) { return false }
            return type?.fits(bytes.field(record.type)) ?? true
        }
    }
}

/// A type, or with a `*` at its end all types that begin so; compared byte by byte.
package struct TypePattern: Hashable, Sendable {
    private let name: [UInt8]
    private let isPrefix: Bool

    /// - Returns: nil when empty or longer than a type can be.
    package init?(utf8: [UInt8]) {
        isPrefix = utf8.last == UInt8(ascii: "*")
        name = isPrefix ? utf8.dropLast() : utf8
        guard isPrefix || !name.isEmpty, name.count <= Limits.typeBytes.upperBound else {
            return nil
        }
    }

    func fits(_ type: UnsafeRawBufferPointer) -> Bool {
        isPrefix ? type.starts(with: name) : type.elementsEqual(name)
    }
}
