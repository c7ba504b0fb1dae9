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
    /// What a publish was answered when the disk worked again, the process still the same.
    let afterwards: Answer

    /// The table's file.
    var path: String { folder.file }

    /// Who copies the log into the database in a run, which reaches its bounds again and again.
    enum Copying: CaseIterable, Sendable {
        /// The writer; so that a run's calls hardly depend on the threads' timing.
        case byWriter
        /// The checkpointer beside it, all the time.
        case byCheckpointer
        /// The writer, while another program reads now and then, so that a pass can seldom copy all.
        case besideAReader
    }

    /// How the table is set up in these tests.
    static func options(_ copying: Copying = .byWriter) -> SQLiteOptions {
        var options = SQLiteOptions()
        options.readers = 1
        let isByWriter = copying != .byCheckpointer
        options.checkpointInterval = isByWriter ? 1 << 30 : 0
        options.checkpointBytes = isByWriter ? 60_000 : 1
        options.logBytes = 60_000
        options.maximumLogBytes = isByWriter ? 60_000 : 120_000
        options.lockPatience = 50
        return options
    }

    /// Runs the clients on a disk that fails as told.
    ///
    /// - Returns: nil when the table could not even be opened; the error says why.
    static func make(
        in folder: TemporaryFolder,
        _ copying: Copying = .byWriter,
        fault: Disk.Fault
    ) async throws -> Run? {
        do throws(SQLiteOpenError) {
            return await make(in: folder, copying, try open(in: folder, copying, fault: fault))
        } catch {
            return nil
        }
    }

    /// Runs the clients on a disk that works.
    static func make(
        in folder: TemporaryFolder,
        _ copying: Copying = .byWriter
    ) async throws -> Run {
        await make(in: folder, copying, try open(in: folder, copying, fault: nil))
    }

    private static func open(
        in folder: TemporaryFolder,
        _ copying: Copying,
        fault: Disk.Fault?
    ) throws(SQLiteOpenError) -> (Disk, SQLiteTable) {
        let disk = Disk()
        disk.put(folder.file, [])
        disk.follow(fault)
        return (disk, try disk.openTable(folder.file, copying))
    }

    private static func make(
        in folder: TemporaryFolder,
        _ copying: Copying,
        _ opened: (disk: Disk, table: SQLiteTable)
    ) async -> Run {
        let disk = opened.disk
        let recording = RecordingTable(opened.table) { disk.eventCount }
        let clock = ManualClock()
        let node = Node(recording, seed: 1, clock: clock)
        var clients = Clients(node) { disk.eventCount }
        let reader = copying == .besideAReader ? OtherProgram(disk, folder.file) : nil
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
        _ copying: Run.Copying = .byWriter
    ) throws(SQLiteOpenError) -> SQLiteTable {
        var options = Run.options(copying)
        options.fileSystem = fileSystem
        return try SQLiteTable.open(path: path, options: options, clock: ManualClock().instant)
    }
}

/// A program beside the ledger that reads for a while, again and again.
///
/// What fails for it is its own affair.
final class OtherProgram {
    private let connection: OpaquePointer?
    private var isReading = false

    init(_ disk: Disk, _ path: String) {
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

/// How much a run of the tests tries.
enum Effort {
    /// Whether everything is tried: `EVENTLEDGER_SOAK` is set, as `just soak-storage` does.
    static let isLong = getenv("EVENTLEDGER_SOAK") != nil
}
