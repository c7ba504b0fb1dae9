import LedgerCore
import LedgerService
import LedgerTesting
import SQLiteTable
import Testing

/// Bits that flip anywhere in a database's file: in SQLite's own structures as well as in rows.
@Suite("Damaged files")
struct DamagedFileTests {
    @Test("No bit of the file makes a row come back changed, or ends the process")
    func anyBit() async throws {
        let original = try TemporaryFolder(prefersMemory: true)
        let rows = try await Self.fill(original.file)
        let whole = try #require(try original.read())
        var random = SeededGenerator(seed: RandomSeed.base)
        var noticed = 0
        let trials = Effort.isLong ? 20_000 : 400
        for _ in 0..<trials {
            let bit = Int.random(in: 0..<whole.count * 8, using: &random)
            var bytes = whole
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            let found = try await Self.rows(in: bytes, rows)
            if found == nil { noticed += 1 }
            let isTrue = found?.isSubset(of: rows) ?? true
            #expect(isTrue, "bit \(bit); \(RandomSeed.replay("DamagedFileTests"))")
        }
        // Most of the file are rows.
        #expect(noticed > trials / 2)
    }

    private static let stream = Incarnation(high: 1, low: 2)

    private static func fill(_ path: String) async throws -> Set<Item> {
        let table = try SQLiteTable.open(path: path, clock: ManualClock().instant)
        for offset in 0..<Int64(40) {
            let partition = try #require(Partition(0))
            let key = TableKey.chunk(stream, partition, try #require(Offset(offset)))
            var item = Item(key)
            item[.batch] = .bytes([UInt8](repeating: 7, count: Int(offset % 7) * 700))
            _ = try await table.write(.put(item))
        }
        let rows = try await table.rows(of: [.log(stream, try #require(Partition(0)))])
        await table.close()
        return rows
    }

    /// What can be read; nil after an error.
    private static func rows(in bytes: [UInt8], _ rows: Set<Item>) async throws -> Set<Item>? {
        let folder = try TemporaryFolder(prefersMemory: true)
        try folder.write([folder.file: bytes])
        let table: SQLiteTable
        do throws(SQLiteOpenError) {
            table = try SQLiteTable.open(path: folder.file, clock: ManualClock().instant)
        } catch {
            return nil
        }
        var found: Set<Item>?
        do throws(TableError) {
            found = try await table.rows(of: Set(rows.map(\.key.group)))
        } catch {
            #expect(error.effect == .definite)
        }
        await table.close()
        return found
    }
}
