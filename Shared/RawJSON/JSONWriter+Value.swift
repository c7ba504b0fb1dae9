extension JSONWriter {
    /// Writes `true` or `false`.
    @inlinable
    public mutating func boolean(_ value: Bool) { word(value ? "true" : "false") }

    /// Writes `null`.
    @inlinable
    public mutating func null() { word("null") }

    /// Writes JSON that is already one valid value.
    public mutating func raw(_ json: UnsafeRawBufferPointer) {
        piece(json, commaAfter: true)
    }

    /// Writes JSON that is already one valid value.
    @inlinable
    public mutating func raw(_ json: some Collection<UInt8>) {
        json.withContiguousBytes { raw($0) }
    }

    /// Writes a piece of JSON that need not be a value of its own, such as some members that are
    /// the same in many objects.
    ///
    /// `commaAfter`: Whether what is written next begins with a comma, as after a whole value.
    public mutating func piece(_ json: UnsafeRawBufferPointer, commaAfter: Bool) {
        append(atMost: json.count &+ 1) { [needsComma] target in
            let start = target.comma(needsComma)
            guard let base = json.baseAddress else { return start }
            start.copyMemory(from: base, byteCount: json.count)
            return start + json.count
        }
        needsComma = commaAfter
    }

    /// Writes a piece of JSON that need not be a value of its own.
    @inlinable
    public mutating func piece(_ json: [UInt8], commaAfter: Bool) {
        json.withUnsafeBytes { piece($0, commaAfter: commaAfter) }
    }

    @inlinable
    mutating func word(_ word: StaticString) {
        raw(UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }
}

extension Collection<UInt8> {
    /// Calls `body` with the bytes in one piece, copying them only if they are not.
    @inlinable
    func withContiguousBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        if withContiguousStorageIfAvailable({ body(UnsafeRawBufferPointer($0)) }) == nil {
            Array(self).withUnsafeBytes(body)
        }
    }
}
