import LedgerCore

/// The means of one check: a table, and rows that nobody else uses.
struct Trial: Sendable {
    let table: any Table
    let effort: ConformanceEffort
    /// The stream whose rows these are.
    let stream: StreamIncarnation

    init(_ table: any Table, effort: ConformanceEffort) {
        self.table = table
        self.effort = effort
        var generator = SystemRandomNumberGenerator()
        stream = .random(using: &generator)
    }

    /// A fresh token.
    var token: TransactionToken {
        var generator = SystemRandomNumberGenerator()
        return .random(using: &generator)
    }

    // MARK: Rows

    func partition(_ index: Int) throws -> Partition {
        try unwrap(Partition(index))
    }

    /// The log row at `offset` of partition 0.
    func chunk(_ offset: Int64) throws -> TableKey {
        .chunk(stream, try partition(0), try unwrap(Offset(offset)))
    }

    /// The group of ``chunk(_:)``.
    var log: RowGroup {
        get throws { .log(stream, try partition(0)) }
    }

    /// The state row of an event key of these bytes.
    func latest(_ key: [UInt8]) throws -> TableKey {
        .latest(stream, try partition(0), try unwrap(EventKey(utf8: key)))
    }

    /// The group of ``latest(_:)``.
    var state: RowGroup {
        get throws { .latest(stream, try partition(0)) }
    }

    /// A row with one number.
    func item(_ key: TableKey, number: Int64 = 1) -> Item {
        var item = Item(key)
        item[.version] = .number(number)
        return item
    }

    /// A row with so many bytes.
    func item(_ key: TableKey, bytes count: Int) -> Item {
        var item = Item(key)
        item[.batch] = .bytes((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        return item
    }

    /// Puts a row unconditionally.
    func put(_ item: Item) async throws {
        try await expectApplied(.put(item))
    }

    /// Puts the log rows at these offsets; each holds its offset.
    func putChunks(_ offsets: some Sequence<Int64>) async throws {
        for offset in offsets { try await put(item(try chunk(offset), number: offset)) }
    }

    // MARK: Expectations

    /// Throws a failure with the words of `message` unless `condition` holds.
    func expect(
        _ condition: Bool,
        otherwise message: @autoclosure () -> String,
        line: Int = #line,
        file: String = #fileID
    ) throws {
        guard condition else { throw TestFailure("\(file):\(line): \(message())") }
    }

    func expectEqual<Value: Equatable>(
        _ found: Value,
        _ expected: Value,
        line: Int = #line,
        file: String = #fileID
    ) throws {
        try expect(
            found == expected,
            otherwise: "\(found) is not \(expected)",
            line: line,
            file: file
        )
    }

    func unwrap<Value>(
        _ value: Value?,
        line: Int = #line,
        file: String = #fileID
    ) throws -> Value {
        guard let value else { throw TestFailure("\(file):\(line): nil") }
        return value
    }

    func expectApplied(_ write: Write, line: Int = #line, file: String = #fileID) async throws {
        let outcome = try await table.write(write)
        try expect(
            outcome == .applied,
            otherwise: "not applied: \(write.operation)",
            line: line,
            file: file
        )
    }

    /// Expects that the write's condition fails, and that `current` is the row in the way.
    func expectRefused(
        _ write: Write,
        finding current: Item?,
        line: Int = #line,
        file: String = #fileID
    ) async throws {
        let outcome = try await table.write(write)
        try expect(
            outcome == .conditionFailed(current: current),
            otherwise: "\(outcome) is not a failed condition with \(String(describing: current))",
            line: line,
            file: file
        )
    }

    /// Expects that the row with `key` is this one, or where that is nil, that it is not there.
    func expectRow(
        _ key: TableKey,
        is expected: Item?,
        line: Int = #line,
        file: String = #fileID
    ) async throws {
        try expectEqual(try await table.get(key), expected, line: line, file: file)
    }

    /// Expects that a call is refused as a defect of the caller, and that nothing has happened.
    func expectInvalid(
        line: Int = #line,
        file: String = #fileID,
        body: () async throws(TableError) -> Void
    ) async throws {
        do throws(TableError) {
            try await body()
        } catch {
            try expect(
                error.effect == .definite && error.reason == .invalid,
                otherwise: "not invalid: \(error)",
                line: line,
                file: file
            )
            return
        }
        throw TestFailure("\(file):\(line): was not refused")
    }

    // MARK: Queries

    /// All rows of a query, page by page, checking that the pages keep the rules.
    func rows(_ query: Query) async throws -> [Item] {
        var query = query
        var items: [Item] = []
        while true {
            let page = try await table.query(query)
            items += page.items
            try expect(
                page.items.count <= query.limit,
                otherwise: "a page of \(page.items.count) rows"
            )
            guard let next = page.next else { return items }
            try expect(
                !page.items.isEmpty || query.after != next,
                otherwise: "a page that leads nowhere"
            )
            query.after = next
        }
    }

    /// Runs tasks at the same time; the results are in no order.
    func race<Outcome: Sendable>(
        _ count: Int,
        body: @escaping @Sendable (Int) async throws -> Outcome
    ) async throws -> [Outcome] {
        try await withThrowingTaskGroup(of: Outcome.self) { group in
            for index in 0..<count { group.addTask { try await body(index) } }
            var outcomes: [Outcome] = []
            for try await outcome in group { outcomes.append(outcome) }
            return outcomes
        }
    }
}
