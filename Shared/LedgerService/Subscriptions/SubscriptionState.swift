import LedgerCore

/// A subscription with its stream, and where it stands.
struct Standing: Sendable {
    let stream: StreamRow
    let subscription: SubscriptionRow
    /// What was committed in its epoch, else where the epoch began.
    let positions: [Position]

    /// Whether neither a seek nor a commit has moved it since.
    func isUnmoved(since before: Standing) -> Bool {
        subscription.incarnation == before.subscription.incarnation
            && subscription.epoch == before.subscription.epoch && positions == before.positions
    }
}

extension Ledger {
    /// Reads a subscription, its stream and its positions as the table has them now: in one step
    /// where their rows are known, else one after another.
    func standing(
        _ id: SubscriptionID,
        of streamID: StreamID
    ) async throws(LedgerError) -> Standing {
        if let rows = hints.rows(of: id, streamID),
            let standing = try await standing(id, of: streamID, in: rows)
        {
            return standing
        }
        for _ in 0..<Self.attempts {
            let stream = try await activeStream(streamID)
            let subscription = try await subscription(id, of: stream)
            let rows = hints.remember(subscription, of: stream)
            let page = try await self.rows(Self.positionsQuery(rows))
            guard let positions = try positions(page, of: subscription) else { continue }
            return Standing(stream: stream, subscription: subscription, positions: positions)
        }
        throw .contention
    }

    /// All three at once, from the rows that were theirs before; nil when they are no longer.
    private func standing(
        _ id: SubscriptionID,
        of streamID: StreamID,
        in rows: ReadHints.Rows
    ) async throws(LedgerError) -> Standing? {
        let reads: [TableRead] = [
            .get(.stream(streamID)), .get(.subscription(rows.stream, id)),
            .query(Self.positionsQuery(rows)),
        ]
        let findings = await inParallel(reads) { [self] read in await find(read) }
        let stream = try active(try item(findings[0]), streamID)
        guard stream.incarnation == rows.stream, let found = try item(findings[1]) else {
            return nil
        }
        let subscription = try decoded { () throws(TableError) in try SubscriptionRow(found) }
        guard subscription.incarnation == rows.subscription,
            let positions = try positions(try page(findings[2]), of: subscription)
        else { return nil }
        return Standing(stream: stream, subscription: subscription, positions: positions)
    }

    private static func positionsQuery(_ rows: ReadHints.Rows) -> Query {
        Query(
            .positions(rows.stream, subscription: rows.subscription),
            limit: Limits.partitions.upperBound
        )
    }

    /// Nil when a seek came in between: they are of a later epoch than the subscription as read.
    private func positions(
        _ page: QueryPage,
        of subscription: SubscriptionRow
    ) throws(LedgerError) -> [Position]? {
        var positions = subscription.positions
        for item in page.items {
            let row = try decoded { () throws(TableError) in try PositionRow(item) }
            guard row.epoch <= subscription.epoch else { return nil }
            guard row.epoch == subscription.epoch, row.partition.index < positions.count else {
                continue
            }
            positions[row.partition.index] = row.position
        }
        return positions
    }

    private func item(
        _ finding: Result<TableFinding, TableError>
    ) throws(LedgerError) -> Item? {
        try decoded { () throws(TableError) in
            guard case .item(let item) = try finding.get() else { preconditionFailure("a get") }
            return item
        }
    }

    private func page(
        _ finding: Result<TableFinding, TableError>
    ) throws(LedgerError) -> QueryPage {
        try decoded { () throws(TableError) in
            guard case .page(let page) = try finding.get() else { preconditionFailure("a query") }
            return page
        }
    }
}
