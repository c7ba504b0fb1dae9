/// A read that a plan asks for.
public enum TableRead: Sendable {
    /// A query, as consistent as it says.
    case query(Query)
    /// One row, strongly consistent.
    case get(TableKey)
}

/// The result of a ``TableRead``.
public enum TableFinding: Sendable {
    /// Rows, after a query.
    case page(QueryPage)
    /// The row or its absence, after a get.
    case item(Item?)
}

extension Table {
    /// Does one read.
    public func find(_ read: TableRead) async throws(TableError) -> TableFinding {
        switch read {
        case .query(let query): .page(try await self.query(query))
        case .get(let key): .item(try await get(key))
        }
    }

    /// Does the reads at the same time.
    public func findTogether(
        _ reads: [TableRead]
    ) async -> [Result<TableFinding, TableError>] {
        await withTaskGroup(of: (Int, Result<TableFinding, TableError>).self) { group in
            for (index, read) in reads.enumerated() {
                group.addTask { (index, await outcome(of: read)) }
            }
            var found = [Result<TableFinding, TableError>?](repeating: nil, count: reads.count)
            for await (index, finding) in group { found[index] = finding }
            return found.compactMap(\.self)
        }
    }

    private func outcome(of read: TableRead) async -> Result<TableFinding, TableError> {
        do throws(TableError) { return .success(try await find(read)) } catch {
            return .failure(error)
        }
    }
}
