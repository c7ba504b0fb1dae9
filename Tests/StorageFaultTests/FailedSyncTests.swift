import APISuite
import CSQLite
import FaultVFS
import LedgerCore
import LedgerTesting
import SQLiteTable
import Testing

/// A failed sync and the others that have the file open.
@Suite("Failed syncs")
struct FailedSyncTests {
    @Test("Who wrote what another's sync lost hears of it, once")
    func everyHandleHears() throws {
        let disk = Disk()
        let writer = try Connection(to: disk)
        defer { writer.close() }
        #expect(writer.run("PRAGMA journal_mode=WAL; CREATE TABLE t(v)") == SQLITE_OK)
        #expect(writer.run("PRAGMA synchronous=OFF; INSERT INTO t VALUES (1)") == SQLITE_OK)

        let checkpointer = try Connection(to: disk)
        defer { checkpointer.close() }
        disk.follow(.firstSync)
        #expect(checkpointer.run("PRAGMA wal_checkpoint") == Connection.failedSync)
        disk.follow(nil)

        #expect(writer.run("PRAGMA synchronous=FULL") == SQLITE_OK)
        #expect(writer.run("INSERT INTO t VALUES (2)") == Connection.failedSync)
        #expect(writer.run("INSERT INTO t VALUES (3)") == SQLITE_OK)

        let latecomer = try Connection(to: disk)
        defer { latecomer.close() }
        #expect(latecomer.run("PRAGMA synchronous=FULL; INSERT INTO t VALUES (4)") == SQLITE_OK)
    }

    @Test("A ledger whose sync failed leaves that write open, and refuses later ones for good")
    func givesUp() async throws {
        let folder = try TemporaryFolder(prefersMemory: true)
        let disk = Disk()
        disk.put(folder.file, holding: [])
        let table = try disk.openTable(folder.file)
        let node = TestLedger(onFaulty: table, seed: 1, clock: ManualClock())
        #expect(await node.call("GET", at: "/health").status == 200)
        disk.follow(.firstSync)
        let key = TableKey.stream(try #require(StreamID("s")))
        var errors: [TableError] = []
        for _ in 0..<2 {
            do throws(TableError) {
                _ = try await table.write(.put(Item(key)))
            } catch {
                errors.append(error)
            }
        }
        #expect(await node.call("GET", at: "/health").status == 503)
        #expect(await node.call("GET", at: "/streams").status == 200)
        await table.close()
        #expect(errors.map(\.effect) == [.indefinite, .definite])
        #expect(errors.last?.reason == .closed)
    }
}

extension Disk.Fault {
    fileprivate static let firstSync = Disk.Fault(
        calls: Int(FV_SYNC),
        trouble: FV_EIO,
        first: 1,
        lasts: false,
        testDescription: "one sync fails"
    )
}

/// SQLite on a disk, past the table.
private struct Connection {
    /// SQLITE_IOERR_FSYNC, a macro that Swift does not see.
    static let failedSync = SQLITE_IOERR | (4 << 8)

    private let handle: OpaquePointer

    init(to disk: Disk) throws {
        var handle: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        try #require(sqlite3_open_v2("db", &handle, flags, disk.fileSystem) == SQLITE_OK)
        self.handle = try #require(handle)
        sqlite3_extended_result_codes(handle, 1)
    }

    func run(_ sql: String) -> Int32 {
        sqlite3_exec(handle, sql, nil, nil, nil)
    }

    func close() {
        sqlite3_close_v2(handle)
    }
}
