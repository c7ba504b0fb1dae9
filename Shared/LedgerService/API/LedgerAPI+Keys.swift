import LedgerCore
import RawJSON

extension LedgerAPI {
    static func createKey(_ call: Call) async throws(LedgerError) -> APIResponse {
        var name: String?
        var scopes: [Scope]?
        var expires: Timestamp?
        let now = call.ledger.clock.now()
        try call.readMembers { field, reader throws(LedgerError) in
            switch field {
            case "name": name = try reader.keyName(field)
            case "scopes": scopes = try reader.scopes(field)
            case "expires_at": expires = try reader.expiry(field, after: now)
            default: return false
            }
            return true
        }
        guard let name else { throw .invalid(field: "name", message: "is missing") }
        guard let scopes else { throw .invalid(field: "scopes", message: "is missing") }
        let (key, row) = try await call.ledger.keys.createKey(
            name: name,
            scopes: scopes,
            expires: expires
        )
        return .json(status: 201) { writer in
            writer.beginObject()
            writer.members(of: row)
            writer.key("key")
            writer.string(key.text)
            writer.endObject()
        }
    }

    static func listKeys(_ call: Call) async throws(LedgerError) -> APIResponse {
        let after = try call.query.next(of: .apiKeys)?.sortKey
        let page = try await call.ledger.keys.listKeys(limit: try call.query.limit(), after: after)
        return .json { writer in
            writer.beginObject()
            writer.key("keys")
            writer.beginArray()
            for row in page.keys {
                writer.beginObject()
                writer.members(of: row)
                writer.endObject()
            }
            writer.endArray()
            writer.next(page.next.map { PageToken(kind: .apiKeys, sortKey: $0) })
            writer.endObject()
        }
    }

    static func revokeKey(_ call: Call) async throws(LedgerError) -> APIResponse {
        guard let id = APIKeyID(call.apiKey) else { throw .apiKeyNotFound(call.apiKey) }
        try await call.ledger.keys.deleteKey(id)
        call.gate?.revoked(id)
        return .success
    }
}

extension JSONWriter {
    fileprivate mutating func members(of row: APIKeyRow) {
        key("key_id")
        string(row.id.description)
        key("name")
        string(row.name)
        key("scopes")
        beginArray()
        for scope in row.scopes {
            beginObject()
            key("actions")
            beginArray()
            for action in scope.orderedActions { string(action.rawValue) }
            endArray()
            key("streams")
            string(scope.streams.description)
            endObject()
        }
        endArray()
        key("created_at")
        string(RFC3339.text(row.created))
        guard let expires = row.expires else { return }
        key("expires_at")
        string(RFC3339.text(expires))
    }
}
