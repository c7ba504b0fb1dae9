import LedgerCore

/// The maker of a request, as far as their key tells.
struct Caller: Sendable {
    /// Everyone, on a ledger that needs no keys, and for calls that need none.
    static let anyone = Caller(name: nil, id: nil, scopes: nil)
    /// The operator, by the key whose hash is in the configuration.
    static let root = Caller(name: "root", id: nil, scopes: .everything)

    /// The key's id, for logs; nil: nobody was asked for a key.
    let name: String?
    /// The key's id; nil: the key is not in the table, or nobody was asked for one.
    let id: APIKeyID?
    /// The scopes of their key; nil: they may do anything.
    private let scopes: [Scope]?

    private init(name: String?, id: APIKeyID?, scopes: [Scope]?) {
        self.name = name
        self.id = id
        self.scopes = scopes
    }

    /// Whoever has this key.
    init(_ key: APIKeyRow) {
        self.init(name: key.id.description, id: key.id, scopes: key.scopes)
    }

    /// The streams that they may know of; nil: all.
    var coverage: [StreamPattern]? { scopes?.coverage }

    /// Throws ``LedgerError/forbidden(missing:)`` unless their key allows it, where an action is
    /// needed on this stream.
    func require(_ access: Access, on stream: StreamID? = nil) throws(LedgerError) {
        guard let scopes, let missing = Self.missing(access, on: stream, in: scopes) else { return }
        throw .forbidden(missing: missing)
    }

    /// The scope that is missing, as a person would write it.
    private static func missing(
        _ access: Access,
        on stream: StreamID?,
        in scopes: [Scope]
    ) -> String? {
        switch (access, stream) {
        case (.open, _), (.key, _): nil
        case (.creation, _): scopes.contains { $0.actions.contains(.admin) } ? nil : "admin"
        case (.operation, _), (.keyManagement, _):
            scopes.allowEverywhere(.admin) ? nil : "admin:*"
        case (.action(let action), let stream?):
            scopes.allow(action, on: stream) ? nil : "\(action.rawValue):\(stream)"
        case (.anyAction, let stream?):
            scopes.cover(stream) ? nil : "admin, publish or consume:\(stream)"
        case (.action, nil), (.anyAction, nil):
            preconditionFailure("an action on a stream is asked for without the stream")
        }
    }
}
