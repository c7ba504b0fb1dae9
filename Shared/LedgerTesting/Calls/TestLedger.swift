package import LedgerCore
package import LedgerService
package import Logging

/// A whole ledger in a test's own process: on any table, with any clock, called without a socket.
///
/// Two of them on one table are two processes of one ledger.
package struct TestLedger: Sendable {
    /// The use cases, to be called past the API.
    package let ledger: Ledger
    /// The API, to be put behind a transport.
    package let api: LedgerAPI

    /// A ledger that has just started.
    ///
    /// Ids and tokens are drawn from `random`: ledgers on one table need different ones. With a
    /// `function` the API is that function's, and answers to its own calls only.
    package init(
        _ table: any Table,
        clock: any LedgerClock = ManualClock(),
        random: LedgerRandom = .seeded(1),
        configuration: Ledger.Configuration = Ledger.Configuration(),
        keys: KeyPolicy = .off,
        only function: LedgerFunction? = nil
    ) {
        ledger = Ledger(
            table: table,
            clock: clock,
            random: random,
            configuration: configuration,
            logger: .silent
        )
        api = LedgerAPI(ledger, only: function, keys: keys)
    }

    /// Makes a call; `target` is a path, with its query behind a question mark.
    @discardableResult
    package func call(
        _ method: String,
        at target: String,
        sending body: String = "",
        idempotencyKey: String? = nil,
        headers: [(name: String, value: String)] = []
    ) async -> Answer {
        let key = idempotencyKey.map { [(name: "idempotency-key", value: $0)] } ?? []
        let body = Array(body.utf8)
        return await send(APIRequest(method, at: target, headers: headers + key, body: body))
    }

    /// A call that must succeed: the answer to any other is thrown.
    @discardableResult
    package func done(
        _ method: String,
        at target: String,
        sending body: String = "",
        idempotencyKey: String? = nil
    ) async throws(TestFailure) -> Answer {
        let answer = await call(
            method,
            at: target,
            sending: body,
            idempotencyKey: idempotencyKey
        )
        guard answer.status < 300 else { throw TestFailure("\(method) \(target): \(answer)") }
        return answer
    }

    /// Sends any request.
    package func send(_ request: APIRequest) async -> Answer {
        Answer(await api.handle(request))
    }
}

extension APIRequest {
    /// A request of a path, with its query behind a question mark.
    package init(
        _ method: String,
        at target: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = []
    ) {
        let path = target.prefix { $0 != "?" }
        self.init(
            method: method,
            path: String(path),
            query: String(target.dropFirst(path.count + 1)),
            headers: headers,
            body: body
        )
    }
}

extension Logger {
    /// Writes nothing anywhere.
    package static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
