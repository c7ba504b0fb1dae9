import Glibc
import Testing

/// A folder that is gone when the test is over, in memory where the system has such a place.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        // What is durable these tests decide by themselves: in memory it goes faster.
        let memory = "/dev/shm"
        let base = access(memory, W_OK) == 0 ? memory : "/tmp"
        var template = Array("\(base)/eventledger-test-XXXXXX".utf8CString)
        path = try #require(mkdtemp(&template).map { String(cString: $0) })
    }

    deinit {
        for name in Self.names(in: path) { unlink(path + "/" + name) }
        rmdir(path)
    }

    /// The path of a table's file in the folder.
    var file: String { path + "/ledger.sqlite" }

    /// Makes or replaces the table's files; a name is the file's with what follows it.
    func write(_ files: [String: [UInt8]]) throws {
        for (name, bytes) in files {
            let file = try #require(fopen(name, "w"), "\(name)")
            defer { fclose(file) }
            #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
        }
    }

    /// The bytes of one of the table's files; nil when it is not there.
    func read(_ suffix: String = "") throws -> [UInt8]? {
        guard let file = fopen(self.file + suffix, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            guard count > 0 else { return bytes }
            bytes += buffer.prefix(count)
        }
    }

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
}
