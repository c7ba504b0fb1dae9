extension JSONWriter {
    /// Writes `true` or `false`.
    @inlinable
    public mutating func boolean(_ value: Bool) { word(value ? "true" : "false") }

    /// Writes `null`.
    @inlinable
    public mutating func null() { word("null") }

    /// Writes JSON that is already one valid value.
    public mutating func raw(_ json: UnsafeRawBufferPointer) {
        append(atMost: json.count &+ 1) { [needsComma] target in
            let start = target.comma(needsComma)
            guard let base = json.baseAddress else { return start }
            start.copyMemory(from: base, byteCount: json.count)
            return start + json.count
        }
        needsComma = true
    }

    /// Writes JSON that is already one valid value.
    @inlinable
    public mutating func raw(_ json: some Collection<UInt8>) {
        json.withContiguousBytes { raw($0) }
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
