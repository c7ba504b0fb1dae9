import CSQLite
import Glibc
import LedgerCore
import LedgerTesting
import Testing

@testable import SQLiteTable

@Suite struct LogTests {
    private static let options = {
        var options = SQLiteOptions()
        options.checkpointBytes = 256 << 10
        options.logBytes = 2 << 20
        options.maximumLogBytes = 8 << 20
        options.commitBytes = 1 << 20
        return options
    }()
    /// One commit may go beyond the bound, and a pass of the checkpointer may take the turn a few
    /// times.
    private static let bound = options.maximumLogBytes + 8 * options.commitBytes

    @Test("The log stays within its bound under constant load")
    func bounded() async throws {
        try await withTable(Self.options) { table, folder in
            // 120 MB of rows. Nobody reads: the writer waits for readers for a moment only, and on
            // a busy machine none is done in a moment.
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for task in 0..<24 {
                    tasks.addTask { try await Self.write(0..<250, to: table, partition: task) }
                }
                try await tasks.waitForAll()
            }
            let statistics = table.statistics
            #expect(statistics.writes == 24 * 250)
            #expect(statistics.logRestarts > 3)
            #expect(statistics.checkpoints > 3)
            #expect(statistics.checkpointFailures == 0)
            #expect(statistics.peakWALBytes <= Self.bound)
            // The last commit is answered before the log is looked after.
            try await Patience().wait(for: "the size of the log to rest") {
                let size = try #require(folder.size("-wal"))
                #expect(size <= Self.bound)
                return table.statistics.walFileBytes == size
            }
        }
    }

    @Test("A reader that stays lets the log grow, until it is gone")
    func stayingReader() async throws {
        try await withTable(Self.options) { table, folder in
            let reader = try Foreign(folder.file)
            defer { reader.close() }
            try reader.execute("BEGIN; SELECT count(*) FROM items")
            // The first begins the log anew if all of it was copied by then.
            try await Self.write(0..<2, to: table)
            let restarts = table.statistics.logRestarts
            var offset: Int64 = 2
            while table.statistics.walBytes <= 2 * Self.bound {
                try await Self.write(offset..<offset + 1, to: table)
                offset += 1
            }
            #expect(table.statistics.logRestarts == restarts)
            try reader.execute("COMMIT")
            try await Patience().wait(for: "the log to begin anew") {
                try await Self.write(offset..<offset + 1, to: table)
                offset += 1
                return table.statistics.walBytes <= Self.bound
            }
            #expect(table.statistics.logRestarts > restarts)
            #expect(table.statistics.checkpointFailures == 0)
        }
    }

    /// Writes rows of 20 kB one after another.
    private static func write(
        _ offsets: Range<Int64>,
        to table: SQLiteTable,
        partition: Int = 0
    ) async throws {
        for offset in offsets {
            let key = try Sample.chunk(offset, partition: partition)
            _ = try await table.write(.put(Sample.item(key, bytes: 20_000), if: .notExists))
        }
    }

    @Test("Closing the table removes the log")
    func closing() async throws {
        try await withTable { table, folder in
            _ = try await table.write(.put(Sample.item(try Sample.chunk(0), bytes: 100_000)))
            // It may be copied, and begin anew, before one looks.
            #expect(table.statistics.peakWALBytes > 100_000)
            await table.close()
            #expect(folder.size("-wal") == nil)
            #expect(try #require(folder.size("")) > 100_000)
        }
    }
}

@Suite("Failed checkpoints") struct CheckpointFailureTests {
    @Test(
        "After a failed sync the database is in doubt, whatever the reason",
        arguments: [EIO, ENOSPC, EDQUOT]
    )
    func sync(_ reason: Int32) {
        #expect(failure(SQLITE_IOERR | 4 << 8, systemError: reason).leavesDatabaseInDoubt)
    }

    @Test("After a write that found no room, and after a read, it is not")
    func others() {
        #expect(!failure(SQLITE_FULL, systemError: ENOSPC).leavesDatabaseInDoubt)
        #expect(!failure(el_sqlite_ioerr_read, systemError: EIO).leavesDatabaseInDoubt)
        #expect(!failure(SQLITE_BUSY, systemError: 0).leavesDatabaseInDoubt)
    }

    private func failure(_ code: Int32, systemError reason: Int32) -> SQLiteFailure {
        SQLiteFailure(code: code, systemError: reason, message: "")
    }
}
