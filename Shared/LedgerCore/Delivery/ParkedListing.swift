/// Lists a subscription's parked events, passing over those that are parked no more.
///
/// Each query asks for more, and a page ends after ``Limits/parkedRows`` of them: else one behind many
/// that are gone would take as many queries. Their rows hold the events themselves, so a page ends
/// early once it has ``Limits/pageBytes``.
package struct ParkedListing {
    /// The events found so far.
    package private(set) var rows: [ParkedRow] = []
    /// The sort key behind which the next page begins; nil: there is none.
    package private(set) var place: [UInt8]?
    private let group: RowGroup
    private let partition: Partition?
    private let limit: Int
    private var bytes = 0
    private var isDone = false
    /// The rows that were looked at.
    private var seen = 0

    /// A page of at most `limit` events behind a place, of one partition or of all.
    package init(
        of subscription: SubscriptionRow,
        in partition: Partition?,
        limit: Int,
        after place: [UInt8]?
    ) {
        group = .parked(subscription.stream, subscription: subscription.incarnation)
        self.partition = partition
        self.limit = limit
        self.place = place
    }

    /// The next query, then ``receive(_:)``; nil: the page is complete.
    package func next() -> Query? {
        guard !isDone else { return nil }
        return Query(
            group,
            from: partition.map { SortKey.parked($0, .zero) },
            through: partition.map { SortKey.parked($0, Offset(unchecked: .max)) },
            after: place,
            limit: min(max(limit - rows.count, seen), Limits.parkedRows)
        )
    }

    /// Takes what a query found; throws ``TableError/Reason/corrupt`` when a row is damaged.
    package mutating func receive(_ page: QueryPage) throws(TableError) {
        for item in page.items {
            let row = try ParkedRow(item)
            seen += 1
            place = item.key.sortKey
            if row.isKept {
                rows.append(row)
                bytes += item.storedBytes
            }
            guard rows.count < limit, bytes < Limits.pageBytes else { break }
        }
        let isLast = page.next == nil && place == page.items.last?.key.sortKey
        if page.items.isEmpty || isLast { place = nil }
        isDone =
            place == nil || rows.count == limit || seen >= Limits.parkedRows
            || bytes >= Limits.pageBytes
    }
}
