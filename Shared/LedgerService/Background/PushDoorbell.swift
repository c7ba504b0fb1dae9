import CoreMetrics
import LedgerCore
import Logging
import Synchronization

/// Rings the function that sends webhooks: the shell of ``PushBell``.
///
/// A ring that is lost is no loss, for that function looks at all webhooks each minute.
final class PushDoorbell: Sendable {
    private let access: TableAccess
    private let streams: StreamCatalog
    private let bell = Mutex(PushBell())

    init(_ access: TableAccess, streams: StreamCatalog) {
        self.access = access
        self.streams = streams
    }

    private var clock: BelievedClock { access.clock }

    /// Rings for the streams that the notices are of, as far as they have webhooks.
    func ring(after notices: [ChunkNotice]) async {
        guard access.configuration.ringPush != nil, !notices.isEmpty else { return }
        do throws(LedgerError) {
            try await look()
            let due = bell.withLock { bell in
                bell.ring(for: Set(notices.map(\.stream)), at: clock.instant())
            }
            guard !due.isEmpty else { return }
            // Deleted ones are not among them.
            let rows = try await streams.rows(of: due)
            await ring(for: rows.values.map(\.id).sorted { $0.name < $1.name })
        } catch {
            complain("\(error)")
        }
    }

    /// Rings for these streams, whatever is known of them.
    func ring(for streams: [StreamID]) async {
        guard let ring = access.configuration.ringPush, !streams.isEmpty else { return }
        do {
            try await ring(streams)
        } catch {
            complain("\(error)")
        }
    }

    /// Reads which streams have webhooks, if that is due.
    private func look() async throws(LedgerError) {
        guard let query = bell.withLock({ $0.look(at: clock.instant()) }) else { return }
        let page = try await access.rows(query)
        let rows = try access.decoded { () throws(TableError) in
            try page.items.map { item throws(TableError) in try WebhookRow(item) }
        }
        bell.withLock { $0.receive(rows) }
    }

    private func complain(_ reason: String) {
        access.metrics.lostPushRings.increment()
        access.logger.warning(
            "webhooks were not rung for; they are looked at within a minute",
            metadata: ["error": "\(reason)"]
        )
    }
}
