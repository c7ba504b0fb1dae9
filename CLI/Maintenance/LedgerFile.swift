import LedgerServer
import SQLiteTable
import Glibc

/// The files that commands read beside the ledger's API.
enum LedgerFile {
    /// The ledger's file in a data folder, or `place` itself when it is a file.
    static func path(_ place: String?) throws(DataFolderError) -> String {
        let place = try folder(place)
        var status = stat()
        let isFile = stat(place, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        return isFile ? place : place + "/" + DataFolder.fileName
    }

    /// The data folder, as `serve` takes it.
    static func folder(_ place: String?) throws(DataFolderError) -> String {
        try DataFolder.named(place, environment: Environment.value)
    }

    /// All bytes of the file at `path`.
    static func read(_ path: String) throws(FileError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw FileError(path) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(file, &part, part.count)
            guard count >= 0 else { throw FileError(path) }
            if count == 0 { return bytes }
            bytes += part[..<count]
        }
    }
}

/// The failure to read a file: its path and the system's words.
struct FileError: Error, CustomStringConvertible {
    let description: String

    init(_ path: String) {
        description = "\(path): \(String(cString: strerror(errno)))"
    }
}
