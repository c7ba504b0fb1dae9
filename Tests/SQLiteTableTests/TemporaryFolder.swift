import Glibc
import LedgerCore
import LedgerTesting
import SQLiteTable
import Testing

/// A folder that is gone when the test is over.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/eventledger-test-XXXXXX".utf8CString)
        path = try #require(mkdtemp(&template).map { String(cString: $0) })
    }

    deinit {
        for name in Self.names(in: path) { unlink(path + "/" + name) }
        rmdir(path)
    }

    /// The path of a table's file in the folder.
    var file: String { path + "/ledger.sqlite" }

    var names: [String] { Self.names(in: path) }

    private static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

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
