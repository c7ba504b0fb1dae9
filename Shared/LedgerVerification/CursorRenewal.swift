package import LedgerCore

/// Makes every cursor that was handed out before unusable.
///
/// A ledger that is put back to an older state gives the offsets behind it to other events. A
/// cursor from the time in between would commit past events that its consumer never saw. Its
/// signature is under the subscription's secret, so a new secret refuses it; committed positions
/// stay.
package enum CursorRenewal {
    /// Gives every subscription of every stream a new secret from `random`, and has every webhook
    /// verified anew; `table` must not be in use.
    ///
    /// - Parameters:
    ///   - table: the ledger's rows.
    ///   - random: the source of the secrets.
    ///   - clock: the clock of this process.
    /// - Returns: the number of subscriptions.
    /// - Throws: ``TableError``; then some of them may have a new secret already.
    package static func run(
        on table: any Table,
        random: inout some RandomNumberGenerator,
        clock: () -> Instant
    ) async throws(TableError) -> Int {
        try await stopWebhooks(on: table, clock: clock)
        var count = 0
        for item in try await rows(of: .streams, in: table) {
            let stream = try StreamRow(item)
            for item in try await rows(of: .subscriptions(stream.incarnation), in: table) {
                let subscription = try SubscriptionRow(item)
                let renewed = subscription.renewed(secret: .random(using: &random))
                try await store(renewed, in: table, at: clock())
                count += 1
            }
        }
        return count
    }

    /// Has every webhook verified anew before it is sent anything.
    ///
    /// Other events come under the ids of those that are lost, which a receiver may have done already.
    private static func stopWebhooks(
        on table: any Table,
        clock: () -> Instant
    ) async throws(TableError) {
        for item in try await rows(of: .pushes, in: table) {
            let row = try WebhookRow(item)
            var health = row.health
            health.receive(.readdressed, at: clock().now)
            try await store(row.changing(to: health).write, in: table, at: clock())
        }
    }

    /// Does a write that fails only where somebody else writes too.
    private static func store(
        _ write: Write,
        in table: any Table,
        at now: Instant
    ) async throws(TableError) {
        guard case .applied = try await table.write(write, decided: now) else {
            throw TableError(.definite, reason: .unavailable, message: "the ledger is in use")
        }
    }

    /// Forgets the highest time that the ledger has seen: the next server's clock is right, on the
    /// word of whoever puts back an old ledger.
    package static func forgetTime(
        on table: any Table,
        clock: () -> Instant
    ) async throws(TableError) {
        _ = try await table.write(.delete(.clock), decided: clock())
    }

    private static func rows(
        of group: RowGroup,
        in table: any Table
    ) async throws(TableError) -> [Item] {
        var items: [Item] = []
        var after: [UInt8]?
        repeat {
            let page = try await table.query(Query(group, after: after, limit: 1000))
            items += page.items
            after = page.next
        } while after != nil
        return items
    }
}
