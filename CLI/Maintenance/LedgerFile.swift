import LedgerServer
import SQLiteTable
import Glibc

/// The files that commands read beside the ledger's API.
enum LedgerFile {
    /// The ledger's file in a data folder, or `place` itself when it is a file.
    static func path(_ place: String?) throws(StartError) -> String {
        let place = try folder(place)
        var status = stat()
        let isFile = stat(place, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        return isFile ? place : place + "/" + DataFolder.fileName
    }

    /// The data folder, as `serve` takes it.
    static func folder(_ place: String?) throws(StartError) -> String {
        try DataFolder.named(place, environment: Environment.value)
    }

    /// All bytes of the file at `path`; throws ``Failure/unavailable(_:)`` with the path.
    static func read(_ path: String) throws(Failure) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw .unreadable(path) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(file, &part, part.count)
            guard count >= 0 else { throw .unreadable(path) }
            if count == 0 { return bytes }
            bytes += part[..<count]
        }
    }
}

extension Failure {
    /// The system's words for the last failed call on a file, after the file's path.
    fileprivate static func unreadable(_ path: String) -> Failure {
        .unavailable("\(path): \(String(cString: strerror(errno)))")
    }
}
