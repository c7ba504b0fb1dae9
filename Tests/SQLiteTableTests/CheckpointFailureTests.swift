import CSQLite
import Glibc
import Testing

@testable import SQLiteTable

@Suite("Failed checkpoints") struct CheckpointFailureTests {
    @Test(
        "After a failed sync the database is in doubt, whatever the reason",
        arguments: [EIO, ENOSPC, EDQUOT]
    )
    func sync(_ reason: Int32) {
        #expect(failure(SQLITE_IOERR | 4 << 8, reason).leavesDatabaseInDoubt)
    }

    @Test("After a write that found no room, and after a read, it is not")
    func others() {
        #expect(!failure(SQLITE_FULL, ENOSPC).leavesDatabaseInDoubt)
        #expect(!failure(el_sqlite_ioerr_read, EIO).leavesDatabaseInDoubt)
        #expect(!failure(SQLITE_BUSY, 0).leavesDatabaseInDoubt)
    }

    private func failure(_ code: Int32, _ reason: Int32) -> SQLiteFailure {
        SQLiteFailure(code: code, systemError: reason, message: "")
    }
}
