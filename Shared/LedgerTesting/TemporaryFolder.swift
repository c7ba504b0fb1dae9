import Glibc

/// A folder that is gone, with all in it, when nobody uses it any more.
package final class TemporaryFolder: Sendable {
    package let path: String

    /// An empty folder.
    ///
    /// - Parameter prefersMemory: true for a folder in memory, which is faster. A power loss takes it;
    ///   tests that decide by themselves what is durable do not mind.
    /// - Throws: When there is no room, or no right.
    package init(prefersMemory: Bool = false) throws {
        let memory = "/dev/shm"
        let usual = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        let base = prefersMemory && access(memory, W_OK) == 0 ? memory : usual
        var template = Array("\(base)/eventledger-test-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else {
            throw TestFailure("no folder in \(base): \(String(cString: strerror(errno)))")
        }
        path = String(cString: made)
    }

    deinit {
        Self.remove(path)
    }

    /// The path of a ledger's file in the folder.
    package var file: String { self["ledger.sqlite"] }

    /// The path of something in the folder.
    package subscript(_ name: String) -> String { path + "/" + name }

    /// The names of what is in it, sorted.
    package var names: [String] { Self.names(in: path).sorted() }

    private static func remove(_ path: String) {
        // A file, or a folder that is empty, is gone at once.
        guard Glibc.remove(path) != 0, errno == ENOTEMPTY || errno == EEXIST else { return }
        for name in names(in: path) { remove(path + "/" + name) }
        rmdir(path)
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
        return names
    }
}
