import Platform
import Glibc

/// The place of a file behind all links.
///
/// SQLite keeps a file's log beside the file itself, whatever links lead there, so everything else
/// that belongs to it must be there too: above all the lock.
enum RealPath {
    /// The path without symbolic links on the way; the file need not exist, its folder must.
    static func of(_ path: String) throws(SQLiteOpenError) -> String {
        var path = path
        // Linux follows as many links.
        for _ in 0..<40 {
            if let found = resolved(path) { return found }
            guard errno == ENOENT else { break }
            guard let target = target(of: path) else { return try beside(path) }
            path = target
        }
        throw .cannotOpen(path: path, reason: lastSystemError())
    }

    /// A file that is not there yet, in a folder that is.
    private static func beside(_ path: String) throws(SQLiteOpenError) -> String {
        let (folder, name) = split(path)
        guard let real = resolved(folder) else {
            throw .cannotOpen(path: path, reason: lastSystemError())
        }
        return real == "/" ? real + name : real + "/" + name
    }

    /// The target of a symbolic link as a path from our working folder; nil when `path` is no link.
    private static func target(of path: String) -> String? {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &bytes, bytes.count)
        guard count > 0 else { return nil }
        let text = String(decoding: bytes[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
        return text.utf8.first == UInt8(ascii: "/") ? text : split(path).folder + "/" + text
    }

    private static func split(_ path: String) -> (folder: String, name: String) {
        let bytes = Array(path.utf8)
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
        let folder = slash == 0 ? "/" : String(decoding: bytes[..<slash], as: UTF8.self)
        return (folder, String(decoding: bytes[(slash + 1)...], as: UTF8.self))
    }

    private static func resolved(_ path: String) -> String? {
        guard let found = realpath(path, nil) else { return nil }
        defer { free(found) }
        return String(cString: found)
    }
}
