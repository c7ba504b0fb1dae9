import LedgerCore
import LedgerTesting

/// What the rows must be after a run: every change that was acknowledged, none that was refused,
/// and of the others each wholly or not at all.
struct ExpectedRows {
    private let model = MemoryTable()
    private var pending: ArraySlice<RecordingTable.Call>
    private var open: [RecordingTable.Call] = []

    init(_ calls: [RecordingTable.Call]) {
        pending = calls[...]
    }

    /// Takes what had been acknowledged after so many events of the disk; only ever forward.
    mutating func advance(to moment: Int) async throws {
        while let call = pending.first, call.end <= moment {
            pending.removeFirst()
            switch call.answer {
            case .applied: try await call.change.apply(to: model)
            case .failed(let error) where error.effect == .indefinite: open.append(call)
            case .none, .refused, .failed: break
            }
        }
    }

    /// The groups of all rows, also of those that are to come.
    var groups: Set<RowGroup> {
        var groups = Set(model.items.map(\.key.group))
        for call in pending + open {
            switch call.change {
            case .writes(let writes): groups.formUnion(writes.map(\.key.group))
            case .deletion(let keys): groups.formUnion(keys.map(\.group))
            case .purge: break
            }
        }
        return groups
    }

    /// Whether these may be all the rows after so many events of the disk.
    func admits(_ found: Set<Item>, at moment: Int) async throws -> Bool {
        let maybe = open + pending.filter { $0.start <= moment && $0.answer != .refused }
        precondition(maybe.count < 12, "too much in doubt to try out")
        for choice in 0..<(1 << maybe.count) {
            let chosen = maybe.indices.filter { choice >> $0 & 1 == 1 }.map { maybe[$0].change }
            if try await Self.rows(model, with: chosen) == found { return true }
        }
        return false
    }

    /// What is not as acknowledged, for a person.
    func difference(_ found: Set<Item>) -> String {
        let expected = Set(model.items)
        let missing = expected.subtracting(found).map { "\($0.key)" }
        let unexpected = found.subtracting(expected).map { "\($0.key)" }
        return "missing \(missing), unexpected \(unexpected), in doubt \(open)"
    }

    private static func rows(
        _ model: MemoryTable,
        with changes: [RecordingTable.Change]
    ) async throws -> Set<Item> {
        guard !changes.isEmpty else { return Set(model.items) }
        let copy = MemoryTable()
        for item in model.items { _ = try await copy.write(.put(item)) }
        for change in changes { try await change.apply(to: copy) }
        return Set(copy.items)
    }
}

extension Table {
    /// All rows of these groups.
    func rows(of groups: Set<RowGroup>) async throws(TableError) -> Set<Item> {
        var rows: Set<Item> = []
        for group in groups {
            var query = Query(group, limit: 1000)
            repeat {
                let page = try await self.query(query)
                rows.formUnion(page.items)
                query.after = page.next
            } while query.after != nil
        }
        return rows
    }
}
