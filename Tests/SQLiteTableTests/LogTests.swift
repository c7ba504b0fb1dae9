import LedgerCore
import SQLiteTable
import Testing

@Suite struct LogTests {
    @Test func theLogStaysBoundedUnderConstantLoad() async throws {
        var options = SQLiteOptions()
        options.checkpointBytes = 256 << 10
        options.logBytes = 2 << 20
        options.maximumLogBytes = 8 << 20
        options.commitBytes = 1 << 20
        try await withTable(options) { table, folder in
            // 120 MB of rows, while others read all the time.
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for task in 0..<24 {
                    tasks.addTask {
                        for offset in 0..<Int64(250) {
                            let key = try Sample.chunk(offset, partition: task)
                            let item = Sample.item(key, bytes: 20_000)
                            _ = try await table.write(.put(item, if: .notExists))
                            _ = try await table.query(
                                Query(key.group, order: .descending, limit: 3)
                            )
                        }
                    }
                }
                try await tasks.waitForAll()
            }
            let statistics = table.statistics
            #expect(statistics.writes == 24 * 250)
            #expect(statistics.logRestarts > 3)
            #expect(statistics.checkpoints > 3)
            #expect(statistics.checkpointFailures == 0)
            // One commit may go beyond the bound, and a reader may delay the restart by a few.
            let bound = options.maximumLogBytes + 8 * options.commitBytes
            #expect(statistics.peakWALBytes <= bound)
            #expect(try #require(folder.size("-wal")) <= bound)
            #expect(statistics.walFileBytes == folder.size("-wal"))
        }
    }

    @Test func closingRemovesTheLog() async throws {
        try await withTable { table, folder in
            _ = try await table.write(.put(Sample.item(try Sample.chunk(0), bytes: 100_000)))
            #expect(table.statistics.walBytes > 100_000)
            await table.close()
            #expect(folder.size("-wal") == nil)
            #expect(try #require(folder.size("")) > 100_000)
        }
    }
}
