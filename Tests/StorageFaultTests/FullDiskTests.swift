import APISuite
import FaultVFS
import LedgerCore
import LedgerTesting
import SQLiteTable
import Testing

/// A disk without room, and one that gets some again.
@Suite("Full disks")
struct FullDiskTests {
    @Test("/health says when there is no room to write, and by itself when there is again")
    func health() async throws {
        let folder = try TemporaryFolder(prefersMemory: true)
        let disk = Disk()
        disk.put(folder.file, [])
        let table = try disk.openTable(folder.file)
        let node = Node(table, seed: 1, clock: ManualClock())
        #expect(await node.call("POST", "/streams", Self.stream).status == 201)

        disk.follow(.noRoom)
        let refused = await node.call("POST", "/streams/orders/events", Self.event)
        #expect(refused.status == 503)
        #expect(refused.error == "storage_full")
        let health = await node.call("GET", "/health")
        #expect(health.status == 503)
        #expect(health.error == "storage_full")
        #expect(await node.call("GET", "/streams").status == 200, "reads go on")

        disk.follow(nil)
        // Nobody writes: it finds out by itself.
        try await Patience().wait(for: "room to be found") {
            await node.call("GET", "/health").status == 200
        }
        #expect(await node.call("POST", "/streams/orders/events", Self.event).status == 200)
        await table.close()
    }

    private static let stream = "{\"stream_id\":\"orders\",\"partition_count\":1}"
    private static let event = "{\"key\":\"k\",\"type\":\"t\",\"data\":1}"
}

extension Disk.Fault {
    fileprivate static let noRoom = Disk.Fault(
        calls: Int(FV_WRITE),
        trouble: FV_ENOSPC,
        first: 1,
        lasts: true,
        testDescription: "no room from now on"
    )
}
