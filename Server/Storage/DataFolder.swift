import Glibc

/// The folder that a ledger keeps its file in.
package enum DataFolder {
    /// The file's name in the folder.
    package static let fileName = "ledger.sqlite"

    /// The folder to use: the one given, else `EVENTLEDGER_DATA`, else one in the user's data folder.
    ///
    /// - Parameters:
    ///   - given: the folder that the user named; empty counts as nil.
    ///   - environment: looks a variable up; an empty value counts as none.
    /// - Returns: the folder's path, which need not exist yet.
    /// - Throws: ``DataFolderError`` when nothing names a folder.
    package static func named(
        _ given: String?,
        environment: (String) -> String?
    ) throws(DataFolderError) -> String {
        if let given, !given.isEmpty { return given }
        if let named = environment("EVENTLEDGER_DATA"), !named.isEmpty { return named }
        if let data = environment("XDG_DATA_HOME"), isAbsolute(data) {
            return data + "/eventledger"
        }
        guard let home = environment("HOME"), isAbsolute(home) else { throw .homeless }
        return home + "/.local/share/eventledger"
    }

    private static func isAbsolute(_ path: String) -> Bool {
        path.utf8.first == UInt8(ascii: "/")
    }

    /// Makes the folder and those above it, mode 0700, where they are missing.
    package static func make(_ path: String) throws(DataFolderError) {
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
package struct DataFolderError: Error, Equatable, CustomStringConvertible {
    /// The folder's path as it was named; empty when nothing names one.
    package let path: String
    /// The reason, mostly in the system's words.
    package let message: String

    /// Nothing names a folder.
    ///
    /// No default is relative to where the process was started, which would be another folder each
    /// time.
    static let homeless = DataFolderError(
        path: "",
        message:
            "HOME is no absolute path, so there is no default data folder; name one with --data "
            + "or EVENTLEDGER_DATA"
    )

    /// The problem in words, for a person.
    package var description: String {
        path.isEmpty ? message : "the data folder \(path) can't be used: \(message)"
    }
}
