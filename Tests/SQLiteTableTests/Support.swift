import Glibc
import LedgerCore
import LedgerTesting
import SQLiteTable
import Testing

extension TemporaryFolder {
    /// Size of a file, bytes; nil when it is not there.
    func size(_ suffix: String) -> Int? {
        var information = stat()
        return stat(file + suffix, &information) == 0 ? Int(information.st_size) : nil
    }

    /// Permission bits of a file in the folder.
    func mode(_ name: String) -> mode_t {
        var information = stat()
        return stat(path + "/" + name, &information) == 0 ? information.st_mode & 0o777 : 0
    }
}

/// A table in a folder of its own.
func withTable(
    _ options: SQLiteOptions = SQLiteOptions(),
    _ body: (SQLiteTable, TemporaryFolder) async throws -> Void
) async throws {
    let folder = try TemporaryFolder()
    let table = try SQLiteTable.open(path: folder.file, options: options)
    do {
        try await body(table, folder)
    } catch {
        await table.close()
        throw error
    }
    await table.close()
}

/// Rows of one made-up stream.
enum Sample {
    static let stream = Incarnation(high: 1, low: 2)

    static func chunk(_ offset: Int64, partition: Int = 0) throws -> TableKey {
        .chunk(stream, try #require(Partition(partition)), try #require(Offset(offset)))
    }

    static func item(_ key: TableKey, bytes: Int = 10) -> Item {
        var item = Item(key)
        item[.batch] = .bytes([UInt8](repeating: 7, count: bytes))
        return item
    }
}
