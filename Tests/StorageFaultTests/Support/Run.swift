import APISuite
import LedgerCore
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

    /// How the table is set up in these tests.
    ///
    /// The writer copies the log itself, at a bound that the run reaches again and again, so
    /// that a run's calls hardly depend on the threads' timing.
    static var options: SQLiteOptions {
        var options = SQLiteOptions()
        options.readers = 1
        options.checkpointInterval = 1 << 30
        options.checkpointBytes = 60_000
        options.logBytes = 60_000
        options.maximumLogBytes = 60_000
        options.lockPatience = 50
        return options
    }

    /// Runs the clients on a disk that fails as told.
    ///
    /// - Returns: nil when the table could not even be opened; the error says why.
    static func make(in folder: TemporaryFolder, fault: Disk.Fault) async throws -> Run? {
        do throws(SQLiteOpenError) {
            return await make(in: folder, try open(in: folder, fault: fault))
        } catch {
            return nil
        }
    }

    /// Runs the clients on a disk that works.
    static func make(in folder: TemporaryFolder) async throws -> Run {
        await make(in: folder, try open(in: folder, fault: nil))
    }

    private static func open(
        in folder: TemporaryFolder,
        fault: Disk.Fault?
    ) throws(SQLiteOpenError) -> (Disk, SQLiteTable) {
        let disk = Disk()
        disk.put(folder.file, [])
        disk.follow(fault)
        var options = Self.options
        options.fileSystem = disk.fileSystem
        return (disk, try SQLiteTable.open(path: folder.file, options: options))
    }

    private static func make(
        in folder: TemporaryFolder,
        _ opened: (disk: Disk, table: SQLiteTable)
    ) async -> Run {
        let disk = opened.disk
        let recording = RecordingTable(opened.table) { disk.eventCount }
        let clock = ManualClock()
        let node = Node(recording, seed: 1, clock: clock)
        var clients = Clients(node) { disk.eventCount }
        await clients.act()
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
