import LedgerCore

/// The API keys that the table has.
final class APIKeys: Sendable {
    private let access: TableAccess

    init(_ access: TableAccess) { self.access = access }

    /// Makes an API key, which is returned with its row and is nowhere to be had again.
    func createKey(
        name: String,
        scopes: [Scope],
        expires: Timestamp?
    ) async throws(LedgerError) -> (key: APIKey, row: APIKeyRow) {
        var random = access.random
        return try await access.compareAndSet { () throws(LedgerError) in
            let key = APIKey.random(using: &random)
            let row = APIKeyRow(
                id: key.id,
                name: name,
                hash: key.hash,
                scopes: scopes,
                created: access.clock.now(),
                expires: expires
            )
            let write = Write.put(row.item, if: .notExists)
            let outcome = try await access.apply(write, decided: access.clock.instant())
            return (outcome.isApplied, (key, row))
        }
    }

    /// The row of a key as the table has it now; nil when there is none.
    func apiKey(_ id: APIKeyID) async throws(LedgerError) -> APIKeyRow? {
        guard let item = try await access.row(.apiKey(id)) else { return nil }
        return try access.decoded { () throws(TableError) in try APIKeyRow(item) }
    }

    /// One page of API keys, by id.
    func listKeys(
        limit: Int,
        after: [UInt8]?
    ) async throws(LedgerError) -> (keys: [APIKeyRow], next: [UInt8]?) {
        let page = try await access.rows(Query(.apiKeys, after: after, limit: limit))
        let keys = try access.decoded { () throws(TableError) in
            try page.items.map { item throws(TableError) in try APIKeyRow(item) }
        }
        return (keys, page.next)
    }

    /// Revokes a key.
    func deleteKey(_ id: APIKeyID) async throws(LedgerError) {
        let write = Write.delete(.apiKey(id), if: .exists)
        guard try await access.apply(write, decided: access.clock.instant()).isApplied else {
            throw .apiKeyNotFound(id.description)
        }
    }
}
