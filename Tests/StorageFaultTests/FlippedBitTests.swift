import APISuite
import LedgerCore
import LedgerService
import LedgerTesting
import SQLiteTable
import Testing

@Suite("Flipped bits")
struct FlippedBitTests {
    @Test("A flipped bit of a stored chunk is noticed, reported with its place, and never served")
    func everyBit() async throws {
        let folder = try TemporaryFolder(prefersMemory: true)
        let table = try SQLiteTable.open(path: folder.file, clock: ManualClock().instant)
        let log = try await DamagedLog(table)
        let rows = try RawRows(folder.file)
        let whole = try rows.value(of: log.damaged)
        for bit in 0..<whole.count * 8 {
            var flipped = whole
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            try rows.replace(log.damaged, by: flipped)
            let complaint = await log.complaint(aboutAll: bit.isMultiple(of: 32))
            #expect(complaint == nil, "bit \(bit)")
        }
        try rows.replace(log.damaged, by: whole)
        #expect(await log.page(from: 0).offsets == [0, 1, 2])
        await table.close()
    }

    @Test("A flipped bit is also found on an engine that keeps rows as they are")
    func everyBitOfTheChunk() async throws {
        let table = MemoryTable()
        let log = try await DamagedLog(table)
        let whole = try #require(try await table.get(log.damaged))
        for name in [Attribute.batch, .count, .timestamp] {
            for bit in 0..<Self.bits(whole[name]) {
                var item = whole
                item[name] = Self.flipped(item[name], bit: bit)
                _ = try await table.write(.put(item))
                let complaint = await log.complaint(aboutAll: bit.isMultiple(of: 32))
                #expect(complaint == nil, "\(name.rawValue), bit \(bit)")
            }
        }
    }

    @Test(
        "A row whose attribute is missing or of another kind is reported with its place",
        arguments: Attribute.ofChunks
    )
    func missingAttribute(_ name: Attribute) async throws {
        let table = MemoryTable()
        let log = try await DamagedLog(table)
        for value in [nil, AttributeValue.string("?"), .bytes([1])] {
            var item = try #require(try await table.get(log.damaged))
            item[name] = value
            _ = try await table.write(.put(item))
            #expect(await log.complaint(aboutAll: true) == nil, "\(String(describing: value))")
        }
    }

    @Test("A damaged last chunk refuses publishing to its partition, with its place")
    func damagedTail() async throws {
        let folder = try TemporaryFolder(prefersMemory: true)
        let table = try SQLiteTable.open(path: folder.file, clock: ManualClock().instant)
        let log = try await DamagedLog(table)
        let rows = try RawRows(folder.file)
        let last = log.chunk(2)
        let whole = try rows.value(of: last)
        try rows.replace(last, by: whole.dropLast() + [whole[whole.count - 1] ^ 1])
        let node = TestLedger(onFaulty: table, seed: 2, clock: ManualClock())
        let body = JSONBody.event(key: log.key)
        let refused = await node.call("POST", at: "/streams/s/events", sending: body)
        #expect(refused.status == 500 && refused.error == "corrupt_chunk", "\(refused)")
        #expect(refused.details["offset"] as? Int == 2)
        #expect(await log.page(from: 0).offsets == [0, 1])
        let other = JSONBody.event(key: log.otherKey)
        #expect(await node.call("POST", at: "/streams/s/events", sending: other).status == 200)
        try rows.replace(last, by: whole)
        #expect(await node.call("POST", at: "/streams/s/events", sending: body).offsets == [3])
        await table.close()
    }

    private static func bits(_ value: AttributeValue?) -> Int {
        switch value {
        case .bytes(let bytes): bytes.count * 8
        case .number: 64
        case .string, nil: 0
        }
    }

    private static func flipped(_ value: AttributeValue?, bit: Int) -> AttributeValue? {
        switch value {
        case .bytes(var bytes):
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            return .bytes(bytes)
        case .number(let number): return .number(number ^ 1 << Int64(bit))
        case .string, nil: return value
        }
    }
}

extension Attribute {
    /// The attributes that a chunk must have.
    fileprivate static let ofChunks: [Attribute] = [.count, .timestamp, .append, .batch, .hash]
}

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
            let found = try await Self.rows(in: bytes, of: rows)
            if found == nil { noticed += 1 }
            let isTrue = found?.isSubset(of: rows) ?? true
            #expect(isTrue, "bit \(bit); \(RandomSeed.replay("DamagedFileTests"))")
        }
        // Most of the file are rows.
        #expect(noticed > trials / 2)
    }

    private static let stream = StreamIncarnation(high: 1, low: 2)

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

    /// The rows of the same groups that can be read from these bytes; nil after an error.
    private static func rows(in bytes: [UInt8], of rows: Set<Item>) async throws -> Set<Item>? {
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
