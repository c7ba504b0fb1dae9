import LedgerCore

extension Ledger {
    /// Makes an API key, which is returned with its row and is nowhere to be had again.
    func createKey(
        name: String,
        scopes: [Scope],
        expires: Timestamp?
    ) async throws(LedgerError) -> (key: APIKey, row: APIKeyRow) {
        var random = random
        for _ in 0..<Limits.casTries {
            let key = APIKey.random(using: &random)
            let row = APIKeyRow(
                id: key.id,
                name: name,
                hash: key.hash,
                scopes: scopes,
                created: clock.now(),
                expires: expires
            )
            let write = Write.put(row.item, if: .notExists)
            if case .applied = try await apply(write, decided: clock.instant()) {
                return (key, row)
            }
        }
        throw .contention
    }

    /// The row of a key as the table has it now; nil when there is none.
    func apiKey(_ id: APIKeyID) async throws(LedgerError) -> APIKeyRow? {
        guard let item = try await row(.apiKey(id)) else { return nil }
        return try decoded { () throws(TableError) in try APIKeyRow(item) }
    }

    /// One page of API keys, by id.
    func listKeys(
        limit: Int,
        after: [UInt8]?
    ) async throws(LedgerError) -> (keys: [APIKeyRow], next: [UInt8]?) {
        let page = try await rows(Query(.apiKeys, after: after, limit: limit))
        let keys = try decoded { () throws(TableError) in
            try page.items.map { item throws(TableError) in try APIKeyRow(item) }
        }
        return (keys, page.next)
    }

    /// Revokes a key.
    func deleteKey(_ id: APIKeyID) async throws(LedgerError) {
        let write = Write.delete(.apiKey(id), if: .exists)
        guard case .applied = try await apply(write, decided: clock.instant()) else {
            throw .apiKeyNotFound(id.description)
        }
    }
}
