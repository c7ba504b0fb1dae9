import APISuite
import CSQLite
import Glibc
import LedgerCore
import LedgerService
import LedgerTesting
import SQLiteTable

/// One run of the clients on a disk, and what everyone was told.
struct Run: Sendable {
    let disk: Disk
    let folder: TemporaryFolder
    let clients: Clients
    let table: RecordingTable
    let clock: ManualClock
    /// Calls of the disk that failed.
    let failures: Int
    /// The answer to a publish when the disk worked again, the process still the same.
    let afterwards: Answer

    /// The table's file, beside which are its log and its lock.
    var path: String { folder.file }

    /// The thread that copies the log into the database, whose bounds a run reaches again and
    /// again.
    enum Copying: CaseIterable, Sendable {
        /// The writer; so that a run's calls hardly depend on the threads' timing.
        case byWriter
        /// The checkpointer beside it, all the time.
        case byCheckpointer
        /// The writer, while another program reads now and then, so that a pass can seldom copy
        /// all.
        case besideAReader
    }

    /// The table's settings in these tests.
    static func options(_ copying: Copying = .byWriter) -> SQLiteOptions {
        var options = SQLiteOptions()
        options.readers = 1
        let isByWriter = copying != .byCheckpointer
        options.checkpointInterval = isByWriter ? .milliseconds(1 << 30) : .zero
        options.checkpointBytes = isByWriter ? 60_000 : 1
        options.logBytes = 60_000
        options.maximumLogBytes = isByWriter ? 60_000 : 120_000
        options.lockPatience = .milliseconds(50)
        return options
    }

    /// Runs the clients on a disk that fails as told.
    ///
    /// - Returns: nil when the table could not even be opened; the error says why.
    static func make(
        in folder: TemporaryFolder,
        copying: Copying = .byWriter,
        fault: Disk.Fault
    ) async throws -> Run? {
        do throws(SQLiteOpenError) {
            return await make(
                in: folder,
                copying: copying,
                on: try open(in: folder, copying: copying, fault: fault)
            )
        } catch {
            return nil
        }
    }

    /// Runs the clients on a disk that works.
    static func make(
        in folder: TemporaryFolder,
        copying: Copying = .byWriter
    ) async throws -> Run {
        await make(
            in: folder,
            copying: copying,
            on: try open(in: folder, copying: copying, fault: nil)
        )
    }

    private static func open(
        in folder: TemporaryFolder,
        copying: Copying,
        fault: Disk.Fault?
    ) throws(SQLiteOpenError) -> (Disk, SQLiteTable) {
        let disk = Disk()
        disk.put(folder.file, holding: [])
        disk.follow(fault)
        return (disk, try disk.openTable(folder.file, copying: copying))
    }

    private static func make(
        in folder: TemporaryFolder,
        copying: Copying,
        on opened: (disk: Disk, table: SQLiteTable)
    ) async -> Run {
        let disk = opened.disk
        let recording = RecordingTable(opened.table) { disk.eventCount }
        let clock = ManualClock()
        let node = TestLedger(onFaulty: recording, seed: 1, clock: clock)
        var clients = Clients(node, clock: clock) { disk.eventCount }
        let reader = copying == .besideAReader ? OtherProgram(on: disk, path: folder.file) : nil
        await clients.act { reader?.goOn() }
        reader?.end()
        let failures = disk.failures
        disk.follow(nil)
        let afterwards = await clients.publishOnceMore()
        await opened.table.close()
        return Run(
            disk: disk,
            folder: folder,
            clients: clients,
            table: recording,
            clock: clock,
            failures: failures,
            afterwards: afterwards
        )
    }
}

extension Disk {
    /// Opens the table in one of its files.
    func openTable(
        _ path: String,
        copying: Run.Copying = .byWriter
    ) throws(SQLiteOpenError) -> SQLiteTable {
        var options = Run.options(copying)
        options.fileSystem = fileSystem
        return try SQLiteTable.open(path: path, options: options, clock: ManualClock().instant)
    }
}

/// A program beside the ledger that reads for a while, again and again.
///
/// Failures of its own calls are ignored.
final class OtherProgram {
    private let connection: OpaquePointer?
    private var isReading = false

    init(on disk: Disk, path: String) {
        var connection: OpaquePointer?
        sqlite3_open_v2(path, &connection, SQLITE_OPEN_READONLY, disk.fileSystem)
        self.connection = connection
    }

    /// Begins to read, or ends.
    func goOn() {
        run(isReading ? "COMMIT" : "BEGIN; SELECT count(*) FROM sqlite_schema")
        isReading.toggle()
    }

    func end() {
        sqlite3_close_v2(connection)
    }

    private func run(_ sql: String) {
        sqlite3_exec(connection, sql, nil, nil, nil)
    }
}

/// The number of cases that a run of the tests tries.
enum Effort {
    /// True when everything is tried: `EVENTLEDGER_SOAK` is set, as `just soak-storage` does.
    static let isLong = getenv("EVENTLEDGER_SOAK") != nil
}
