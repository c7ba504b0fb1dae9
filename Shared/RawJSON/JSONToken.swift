/// A string's place in the document, not its text.
///
/// `JSONReader.text(_:)` and `JSONReader.unescape(_:into:)` make text of it.
public struct JSONString: Hashable, Sendable {
    /// The raw contents between the quotes, as byte offsets in the document.
    public let range: Range<Int>
    /// Whether the contents hold a backslash; without one the raw bytes are the text.
    public let hasEscapes: Bool

    @inlinable
    init(range: Range<Int>, hasEscapes: Bool) {
        self.range = range
        self.hasEscapes = hasEscapes
    }
}

/// A number's place in the document, and its value when that is a whole number.
public struct JSONNumber: Hashable, Sendable {
    /// The number as written, as byte offsets in the document.
    public let range: Range<Int>
    /// The exact value when it has no fractional part and fits, else nil.
    ///
    /// The spelling does not matter: `3`, `3.0`, `30e-1` and `0.03e2` are all 3, and `-0` is 0.
    public let integer: Int64?

    init(range: Range<Int>, integer: Int64?) {
        self.range = range
        self.integer = integer
    }
}
