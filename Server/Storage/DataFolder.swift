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
    /// - Throws: ``StartError`` when nothing names a folder.
    package static func named(
        _ given: String?,
        environment: (String) -> String?
    ) throws(StartError) -> String {
        if let given, !given.isEmpty { return given }
        if let named = environment("EVENTLEDGER_DATA"), !named.isEmpty { return named }
        if let data = environment("XDG_DATA_HOME"), isAbsolute(data) {
            return data + "/eventledger"
        }
        guard let home = environment("HOME"), isAbsolute(home) else {
            // No default is relative to where the process was started, which would be another folder
            // each time.
            throw .storage(
                "HOME is no absolute path, so there is no default data folder; name one with --data "
                    + "or EVENTLEDGER_DATA"
            )
        }
        return home + "/.local/share/eventledger"
    }

    private static func isAbsolute(_ path: String) -> Bool {
        path.utf8.first == UInt8(ascii: "/")
    }

    /// Makes the folder and those above it, mode 0700, where they are missing.
    package static func make(_ path: String) throws(StartError) {
        var prefix = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            prefix += part + "/"
            guard mkdir(prefix, 0o700) == 0 || errno == EEXIST || errno == EISDIR else {
                throw .folder(path, reason: String(cString: strerror(errno)))
            }
        }
        var status = stat()
        guard stat(path.isEmpty ? "." : path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR
        else { throw .folder(path, reason: "it is no folder") }
    }
}
