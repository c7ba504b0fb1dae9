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

    /// Runs the clients; `follow` may make the disk fail once the table is open.
    ///
    /// - Returns: nil when the table can't be opened because of the fault.
    static func make(
        in folder: TemporaryFolder,
        fault: Disk.Fault? = nil,
        afterOpening: Bool = false,
        closes: Bool = true
    ) async throws -> Run {
        let disk = Disk()
        disk.put(folder.file, [])
        var options = Self.options
        options.fileSystem = disk.fileSystem
        if !afterOpening { disk.follow(fault) }
        let table = try SQLiteTable.open(path: folder.file, options: options)
        if afterOpening { disk.follow(fault) }
        let recording = RecordingTable(table) { disk.eventCount }
        let clock = ManualClock()
        var clients = Clients(Node(recording, seed: 1, clock: clock)) { disk.eventCount }
        await clients.act()
        await table.close()
        return Run(
            disk: disk,
            folder: folder,
            clients: clients,
            table: recording,
            clock: clock
        )
    }
}
