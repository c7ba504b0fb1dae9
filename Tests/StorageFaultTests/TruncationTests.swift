import LedgerCore
import LedgerService
import LedgerTesting
import SQLiteTable
import Testing

/// Files that were cut off, as by a copy that broke off or a file system's repair.
@Suite("Truncation")
struct TruncationTests {
    @Test("A ledger cut off at any length is refused, or complete")
    func closedLedger() async throws {
        let (whole, rows) = try await Self.ledger(closed: true)
        let database = try #require(whole[""])
        for length in Self.lengths(database.count) {
            let found = try await Self.rows(
                in: ["": Array(database.prefix(length))],
                expecting: rows
            )
            let isRefused = found == nil
            // Nothing at all is a new ledger: there is no ledger to be seen.
            #expect(isRefused || length == database.count || length == 0, "\(length) bytes")
            if length == database.count { #expect(found == .some(.some(rows))) }
        }
    }

    @Test("A file cut off beside its log is refused or complete, or says that something is missing")
    func databaseBesideALog() async throws {
        let (whole, rows) = try await Self.ledger(closed: false)
        let database = try #require(whole[""])
        var refusals = 0
        for length in Self.lengths(database.count) {
            var files = whole
            files[""] = Array(database.prefix(length))
            guard let found = try await Self.rows(in: files, expecting: rows) else {
                refusals += 1
                continue
            }
            #expect(found == nil || found == rows, "\(length) of \(database.count) bytes")
        }
        #expect(refusals > 0)
    }

    @Test("A log cut off at any length leaves what it still holds, and nothing half")
    func log() async throws {
        let run = try await Run.make(in: try TemporaryFolder(prefersMemory: true))
        var state = DurableState([run.path: []])
        var random = SeededGenerator(seed: 0)
        // The moment at which the log is the longest.
        var longest: (moment: Int, files: [String: [UInt8]], log: [UInt8]) = (0, [:], [])
        for index in 0..<run.disk.eventCount {
            state.follow(run.disk.event(index), random: &random)
            let files = state.current
            let log = files[run.path + "-wal"] ?? []
            if log.count > longest.log.count { longest = (index + 1, files, log) }
        }
        var groups = ExpectedRows(run.table.calls)
        try await groups.advance(to: longest.moment)
        var states: Set<Set<Item>> = []
        for length in Self.lengths(longest.log.count) {
            let folder = try TemporaryFolder(prefersMemory: true)
            var files = longest.files
            files[run.path + "-wal"] = Array(longest.log.prefix(length))
            try folder.write(Aftermath.moved(files, from: run.path, to: folder.file))
            let table = try SQLiteTable.open(
                path: folder.file,
                options: Run.options(),
                clock: ManualClock().instant
            )
            let node = TestLedger(onFaulty: table, seed: 2, clock: run.clock)
            let broken = try await Promises(to: run.clients, at: 0, node: node, table: table)
                .broken()
            #expect(broken.isEmpty, "\(length) of \(longest.log.count) bytes of the log")
            states.insert(try await table.rows(of: groups.groups))
            await table.close()
            #expect(try Aftermath.integrity(of: folder.file) == "ok")
        }
        #expect(states.count > 1, "each commit that is cut off is a state less")
    }

    /// Every border of a page or a frame and the bytes beside it, and some in between.
    private static func lengths(_ count: Int) -> [Int] {
        let pages = stride(from: 0, through: count, by: 4096).flatMap { [$0 - 1, $0, $0 + 1] }
        let frames = stride(from: 32, through: count, by: 4120).flatMap { [$0 - 1, $0, $0 + 1] }
        let between = stride(from: 0, through: count, by: Effort.isLong ? 97 : 1531)
        let all = Set(pages + frames + between + [count - 1, count])
        return all.filter { 0...count ~= $0 }.sorted()
    }

    /// A ledger's files and its rows: chunks of all sizes, a third of them removed again.
    private static func ledger(
        closed: Bool
    ) async throws -> (files: [String: [UInt8]], rows: Set<Item>) {
        let folder = try TemporaryFolder(prefersMemory: true)
        var options = Run.options()
        options.maximumLogBytes = closed ? options.maximumLogBytes : 400_000
        let table = try SQLiteTable.open(
            path: folder.file,
            options: options,
            clock: ManualClock().instant
        )
        for offset in 0..<Int64(24) {
            var item = Item(try key(offset))
            item[.batch] = .bytes([UInt8](repeating: UInt8(offset + 1), count: Int(offset) * 500))
            _ = try await table.write(.put(item))
        }
        for offset in stride(from: Int64(0), to: 24, by: 3) {
            _ = try await table.write(.delete(try key(offset)))
        }
        let rows = try await table.rows(of: [try key(0).group])
        if closed { await table.close() }
        var files: [String: [UInt8]] = [:]
        for suffix in ["", "-wal"] { files[suffix] = try folder.read(suffix) }
        if !closed { await table.close() }
        return (files, rows)
    }

    private static func key(_ offset: Int64) throws -> TableKey {
        let partition = try #require(Partition(0))
        return .chunk(StreamIncarnation(high: 1, low: 2), partition, try #require(Offset(offset)))
    }

    /// The rows in these files: nil when they are refused as damaged, `.some(nil)` when reading
    /// them is an error.
    private static func rows(
        in files: [String: [UInt8]],
        expecting expected: Set<Item>
    ) async throws -> Set<Item>?? {
        let folder = try TemporaryFolder(prefersMemory: true)
        try folder.write(Aftermath.moved(files, from: "", to: folder.file))
        let table: SQLiteTable
        do throws(SQLiteOpenError) {
            table = try SQLiteTable.open(
                path: folder.file,
                options: Run.options(),
                clock: ManualClock().instant
            )
        } catch {
            switch error {
            case .corrupt, .notOurs: break
            default: throw error
            }
            // A second try finds the files as they were.
            for (suffix, bytes) in files { #expect(try folder.read(suffix) == bytes, "\(suffix)") }
            #expect(throws: SQLiteOpenError.self) {
                try SQLiteTable.open(
                    path: folder.file,
                    options: Run.options(),
                    clock: ManualClock().instant
                )
            }
            return nil
        }
        let found: Set<Item>?
        do throws(TableError) {
            found = try await table.rows(of: Set(expected.map(\.key.group)))
        } catch {
            #expect(error.reason == .corrupt)
            found = nil
        }
        await table.close()
        return .some(found)
    }
}
