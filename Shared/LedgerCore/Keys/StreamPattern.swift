/// The streams that a scope covers: one by its name, or all that begin alike.
///
/// Written as the name, or as the common beginning and a `*`; `*` alone covers every stream.
public struct StreamPattern: Hashable, Sendable, CustomStringConvertible {
    /// Every stream.
    public static let all = StreamPattern(isPrefix: true, name: "")

    /// Whether names that go on are covered too.
    public let isPrefix: Bool
    /// The name, or the beginning of names.
    public let name: String

    private init(isPrefix: Bool, name: String) {
        self.isPrefix = isPrefix
        self.name = name
    }

    /// The pattern for one stream.
    public init(_ stream: StreamID) {
        self.init(isPrefix: false, name: stream.name)
    }

    /// Reads a pattern; nil when no stream's name can fit it.
    public init?(_ text: some StringProtocol) {
        let text = String(text)
        let isPrefix = text.utf8.last == UInt8(ascii: "*")
        let name = isPrefix ? String(Substring(text.utf8.dropLast())) : text
        let isWhole = isPrefix && name.isEmpty
        guard isWhole || NameRule.holds(name, maximum: Limits.nameBytes) else { return nil }
        self.init(isPrefix: isPrefix, name: name)
    }

    /// Whether the stream is one of them.
    public func covers(_ stream: StreamID) -> Bool {
        isPrefix ? stream.name.utf8.starts(with: name.utf8) : stream.name == name
    }

    /// Whether every stream of the other pattern is one of this one.
    public func covers(_ other: StreamPattern) -> Bool {
        guard isPrefix else { return self == other }
        return other.name.utf8.starts(with: name.utf8)
    }

    /// The pattern as text.
    public var description: String { isPrefix ? name + "*" : name }
}
