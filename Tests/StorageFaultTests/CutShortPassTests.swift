import FaultVFS
import LedgerCore
import LedgerService
import LedgerTesting
import SQLiteTable
import Testing

/// Copying of the log that another program's reading cut short.
///
/// SQLite notes the progress of such a pass without a sync. When a later sync fails, nobody writes
/// those pages again, unless from the log.
@Suite("Passes cut short")
struct CutShortPassTests {
    @Test(
        "A failed sync after one costs nothing that was acknowledged",
        arguments: 1...8,
        [FV_EIO, FV_ENOSPC]
    )
    func laterSyncFails(call: Int, trouble: fv_trouble) async throws {
        for start in 20..<28 {
            for end in start + 2..<start + 5 {
                try await Self.run(Self.sync(call, failsWith: trouble), reading: start..<end)
            }
        }
    }

    /// Writes row after row; another program reads while those in `reading` are written, and then
    /// the disk fails.
    private static func run(_ fault: Disk.Fault, reading: Range<Int>) async throws {
        let folder = try TemporaryFolder(prefersMemory: true)
        let disk = Disk()
        disk.put(folder.file, holding: [])
        let table = try disk.openTable(folder.file)
        let recording = RecordingTable(table) { disk.eventCount }
        let reader = OtherProgram(on: disk, path: folder.file)
        for number in 0..<reading.upperBound + 20 {
            if number == reading.lowerBound { reader.goOn() }
            if number == reading.upperBound {
                reader.end()
                disk.follow(fault)
            }
            await put(number, in: recording)
        }
        #expect(disk.failures == 1)
        await table.close()
        try await check(
            disk,
            table: recording,
            path: folder.file,
            comment: "\(fault), reading \(reading)"
        )
    }

    private static func put(_ number: Int, in table: some Table) async {
        guard let stream = StreamID("s\(100 + number)") else { return }
        var item = Item(.stream(stream))
        item[.record] = .bytes([UInt8](repeating: UInt8(number), count: 3_000))
        _ = try? await table.write(.put(item))
    }

    /// The files as the system has them, which may have dropped what a failed sync has forgotten.
    private static func check(
        _ disk: Disk,
        table: RecordingTable,
        path: String,
        comment: String
    ) async throws {
        var random = SeededGenerator(seed: RandomSeed.base)
        var state = DurableState([path: []])
        for index in 0..<disk.eventCount { state.follow(disk.event(index), random: &random) }
        var rows = ExpectedRows(table.calls)
        try await rows.advance(to: disk.eventCount)
        let folder = try TemporaryFolder(prefersMemory: true)
        try folder.write(Aftermath.moved(state.current, from: path, to: folder.file))
        let next = try SQLiteTable.open(path: folder.file, clock: ManualClock().instant)
        let found = try await next.rows(of: rows.groups)
        await next.close()
        let areAdmitted = try await rows.admits(found, at: disk.eventCount)
        #expect(areAdmitted, "\(rows.difference(found)); \(comment)")
        #expect(try Aftermath.integrity(of: folder.file) == "ok", "\(comment)")
    }

    private static func sync(_ call: Int, failsWith trouble: fv_trouble) -> Disk.Fault {
        Disk.Fault(
            calls: Int(FV_SYNC),
            trouble: trouble,
            first: call,
            lasts: false,
            testDescription: "\(trouble), sync \(call)"
        )
    }
}
