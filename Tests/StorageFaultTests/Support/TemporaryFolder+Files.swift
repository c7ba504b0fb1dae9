import Glibc
import LedgerTesting
import Testing

extension TemporaryFolder {
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
}
