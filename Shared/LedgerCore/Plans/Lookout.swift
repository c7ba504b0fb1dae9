/// One look for those who wait for events that other processes append: what to read, and what the
/// findings mean to them.
///
/// What can't be read is no news: it is looked at again the next time, with growing pauses.
package struct Lookout: Sendable {
    /// A thing to tell those who wait.
    package enum News: Hashable, Sendable {
        /// The stream was deleted, or is another one by now.
        case streamChanged
        /// A subscription was moved, made anew or deleted.
        case subscriptionChanged(SubscriptionID)
        /// A partition goes as far as this offset.
        case appended(Partition, end: Offset)
    }

    /// The first pause between two looks, unless the longest is shorter.
    package static let firstPause: Duration = .milliseconds(50)

    private let id: StreamID
    private let stream: StreamIncarnation
    private let ends: [(partition: Partition, end: Offset)]
    private let subscriptions: [SubscriptionRow]

    /// A look at a stream, the ends of some partitions, and some subscriptions as they are known.
    package init(
        at id: StreamID,
        of stream: StreamIncarnation,
        beyond ends: [(partition: Partition, end: Offset)],
        subscriptions: [SubscriptionRow]
    ) {
        self.id = id
        self.stream = stream
        self.ends = ends
        self.subscriptions = subscriptions
    }

    /// The reads of the look, all at once.
    package var reads: [TableRead] {
        [TableRead.get(.stream(id))]
            + subscriptions.map { .get(.subscription(stream, $0.id)) }
            + ends.map { .query(newest(in: $0.partition, beyond: $0.end)) }
    }

    /// The news in the findings of ``reads``, in their order.
    package func news(in findings: [Result<TableFinding, TableError>]) -> [News] {
        findings.enumerated().compactMap { index, finding in
            switch finding {
            case .success(.item(let item)) where index == 0:
                isStill(item) ? nil : .streamChanged
            case .success(.item(let item)):
                news(of: subscriptions[index - 1], in: item)
            case .success(.page(let page)): news(in: page)
            case .failure: nil
            }
        }
    }

    /// The first row at or after an offset.
    ///
    /// Eventually consistent: whoever is woken reads strongly, and what is not seen yet is seen the
    /// next time.
    private func newest(in partition: Partition, beyond end: Offset) -> Query {
        Query(
            .log(stream, partition),
            from: TableKey.chunk(stream, partition, end).sortKey,
            limit: 1,
            consistency: .eventual
        )
    }

    private func news(in page: QueryPage) -> News? {
        guard let item = page.items.first, case .chunk(_, let partition, _) = item.key else {
            return nil
        }
        // Damage is told by whoever reads it.
        guard case .chunk(let chunk)? = try? LogEntry(item) else { return .streamChanged }
        return .appended(partition, end: chunk.end)
    }

    private func isStill(_ item: Item?) -> Bool {
        guard let item, let row = try? StreamRow(item) else { return false }
        return row.incarnation == stream && row.state == .active
    }

    private func news(of known: SubscriptionRow, in item: Item?) -> News? {
        guard let item, let row = try? SubscriptionRow(item),
            row.incarnation == known.incarnation, row.epoch == known.epoch
        else { return .subscriptionChanged(known.id) }
        return nil
    }
}
