/// An API key as it is stored: row `KEYS`.
///
/// The key itself is not in it, only its hash.
package struct APIKeyRow: Sendable {
    /// The key's public name.
    package let id: APIKeyID
    /// The name its maker gave it, for people; need not be unique.
    package let name: String
    /// The SHA-256 of the key.
    package let hash: APIKeyHash
    /// The scopes it grants, at least one.
    package let scopes: [Scope]
    /// The time at which it was made.
    package let created: Timestamp
    /// The time from which on it is refused; nil when it never expires.
    package let expires: Timestamp?

    /// A new key's row.
    package init(
        id: APIKeyID,
        name: String,
        hash: APIKeyHash,
        scopes: [Scope],
        created: Timestamp,
        expires: Timestamp?
    ) {
        self.id = id
        self.name = name
        self.hash = hash
        self.scopes = scopes
        self.created = created
        self.expires = expires
    }

    /// True when the key is refused at `now`.
    package func hasExpired(at now: Timestamp) -> Bool {
        expires.map { $0 <= now } ?? false
    }

    /// The stored row; its ttl removes an expired key after ``Limits/expiredKeyAge``.
    package var item: Item {
        var item = Item(.apiKey(id))
        item[.name] = .string(name)
        item[.keyHash] = .bytes(hash.bytes)
        item[.scopes] = .string(scopes.map(\.description).joined(separator: " "))
        item[.created] = .number(created.milliseconds)
        item[.expires] = expires.map { .number($0.milliseconds) }
        item[.ttl] = expires.map { .number($0.advanced(by: Limits.expiredKeyAge).seconds) }
        return item
    }

    /// Reads the row; throws ``TableError/Reason/corrupt`` when it is damaged.
    package init(_ item: Item) throws(TableError) {
        guard case .apiKey(let id) = item.key else { throw item.misplaced }
        guard let name = item.string(.name) else { throw item.damaged(.name) }
        guard let hash = APIKeyHash(bytes: try item.requiredBytes(.keyHash)) else {
            throw item.damaged(.keyHash)
        }
        let texts = item.string(.scopes)?.split(separator: " ") ?? []
        let scopes = texts.compactMap { Scope($0) }
        guard !scopes.isEmpty, scopes.count == texts.count else { throw item.damaged(.scopes) }
        self.id = id
        self.name = name
        self.hash = hash
        self.scopes = scopes
        created = try item.requiredTimestamp(.created)
        expires = item.number(.expires).map(Timestamp.init(milliseconds:))
    }
}
