import LedgerServer
import Platform
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
        guard let bytes = FileContents.read(path) else {
            throw .unavailable("\(path): \(lastSystemError())")
        }
        return bytes
    }
}
