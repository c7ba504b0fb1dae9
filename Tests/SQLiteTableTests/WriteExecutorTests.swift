import Glibc
import LedgerCore
import LedgerTesting
import SQLiteTable
import Synchronization
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
            let isWritten = Atomic(false)
            let started = Gate()
            // It ends by itself where writes wait for it.
            async let yields = Task(executorPreference: executor) {
                var yields = 0
                while !isWritten.load(ordering: .relaxed), yields < 1_000_000 {
                    yields += 1
                    if yields == 100 { started.open() }
                    await Task.yield()
                }
                return yields
            }.value
            await started.wait()
            _ = try await table.write(.put(Sample.item(try Sample.chunk(0)), if: .notExists))
            isWritten.store(true, ordering: .relaxed)
            #expect(await yields < 1_000_000)
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
