#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Where a ledger keeps its file.
public enum DataFolder {
    /// The file's name in the folder.
    public static let fileName = "ledger.sqlite"

    /// The folder when none is named: under the user's data folder.
    ///
    /// `environment`: Looks a variable up.
    public static func standard(_ environment: (String) -> String?) -> String {
        if let data = environment("XDG_DATA_HOME"), data.hasPrefix("/") {
            return data + "/eventledger"
        }
        return (environment("HOME") ?? ".") + "/.local/share/eventledger"
    }

    /// Makes the folder and those above it, mode 0700, where they are missing.
    public static func make(_ path: String) throws(DataFolderError) {
        var prefix = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            prefix += part + "/"
            guard mkdir(prefix, 0o700) == 0 || errno == EEXIST || errno == EISDIR else {
                throw DataFolderError(path: path, message: String(cString: strerror(errno)))
            }
        }
        var status = stat()
        guard stat(path.isEmpty ? "." : path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR
        else { throw DataFolderError(path: path, message: "it is no folder") }
    }
}

/// The data folder can't be used.
public struct DataFolderError: Error, Equatable, CustomStringConvertible {
    /// The folder.
    public let path: String
    /// Why.
    public let message: String

    /// The problem in words, for a person.
    public var description: String { "the data folder \(path) can't be used: \(message)" }
}
