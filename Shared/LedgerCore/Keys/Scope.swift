/// A kind of call that a key may be allowed to make on a stream.
public enum APIKeyAction: String, CaseIterable, Sendable {
    /// Creates, changes and deletes streams, compacts, accepts tails.
    case admin
    /// Publishes events, and nothing else.
    case publish
    /// Reads and looks up; manages, polls, commits and seeks subscriptions.
    case consume
}

/// Some actions on some streams: `publish,consume:orders-*`.
public struct Scope: Hashable, Sendable, CustomStringConvertible {
    /// The allowed actions, at least one.
    public let actions: Set<APIKeyAction>
    /// The streams on which they are allowed.
    public let streams: StreamPattern

    /// Creates a scope; nil when `actions` is empty.
    public init?(_ actions: Set<APIKeyAction>, on streams: StreamPattern) {
        guard !actions.isEmpty else { return nil }
        self.actions = actions
        self.streams = streams
    }

    /// Reads `ACTION,…:STREAMS`; nil when it is none, or names an action twice.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let streams = StreamPattern(parts[1]) else { return nil }
        let words = parts[0].split(separator: ",", omittingEmptySubsequences: false)
        let actions = words.compactMap { APIKeyAction(rawValue: String($0)) }
        guard actions.count == words.count, Set(actions).count == words.count else { return nil }
        self.init(Set(actions), on: streams)
    }

    /// The actions in their fixed order.
    public var orderedActions: [APIKeyAction] { APIKeyAction.allCases.filter(actions.contains) }

    /// The scope as text.
    public var description: String {
        orderedActions.map(\.rawValue).joined(separator: ",") + ":\(streams)"
    }
}

extension [Scope] {
    /// All actions on all streams, as the operator's root key has them.
    public static var everything: [Scope] {
        [Scope(Set(APIKeyAction.allCases), on: .all)].compactMap(\.self)
    }

    /// True when one of the scopes allows `action` on `stream`.
    public func allow(_ action: APIKeyAction, on stream: StreamID) -> Bool {
        contains { $0.actions.contains(action) && $0.streams.covers(stream) }
    }

    /// True when one of the scopes allows `action` on every stream.
    public func allowEverywhere(_ action: APIKeyAction) -> Bool {
        contains { $0.actions.contains(action) && $0.streams == .all }
    }

    /// True when one of the scopes covers `stream`, whatever its actions.
    public func cover(_ stream: StreamID) -> Bool {
        contains { $0.streams.covers(stream) }
    }

    /// The fewest patterns that cover the same streams as all scopes together, sorted by name.
    public var coverage: [StreamPattern] {
        let patterns = Set(map(\.streams))
        return patterns.filter { pattern in
            !patterns.contains { $0 != pattern && $0.covers(pattern) }
        }.sorted { $0.name < $1.name }
    }
}

/// The streams that a scope covers: one by its name, or all that begin alike.
///
/// Written as the name, or as the common beginning and a `*`; `*` alone covers every stream.
public struct StreamPattern: Hashable, Sendable, CustomStringConvertible {
    /// Covers every stream; written `*`.
    public static let all = StreamPattern(isPrefix: true, name: "")

    /// True when ``name`` is only the beginning of the covered names.
    public let isPrefix: Bool
    /// The covered stream's name, or the beginning that all covered names share.
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

    /// True when the pattern covers `stream`.
    public func covers(_ stream: StreamID) -> Bool {
        isPrefix ? stream.name.utf8.starts(with: name.utf8) : stream.name == name
    }

    /// True when the pattern covers every stream that `other` covers.
    public func covers(_ other: StreamPattern) -> Bool {
        guard isPrefix else { return self == other }
        return other.name.utf8.starts(with: name.utf8)
    }

    /// The pattern as text.
    public var description: String { isPrefix ? name + "*" : name }
}
