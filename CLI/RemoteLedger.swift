import LedgerClient
import Synchronization

/// The ledger that a command talks to; what it refuses is a ``Failure``.
struct RemoteLedger: Sendable {
    private let client: LedgerClient
    /// The option that makes a printed command talk to the same ledger; empty when none is needed.
    let address: String

    init(_ client: LedgerClient, address: String = "") {
        self.client = client
        self.address = address
    }

    /// Makes a call, as ``LedgerClient`` does.
    func call(
        _ method: String,
        at path: [String],
        query: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        contentType: String = "application/json",
        idempotencyKey: String? = nil,
        wait: Duration = .zero
    ) async throws(Failure) -> [UInt8] {
        do throws(LedgerClientError) {
            return try await client.call(
                method,
                at: path,
                query: query,
                body: body,
                contentType: contentType,
                idempotencyKey: idempotencyKey,
                wait: wait
            )
        } catch {
            throw Failure(.ledger(error))
        }
    }

    /// Follows an event stream, as ``LedgerClient`` does, until `take` returns false or throws.
    func follow(
        _ path: [String],
        query: [(name: String, value: String)],
        after id: String?,
        take: @escaping @Sendable (ServerSentEvent) throws(Failure) -> Bool
    ) async throws(Failure) {
        let failure = Mutex<Failure?>(nil)
        do throws(LedgerClientError) {
            try await client.follow(path, query: query, after: id) { event in
                do throws(Failure) {
                    return try take(event)
                } catch {
                    failure.withLock { $0 = error }
                    return false
                }
            }
        } catch {
            throw Failure(.ledger(error))
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
    }

    /// A random `Idempotency-Key`: 128 bits.
    static func freshKey() -> String {
        String(UInt64.random(in: .min ... .max), radix: 36)
            + String(UInt64.random(in: .min ... .max), radix: 36)
    }
}

extension RemoteLedger {
    /// Calls `body` with every page of a list, raw and parsed, until `next` is absent.
    func forEachPage(
        of path: [String],
        query parameters: [(name: String, value: String)] = [],
        body: ([UInt8], JSONValue) throws(Failure) -> Void
    ) async throws(Failure) {
        var next: String?
        repeat {
            let query =
                parameters + [("limit", "1000")] + (next.map { [("next", $0)] } ?? [])
            let answer = try await call("GET", at: path, query: query)
            let page = try JSONValue.answer(answer)
            try body(answer, page)
            next = page["next"]?.text
        } while next != nil
    }
}
