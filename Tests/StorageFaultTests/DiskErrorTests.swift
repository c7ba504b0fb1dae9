import APISuite
import FaultVFS
import LedgerCore
import LedgerTesting
import SQLiteTable
import Testing

/// A disk that fails at one call of a run, for every call, and what is left then: for the next
/// process, and after a power loss.
@Suite("Disk errors")
struct DiskErrorTests {
    @Test("Whatever call fails, answers stay true", arguments: Trouble.all)
    func everyCall(_ trouble: Trouble) async throws {
        let runs = try await withThrowingTaskGroup(of: Int.self) { tasks in
            for lane in 0..<Self.lanes {
                tasks.addTask { try await Self.sweep(trouble, from: lane + 1) }
            }
            return try await tasks.reduce(0, +)
        }
        #expect(runs > 0, "no call of this kind")
    }

    private static let lanes = 2

    /// Every call, in a long run; else, of the frequent kinds, every fourth from a random one on.
    private static func sweep(_ trouble: Trouble, from lane: Int) async throws -> Int {
        let step = Effort.isLong || !trouble.isFrequent ? 1 : 4
        var call = 1 + Int(RandomSeed.base % UInt64(step)) + (lane - 1) * step
        var runs = 0
        while try await survives(trouble.fault(at: call)) {
            call += lanes * step
            runs += 1
        }
        return runs
    }

    /// Runs the clients with a fault and checks what it left behind.
    ///
    /// - Returns: False when the run had no such call.
    private static func survives(_ fault: Disk.Fault) async throws -> Bool {
        let folder = try TemporaryFolder(prefersMemory: true)
        let ways = Run.Copying.allCases
        let copying = ways[(fault.first / 4) % ways.count]
        guard let run = try await Run.make(in: folder, copying: copying, fault: fault) else {
            return true
        }
        guard run.failures > 0 else { return false }
        let comment = "\(fault.testDescription); \(replay)"
        if fault.isNoticeable { #expect(run.table.wrongReads.isEmpty, "\(comment)") }
        if fault.leavesTableUsable { #expect(run.afterwards.status == 200, "\(comment)") }
        var random = SeededGenerator(seed: RandomSeed.base &+ UInt64(fault.first))
        var state = DurableState([run.path: []])
        for index in 0..<run.disk.eventCount {
            state.follow(run.disk.event(index), random: &random)
        }
        let moment = run.disk.eventCount
        var rows = ExpectedRows(run.table.calls)
        try await rows.advance(to: moment)
        try await Aftermath(run: run, files: state.current, moment: moment)
            .check(
                rows,
                promises: fault.first.isMultiple(of: 4),
                comment: "the next process, \(comment)"
            )
        try await checkNextLife(
            after: run,
            state: state,
            rows: rows,
            comment: comment,
            random: &random
        )
        let survivors = state.files(.half, random: &random)
        try await Aftermath(run: run, files: survivors, moment: moment)
            .check(rows, promises: false, comment: "power loss, \(comment)")
        return true
    }

    /// Rows that the next process serves stay, also when the power goes: an fsync that failed has
    /// left pages behind that the system holds for written.
    private static func checkNextLife(
        after run: Run,
        state: DurableState,
        rows: ExpectedRows,
        comment: String,
        random: inout SeededGenerator
    ) async throws {
        let next = try await NextLife(after: run, state: state, groups: rows.groups)
        for survival in [DurableState.Survival.nothing, .half] {
            let isKept = try await next.rows(after: survival, random: &random) == next.served
            #expect(isKept, "served by the next process, \(survival) survives, \(comment)")
        }
    }

    private static let replay = RandomSeed.replay("DiskErrorTests")
}

/// A kind of trouble.
struct Trouble: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// True when a run has hundreds of such calls.
    var isFrequent: Bool { calls & Int(FV_WRITE | FV_READ | FV_SHARED) != 0 }
    private let calls: Int
    private let trouble: fv_trouble
    private let lasts: Bool

    static let all: [Trouble] = [
        Trouble("one write fails", calls: FV_WRITE, trouble: FV_EIO),
        Trouble("all writes fail", calls: FV_WRITE, trouble: FV_EIO, lasts: true),
        Trouble("one sync fails", calls: FV_SYNC, trouble: FV_EIO),
        Trouble("all syncs fail", calls: FV_SYNC, trouble: FV_EIO, lasts: true),
        Trouble("one truncation fails", calls: FV_TRUNCATE, trouble: FV_EIO),
        Trouble("no room for one write", calls: FV_WRITE, trouble: FV_ENOSPC),
        Trouble("no room from a write on", calls: FV_WRITE, trouble: FV_ENOSPC, lasts: true),
        Trouble("no room at one sync", calls: FV_SYNC, trouble: FV_ENOSPC),
        Trouble("one read fails", calls: FV_READ, trouble: FV_EIO),
        Trouble("all reads fail", calls: FV_READ, trouble: FV_EIO, lasts: true),
        Trouble("one read is short", calls: FV_READ, trouble: FV_SHORT),
        Trouble("one opening fails", calls: FV_OPEN, trouble: FV_EIO),
        Trouble("one removal fails", calls: FV_DELETE, trouble: FV_EIO),
        Trouble("one look at a size fails", calls: FV_SIZE, trouble: FV_EIO),
        Trouble("one use of the shared index fails", calls: FV_SHARED, trouble: FV_EIO),
    ]

    private init(_ name: String, calls: Int, trouble: fv_trouble, lasts: Bool = false) {
        testDescription = name
        self.calls = calls
        self.trouble = trouble
        self.lasts = lasts
    }

    /// At this call of its kind, counted from 1.
    func fault(at call: Int) -> Disk.Fault {
        Disk.Fault(
            calls: calls,
            trouble: trouble,
            first: call,
            lasts: lasts,
            testDescription: "\(testDescription), call \(call)"
        )
    }
}

/// A disk without room, and one that gets some again.
@Suite("Full disks")
struct FullDiskTests {
    @Test("/health says when there is no room to write, and by itself when there is again")
    func health() async throws {
        let folder = try TemporaryFolder(prefersMemory: true)
        let disk = Disk()
        disk.put(folder.file, holding: [])
        let table = try disk.openTable(folder.file)
        let node = TestLedger(onFaulty: table, seed: 1, clock: ManualClock())
        #expect(await node.call("POST", at: "/streams", sending: Self.stream).status == 201)

        disk.follow(.noRoom)
        let refused = await node.call("POST", at: "/streams/orders/events", sending: Self.event)
        #expect(refused.status == 503)
        #expect(refused.error == "storage_full")
        let health = await node.call("GET", at: "/health")
        #expect(health.status == 503)
        #expect(health.error == "storage_full")
        #expect(await node.call("GET", at: "/streams").status == 200, "reads go on")

        disk.follow(nil)
        // No write comes; the table finds out by itself.
        try await Patience().wait(for: "room to be found") {
            await node.call("GET", at: "/health").status == 200
        }
        #expect(
            await node.call("POST", at: "/streams/orders/events", sending: Self.event).status == 200
        )
        await table.close()
    }

    private static let stream = JSONBody.stream("orders", partitions: 1)
    private static let event = JSONBody.event()
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
