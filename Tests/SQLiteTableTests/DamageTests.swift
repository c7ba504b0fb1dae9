import LedgerCore
import LedgerTesting
import SQLiteTable
import Testing

@Suite struct DamageTests {
    /// Stored values that no version of ours writes: empty, cut, longer, of another version,
    /// with an unknown name, an unknown type, a name twice, a count too high, text not UTF-8.
    static let damaged = [
        "", "01", "0101", "0100ff", "0200", "0101000176", "01010001760100000000000000ff",
        "01010001ff0100000000000000", "01010301760100000000000000",
        "010200017601000000000000000001760100000000000000",
        "01020001760100000000000000", "0101010176" + "01000000" + "ff",
        "0101020176" + "ffffffff" + "00",
    ]

    @Test("A damaged row is reported with its key, and harms no other", arguments: damaged)
    func damagedRow(_ hex: String) async throws {
        let folder = try TemporaryFolder()
        let good = Sample.item(try Sample.chunk(0))
        let bad = try Sample.chunk(1)
        let first = try SQLiteTable.open(path: folder.file)
        _ = try await first.write(.put(good))
        _ = try await first.write(.put(Sample.item(bad)))
        await first.close()
        try execute(
            "UPDATE items SET v=x'\(hex)' WHERE sk=x'\(self.hex(bad.sortKey))'",
            on: folder.file
        )
        let table = try SQLiteTable.open(path: folder.file)
        await expectCorrupt { _ = try await table.get(bad) }
        // The rows before the damaged one are served first.
        let page = try await table.query(Query(bad.group, limit: 5))
        #expect(page.items == [good] && page.next == good.key.sortKey)
        await expectCorrupt {
            _ = try await table.query(Query(bad.group, after: page.next, limit: 5))
        }
        await expectCorrupt { _ = try await table.write(.delete(bad, if: .exists)) }
        await expectCorrupt { _ = try await table.write(.put(Sample.item(bad), if: .notExists)) }
        await expectCorrupt {
            _ = try await table.transact(
                [.delete(good.key), .check(bad, if: .exists)],
                token: Sample.token
            )
        }
        #expect(try await table.get(good.key) == good)
        #expect(try await table.write(.put(Sample.item(bad))) == .applied)
        #expect(try await table.get(bad) == Sample.item(bad))
        await table.close()
    }

    private func expectCorrupt(_ body: () async throws -> Void) async {
        do {
            try await body()
            Issue.record("the damage went unnoticed")
        } catch {
            let error = error as? TableError
            #expect(error?.reason == .corrupt)
            #expect(error?.effect == .definite)
            #expect(error?.row == (try? Sample.chunk(1)))
        }
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
