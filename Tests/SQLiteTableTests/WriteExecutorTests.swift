import Glibc
import LedgerCore
import LedgerTesting
import SQLiteTable
import Testing

@Suite("The writer's thread as an executor")
struct WriteExecutorTests {
    /// Writes rows one after another, and says on which threads it was before and after each.
    private func threads(of table: SQLiteTable, writing rows: Int64) async throws -> Set<UInt> {
        var threads: Set<UInt> = [pthread_self()]
        for offset in 0..<rows {
            let item = Sample.item(try Sample.chunk(offset))
            _ = try await table.write(.put(item, if: .notExists))
            threads.insert(pthread_self())
        }
        return threads
    }

    @Test("A task that prefers it writes again and again without a change of thread")
    func oneThread() async throws {
        try await withTable { table, _ in
            let executor = try #require(table.writeExecutor)
            let first = try await Task(executorPreference: executor) {
                try await threads(of: table, writing: 50)
            }.value
            let second = await Task(executorPreference: executor) { pthread_self() }.value
            #expect(first == [second])
        }
    }

    @Test("Tasks there and writes from elsewhere keep each other from nothing")
    func besideOthers() async throws {
        try await withTable { table, _ in
            let executor = try #require(table.writeExecutor)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for partition in 0..<20 {
                    let preferred = partition.isMultiple(of: 2) ? executor : nil
                    tasks.addTask(executorPreference: preferred) {
                        for offset in 0..<Int64(50) {
                            let key = try Sample.chunk(offset, partition: partition)
                            _ = try await table.write(.put(Sample.item(key), if: .notExists))
                            await Task.yield()
                        }
                    }
                }
                try await tasks.waitForAll()
            }
            #expect(table.statistics.rows == 20 * 50)
        }
    }

    @Test("A task that goes on there without an end keeps no write waiting")
    func endless() async throws {
        try await withTable { table, _ in
            let executor = try #require(table.writeExecutor)
            // Both tasks stay on that thread, so no other work of the machine lengthens the wait.
            let yields = try await Task(executorPreference: executor) {
                async let write: Void = Task(executorPreference: executor) {
                    let item = Sample.item(try Sample.chunk(0))
                    _ = try await table.write(.put(item, if: .notExists))
                }.value
                var yields = 0
                // It ends by itself where writes wait for it.
                while table.statistics.rows == 0, yields < 1000 {
                    yields += 1
                    await Task.yield()
                }
                try await write
                return yields
            }.value
            #expect(yields < 1000)
        }
    }

    @Test("A task that still prefers it when the table is closed goes on elsewhere")
    func closed() async throws {
        let folder = try TemporaryFolder()
        let table = try SQLiteTable.open(path: folder.file)
        let executor = try #require(table.writeExecutor)
        let started = Gate()
        let task = Task(executorPreference: executor) {
            started.open()
            var written: Int64 = 0
            while true {
                let item = Sample.item(try Sample.chunk(written))
                do throws(TableError) {
                    _ = try await table.write(.put(item, if: .notExists))
                    written += 1
                } catch {
                    return (written, error.reason)
                }
            }
        }
        await started.wait()
        await table.close()
        let (written, reason) = try await task.value
        #expect(reason == .closed)
        // Who begins only now is none the worse.
        #expect(await Task(executorPreference: executor) { written }.value == written)
    }
}
