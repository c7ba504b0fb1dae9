import CSQLite
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
    body: (SQLiteTable, TemporaryFolder) async throws -> Void
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
    static let stream = StreamIncarnation(high: 1, low: 2)
    static let token = TransactionToken(high: 1, low: 2)

    static func chunk(_ offset: Int64, partition: Int = 0) throws -> TableKey {
        .chunk(stream, try #require(Partition(partition)), try #require(Offset(offset)))
    }

    static func item(_ key: TableKey, bytes: Int = 10) -> Item {
        var item = Item(key)
        item[.batch] = .bytes([UInt8](repeating: 7, count: bytes))
        return item
    }
}

/// The bytes of a file.
func readFile(_ path: String) throws -> [UInt8] {
    let file = try #require(fopen(path, "r"), "\(path)")
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
        let count = fread(&buffer, 1, buffer.count, file)
        guard count > 0 else { return bytes }
        bytes += buffer.prefix(count)
    }
}

/// Makes or replaces a file.
func writeFile(_ path: String, holding bytes: [UInt8]) throws {
    let file = try #require(fopen(path, "w"), "\(path)")
    defer { fclose(file) }
    #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
}

/// A connection of somebody else's.
struct Foreign {
    private let handle: OpaquePointer

    init(_ path: String) throws {
        var handle: OpaquePointer?
        #expect(sqlite3_open(path, &handle) == SQLITE_OK)
        self.handle = try #require(handle)
    }

    func execute(_ sql: String) throws {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        try #require(code == SQLITE_OK, "\(String(cString: sqlite3_errmsg(handle)))")
    }

    func close() {
        sqlite3_close_v2(handle)
    }
}

/// Runs SQL on a file that no table has open.
func execute(_ sql: String, on path: String) throws {
    let foreign = try Foreign(path)
    defer { foreign.close() }
    try foreign.execute(sql)
}

/// Starts `flock` of util-linux, which no Debian lacks.
private func spawnFlock(
    _ arguments: [String],
    input: Int32? = nil,
    output: Int32? = nil
) throws
    -> pid_t
{
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input { posix_spawn_file_actions_adddup2(&actions, input, 0) }
    if let output { posix_spawn_file_actions_adddup2(&actions, output, 1) }
    var words: [UnsafeMutablePointer<CChar>?] = (["flock"] + arguments).map { strdup($0) }
    defer { for word in words { free(word) } }
    words.append(nil)
    var child = pid_t()
    try #require(posix_spawn(&child, "/usr/bin/flock", &actions, nil, words, environ) == 0)
    return child
}

/// Lets another process try to take the lock: 0 when it can, 1 when somebody has it.
func runFlock(on path: String) throws -> Int32 {
    let child = try spawnFlock(["--nonblock", path, "true"])
    var status: Int32 = 0
    waitpid(child, &status, 0)
    return status >> 8 & 0xff
}

/// Another process that holds a lock: `cat` under `flock`, which says so and waits for us.
final class LockHolder {
    private let child: pid_t
    private let input: Int32

    init(path: String) throws {
        let (toChild, fromChild) = (try Self.pipe(), try Self.pipe())
        child = try spawnFlock([path, "cat"], input: toChild.read, output: fromChild.write)
        close(toChild.read)
        close(fromChild.write)
        input = toChild.write
        // cat echoes the byte once it runs, and so the lock is taken.
        var byte: UInt8 = 1
        try #require(write(input, &byte, 1) == 1)
        try #require(read(fromChild.read, &byte, 1) == 1)
        close(fromChild.read)
    }

    /// Ends the process, and with it the lock.
    func end() {
        close(input)
        var status: Int32 = 0
        waitpid(child, &status, 0)
    }

    /// Both ends close on exec, lest the child keep its own input open.
    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        try #require(Glibc.pipe(&ends) == 0)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }
}
