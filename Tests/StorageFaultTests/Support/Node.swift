import APISuite
import LedgerCore
import LedgerService
import LedgerTesting
import Logging

/// A ledger's process, as its clients see it.
struct Node: Sendable {
    let ledger: Ledger
    let clock: ManualClock
    private let api: LedgerAPI

    /// With random numbers of its own; `seed` must differ between the processes of one table.
    init(_ table: any Table, seed: UInt64, clock: ManualClock) {
        var configuration = Ledger.Configuration()
        configuration.appendDeadline = 200
        ledger = Ledger(
            table: table,
            clock: clock,
            random: .seeded(seed),
            configuration: configuration,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        self.clock = clock
        api = LedgerAPI(ledger)
    }

    func call(
        _ method: String,
        _ target: String,
        _ body: String = "",
        idempotencyKey: String? = nil
    ) async -> Answer {
        let parts = target.split(separator: "?", maxSplits: 1)
        let response = await api.handle(
            APIRequest(
                method: method,
                path: String(parts[0]),
                query: parts.count > 1 ? String(parts[1]) : "",
                headers: idempotencyKey.map { [("idempotency-key", $0)] } ?? [],
                body: Array(body.utf8)
            )
        )
        return Answer(status: response.status, headers: response.headers, body: response.body)
    }
}
