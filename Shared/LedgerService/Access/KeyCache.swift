import LedgerCore
import Synchronization

/// The API keys that a process has seen, each at most ``Limits/cacheAge`` old by both clocks.
///
/// Bounded in every way: keys that are none are remembered for seconds only and apart from the
/// valid ones, and looking them up has a rate of its own. A key that was valid a while ago is
/// looked up whatever that rate says, so whoever tries keys can't keep the others out.
final class KeyCache: Sendable {
    /// The next step with a request.
    enum Verdict {
        /// It goes on.
        case admitted(Caller)
        /// The key is none, or was revoked.
        case unknown
        /// The key is valid no more.
        case expired
        /// Too many requests.
        case limited
        /// Ask the table, ``remember(_:for:)``, and ask here again.
        case lookUp
    }

    fileprivate struct Entry {
        let row: Observed<APIKeyRow>
        let caller: Caller
        var bucket: TokenBucket
    }

    fileprivate struct State {
        var entries: [APIKeyID: Entry] = [:]
        var unknown: [APIKeyID: Instant] = [:]
        var root: TokenBucket
        var lookups: TokenBucket
    }

    private let rate: Int
    private let state: Mutex<State>

    /// A cache that admits so many requests a second of each key; 0: any number.
    init(requestsPerSecond: Int, at now: Instant) {
        rate = requestsPerSecond
        state = Mutex(
            State(
                root: TokenBucket(rate: requestsPerSecond, at: now.uptime),
                lookups: TokenBucket(rate: Limits.keyLookupsPerSecond, at: now.uptime)
            )
        )
    }

    /// Admits one more request of the operator, or none in this second.
    func admitRoot(at now: Instant) -> Verdict {
        state.withLock { $0.root.take(rate: rate, at: now.uptime) ? .admitted(.root) : .limited }
    }

    /// Decides about a request that came with the key `id`, whose hash is `hash`.
    func admit(_ id: APIKeyID, hash: APIKeyHash, at now: Instant) -> Verdict {
        state.withLock { state in
            guard let entry = state.entries[id] else { return state.missing(id, at: now) }
            let isHolder = entry.row.value.hash.matches(hash)
            guard entry.row.readAt.isFresh(at: now, for: Limits.cacheAge) else {
                return isHolder ? .lookUp : state.rationedLookUp(at: now)
            }
            guard isHolder else { return .unknown }
            guard !entry.row.value.hasExpired(at: now.now) else { return .expired }
            let hasToken = state.entries[id]?.bucket.take(rate: rate, at: now.uptime) ?? false
            return hasToken ? .admitted(entry.caller) : .limited
        }
    }

    /// Decides about an answer for a caller who was admitted with this key a while ago.
    func confirm(_ id: APIKeyID, at now: Instant) -> Verdict {
        state.withLock { state in
            guard let entry = state.entries[id],
                entry.row.readAt.isFresh(at: now, for: Limits.cacheAge)
            else { return .lookUp }
            return entry.row.value.hasExpired(at: now.now) ? .expired : .admitted(entry.caller)
        }
    }

    /// Remembers the table's row of a key, or that it has none.
    ///
    /// - Parameters:
    ///   - found: the row; nil when there is none.
    ///   - id: the key.
    func remember(_ found: Observed<APIKeyRow?>, for id: APIKeyID) {
        let known = found.readAt
        state.withLock { state in
            guard let row = found.value else { return state.forget(id, known: known) }
            state.makeRoom(at: known)
            let full = TokenBucket(rate: rate, at: known.uptime)
            let bucket = state.entries[id]?.bucket ?? full
            let read = Observed(row, readAt: known)
            let entry = Entry(row: read, caller: Caller(row), bucket: bucket)
            state.entries[id] = entry
            state.unknown[id] = nil
        }
    }

    /// Forgets a key that was just revoked here.
    func forget(_ id: APIKeyID, at now: Instant) {
        state.withLock { $0.forget(id, known: now) }
    }
}

extension KeyCache.State {
    fileprivate mutating func missing(_ id: APIKeyID, at now: Instant) -> KeyCache.Verdict {
        if let known = unknown[id], known.isFresh(at: now, for: Limits.unknownKeyAge) {
            return .unknown
        }
        return rationedLookUp(at: now)
    }

    fileprivate mutating func rationedLookUp(at now: Instant) -> KeyCache.Verdict {
        lookups.take(rate: Limits.keyLookupsPerSecond, at: now.uptime) ? .lookUp : .limited
    }

    fileprivate mutating func forget(_ id: APIKeyID, known: Instant) {
        entries[id] = nil
        if unknown.count >= Limits.cachedKeys { unknown.removeAll() }
        unknown[id] = known
    }

    /// Keeps the number of keys within its bound: what is out of date goes first.
    fileprivate mutating func makeRoom(at now: Instant) {
        guard entries.count >= Limits.cachedKeys else { return }
        entries = entries.filter {
            $0.value.row.readAt.isFresh(at: now, for: Limits.cacheAge)
        }
        if entries.count >= Limits.cachedKeys { entries.removeAll() }
    }
}

/// The requests that may still come: so many a second, and as many at once as come in a second.
struct TokenBucket: Sendable {
    /// Thousandths of a request.
    private var level: Int64
    /// By uptime, the moment of ``level``.
    private var uptime: Duration

    /// A full bucket.
    init(rate: Int, at uptime: Duration) {
        level = Int64(rate) * 1000
        self.uptime = uptime
    }

    /// Takes one request of so many a second, 0 being any number; false when there is none left.
    mutating func take(rate: Int, at now: Duration) -> Bool {
        guard rate > 0 else { return true }
        let capacity = Int64(rate) * 1000
        // A second fills it, so what lies further back makes no difference.
        let elapsed = min(max(now - uptime, .zero), .seconds(1)).wholeMilliseconds
        level = min(level + elapsed * Int64(rate), capacity)
        uptime = max(uptime, now)
        guard level >= 1000 else { return false }
        level -= 1000
        return true
    }
}
