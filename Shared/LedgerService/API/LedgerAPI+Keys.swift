import LedgerCore
import RawJSON

extension LedgerAPI {
    func keys(_ method: String, _ request: APIRequest) async throws(LedgerError) -> APIResponse {
        guard gate != nil else { throw .keysDisabled }
        return method == "GET" ? try await listKeys(request) : try await createKey(request)
    }

    func deleteKey(_ text: String, _ request: APIRequest) async throws(LedgerError) -> APIResponse {
        guard let gate else { throw .keysDisabled }
        _ = try QueryParameters(request.query, allowed: [])
        guard let id = APIKeyID(text) else { throw .apiKeyNotFound(text) }
        try await ledger.deleteKey(id)
        gate.revoked(id)
        return .success
    }

    private func createKey(_ request: APIRequest) async throws(LedgerError) -> APIResponse {
        _ = try QueryParameters(request.query, allowed: [])
        var name: String?
        var scopes: [Scope]?
        var expires: Timestamp?
        let now = ledger.now()
        try RequestBody.members(of: request) { field, reader throws(FieldError) in
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
        let (key, row) = try await ledger.createKey(name: name, scopes: scopes, expires: expires)
        return .json(status: 201) { writer in
            writer.beginObject()
            writer.members(of: row)
            writer.key("key")
            writer.string(key.text)
            writer.endObject()
        }
    }

    private func listKeys(_ request: APIRequest) async throws(LedgerError) -> APIResponse {
        let query = try QueryParameters(request.query, allowed: ["limit", "next"])
        let after = try PageToken.after(query.text("next"), of: .apiKeys)
        let page = try await ledger.listKeys(limit: try query.limit(), after: after)
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
