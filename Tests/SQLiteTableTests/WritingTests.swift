import LedgerCore
import LedgerTesting
import SQLiteTable
import Testing

@Suite struct WritingTests {
    @Test("Concurrent writes share commits")
    func sharedCommits() async throws {
        try await withTable { table, _ in
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for task in 0..<64 {
                    tasks.addTask {
                        for offset in 0..<Int64(20) {
                            let key = try Sample.chunk(offset, partition: task)
                            _ = try await table.write(.put(Sample.item(key), if: .notExists))
                        }
                    }
                }
                try await tasks.waitForAll()
            }
            let statistics = table.statistics
            #expect(statistics.writes == 64 * 20)
            #expect(statistics.rows == 64 * 20)
            #expect(statistics.commits < 64 * 20)
            #expect(statistics.largestCommit > 1)
            #expect(statistics.rowsPerCommit > 1)
        }
    }

    @Test("A refused condition does not harm the other writes of its commit")
    func refusedConditions() async throws {
        try await withTable { table, _ in
            let taken = Sample.item(try Sample.chunk(0))
            _ = try await table.write(.put(taken))
            let outcomes = try await withThrowingTaskGroup(of: Bool.self) { tasks in
                for index in 0..<200 {
                    tasks.addTask {
                        let offset = index.isMultiple(of: 2) ? 0 : Int64(index)
                        let item = Sample.item(try Sample.chunk(offset))
                        let outcome = try await table.write(.put(item, if: .notExists))
                        return (outcome == .applied) == (offset != 0)
                    }
                }
                return try await tasks.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.allSatisfy { $0 })
            let page = try await table.query(Query(taken.key.group, limit: 1000))
            #expect(page.items.count == 101)
        }
    }

    @Test("A full disk refuses writes for certain, and reads go on")
    func fullDisk() async throws {
        var options = SQLiteOptions()
        options.maximumPages = 60
        try await withTable(options) { table, _ in
            var stored: [Item] = []
            var failure: TableError?
            for offset in 0..<Int64(100) where failure == nil {
                let item = Sample.item(try Sample.chunk(offset), bytes: 20_000)
                do throws(TableError) {
                    _ = try await table.write(.put(item, if: .notExists))
                    stored.append(item)
                } catch {
                    failure = error
                }
            }
            #expect(failure?.reason == .full)
            #expect(failure?.effect == .definite)
            let page = try await table.query(Query(stored[0].key.group, limit: 1000))
            #expect(page.items == stored)
            // Room that is made can be used again.
            _ = try await table.write(.delete(stored[0].key))
            let again = Sample.item(try Sample.chunk(1000), bytes: 10_000)
            #expect(try await table.write(.put(again, if: .notExists)) == .applied)
        }
    }

    @Test("A write that does not fit does not harm the others of its commit")
    func tooLargeWrites() async throws {
        var options = SQLiteOptions()
        options.maximumPages = 40
        try await withTable(options) { table, _ in
            let outcomes = await withTaskGroup(of: (Int, TableError?).self) { tasks in
                for index in 0..<60 {
                    tasks.addTask {
                        let size = index.isMultiple(of: 10) ? 300_000 : 20
                        return (size, await put(in: table, offset: Int64(index), bytes: size))
                    }
                }
                return await tasks.reduce(into: []) { $0.append($1) }
            }
            for (size, error) in outcomes {
                #expect(error?.reason == (size > 20 ? .full : nil))
                #expect(error == nil || error?.effect == .definite)
            }
        }
    }

    @Test("Closing answers every call that is under way, and truly")
    func closing() async throws {
        try await withTable { table, folder in
            let answers = await withTaskGroup(of: (Int64, TableError?).self) { tasks in
                for index in 0..<Int64(200) {
                    tasks.addTask { (index, await put(in: table, offset: index, bytes: 1000)) }
                }
                for _ in 0..<3 {
                    tasks.addTask {
                        await table.close()
                        return (-1, nil)
                    }
                }
                return await tasks.reduce(into: []) { $0.append($1) }
            }
            for (_, error) in answers {
                #expect(error == nil || error?.reason == .closed && error?.effect == .definite)
            }
            let reopened = try SQLiteTable.open(path: folder.file)
            for (offset, error) in answers where offset >= 0 {
                let isThere = try await reopened.get(try Sample.chunk(offset)) != nil
                #expect(isThere == (error == nil))
            }
            await reopened.close()
        }
    }

    @Test("Every call of a closed table is refused")
    func closed() async throws {
        try await withTable { table, _ in
            await table.close()
            await table.close()
            let key = try Sample.chunk(0)
            let closed: @Sendable (any Error) -> Bool = { error in
                (error as? TableError)?.reason == .closed
            }
            await #expect(performing: { _ = try await table.get(key) }, throws: closed)
            await #expect(
                performing: { _ = try await table.query(Query(key.group, limit: 1)) },
                throws: closed
            )
            await #expect(performing: { _ = try await table.write(.delete(key)) }, throws: closed)
            await #expect(
                performing: {
                    _ = try await table.transact([.delete(key)], token: Sample.token)
                },
                throws: closed
            )
            await #expect(performing: { try await table.batchDelete([key]) }, throws: closed)
            await #expect(
                performing: {
                    _ = try await table.purgeExpired(before: Timestamp(milliseconds: 0), limit: 1)
                },
                throws: closed
            )
        }
    }

    private func put(
        in table: SQLiteTable,
        offset: Int64,
        bytes size: Int
    ) async -> TableError? {
        do throws(TableError) {
            guard let position = Offset(offset), let partition = Partition(0) else { return nil }
            let item = Sample.item(.chunk(Sample.stream, partition, position), bytes: size)
            _ = try await table.write(.put(item, if: .notExists))
            return nil
        } catch {
            return error
        }
    }
}
