import LedgerCore
import LedgerTesting

/// A transaction's rows on their way to being seen: reads see them one by one, and whoever writes
/// one of them meanwhile meets a conflict.
///
/// `@unchecked Sendable`: see ``World``.
final class Visibility: @unchecked Sendable {
    private struct Hidden {
        /// The row that reads see until then.
        let before: Item?
        let until: Duration
    }

    private let world: World
    private var hidden: [TableKey: Hidden] = [:]

    init(_ world: World) {
        self.world = world
    }

    /// Takes a transaction that was just applied, with the rows as they were before it.
    ///
    /// - Returns: the true time at which the last of its rows is seen.
    func hide(_ rows: [(key: TableKey, before: Item?)]) -> Duration {
        hidden = hidden.filter { $0.value.until > world.now }
        let longest = Duration.milliseconds(world.random.pick([0, 20, 100, 100]))
        var last = world.now
        for (key, before) in rows {
            let until = world.now + world.random.duration(in: .zero...longest)
            hidden[key] = Hidden(before: before, until: until)
            last = max(last, until)
        }
        return last
    }

    /// True while a transaction with this row is under way.
    func isUnderWay(_ key: TableKey) -> Bool {
        guard let row = hidden[key] else { return false }
        if row.until > world.now { return true }
        hidden[key] = nil
        return false
    }

    /// The row as a read sees it.
    func seen(_ key: TableKey, stored: Item?) -> Item? {
        isUnderWay(key) ? hidden[key]?.before : stored
    }

    /// The number of rows that a query must look at beyond those it delivers.
    func extra(_ group: RowGroup) -> Int {
        hidden.keys.count { $0.group == group }
    }

    /// The page as a read sees it, of at most `limit` rows.
    func seen(_ page: QueryPage, limit: Int) -> QueryPage {
        let rows = page.items.compactMap { seen($0.key, stored: $0) }
        guard rows.count > limit else { return QueryPage(items: rows, next: page.next) }
        let items = Array(rows.prefix(limit))
        return QueryPage(items: items, next: items.last?.key.sortKey)
    }
}
