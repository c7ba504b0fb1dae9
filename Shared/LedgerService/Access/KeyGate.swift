import LedgerBytes
package import LedgerCore

/// Finds the caller of a request by its API key.
///
/// Costs one SHA-256 and one look in a dictionary, and now and then a read of the table.
final class KeyGate: Sendable {
    private let settings: KeySettings
    private let keys: APIKeys
    private let clock: BelievedClock
    private let cache: KeyCache

    init(_ settings: KeySettings, for keys: APIKeys, by clock: BelievedClock) {
        self.settings = settings
        self.keys = keys
        self.clock = clock
        cache = KeyCache(
            requestsPerSecond: settings.requestsPerSecond,
            at: clock.instant()
        )
    }

    /// The caller of a request.
    ///
    /// Throws ``LedgerError/unauthorized(_:)``, ``LedgerError/tooManyRequests``, or what a failed
    /// read of the table is.
    func caller(of request: APIRequest) async throws(LedgerError) -> Caller {
        let key = try Self.key(in: request)
        let hash = key.hash
        let known = clock.instant()
        if settings.rootHash.matches(hash) {
            guard case .admitted(let root) = cache.admitRoot(at: known) else {
                throw .tooManyRequests
            }
            return root
        }
        if let caller = try admitted(key.id, hash: hash, at: known) { return caller }
        let row = try await keys.apiKey(key.id)
        cache.remember(Observed(row, readAt: known), for: key.id)
        if let caller = try admitted(key.id, hash: hash, at: clock.instant()) { return caller }
        throw .unavailable(message: "an API key took too long to read", mayHaveHappened: false)
    }

    /// Throws unless the caller's key is still good.
    ///
    /// Events that were found while a revoked key's poll waited are not for its holder.
    func confirm(_ caller: Caller) async throws(LedgerError) {
        guard let id = caller.id else { return }
        let known = clock.instant()
        switch cache.confirm(id, at: known) {
        case .admitted: return
        case .expired: throw .unauthorized(.expired)
        case .unknown, .limited, .lookUp: break
        }
        let row = try await keys.apiKey(id)
        cache.remember(Observed(row, readAt: known), for: id)
        guard let row else { throw .unauthorized(.unknown) }
        guard !row.hasExpired(at: clock.instant().now) else { throw .unauthorized(.expired) }
    }

    /// A key was revoked here: no request that begins now gets by with it.
    func revoked(_ id: APIKeyID) {
        cache.forget(id, at: clock.instant())
    }

    /// The caller; nil when the table must be asked first.
    private func admitted(
        _ id: APIKeyID,
        hash: APIKeyHash,
        at now: Instant
    ) throws(LedgerError) -> Caller? {
        switch cache.admit(id, hash: hash, at: now) {
        case .admitted(let caller): return caller
        case .unknown: throw .unauthorized(.unknown)
        case .expired: throw .unauthorized(.expired)
        case .limited: throw .tooManyRequests
        case .lookUp: return nil
        }
    }

    /// The key that the request carries.
    private static func key(in request: APIRequest) throws(LedgerError) -> APIKey {
        var values = request.headers.lazy.filter { $0.name == "authorization" }.makeIterator()
        guard let value = values.next()?.value else { throw .unauthorized(.missing) }
        let scheme = value.prefix { $0 != " " }
        guard values.next() == nil, ASCII.equal(scheme.utf8, "bearer"),
            let key = APIKey(String(value.dropFirst(scheme.count).drop { $0 == " " }))
        else { throw .unauthorized(.malformed) }
        return key
    }
}

/// The rule about API keys: every request needs one, or none does.
package enum KeyPolicy: Sendable {
    /// No: everyone who reaches the ledger may do everything.
    case off
    /// Yes, except for `/health` and `/openapi.json`.
    case on(KeySettings)

    /// True when requests need a key.
    package var isOn: Bool {
        if case .on = self { true } else { false }
    }
}

/// The settings of a ledger that asks for API keys.
package struct KeySettings: Sendable {
    /// The hash of the operator's own key, which is not in the table and may do everything.
    package var rootHash: APIKeyHash
    /// Requests a second that one key may make, with as many at once; 0: any number.
    package var requestsPerSecond: Int

    /// Settings; without a limit unless said otherwise.
    package init(rootHash: APIKeyHash, requestsPerSecond: Int = 0) {
        self.rootHash = rootHash
        self.requestsPerSecond = requestsPerSecond
    }
}
