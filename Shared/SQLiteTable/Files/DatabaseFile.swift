import Platform
import Glibc

/// The database's file before SQLite sees it.
enum DatabaseFile {
    private static let magic = Array("SQLite format 3\0".utf8)

    /// Makes sure that the file is there and may be a database.
    ///
    /// A new one is readable by its owner only; SQLite gives the log and its index the same mode.
    static func prepare(path: String) throws(SQLiteOpenError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: lastSystemError()) }
        defer { close(descriptor) }
        try requireOneName(descriptor, path: path)
        var header = [UInt8](repeating: 0, count: magic.count)
        let count = read(descriptor, &header, header.count)
        guard count >= 0 else { throw .cannotOpen(path: path, reason: lastSystemError()) }
        guard count > 0 else { return try prepareNew(path: path) }
        // A new file whose making was cut short by a power loss begins with anything; its journal
        // tells SQLite to begin anew.
        guard header == magic || size(path: path + "-journal") > 0 else {
            throw .notOurs(path: path, reason: "it does not begin like a SQLite database")
        }
    }

    /// The log and the lock stand beside one name; by another somebody would miss both.
    private static func requireOneName(
        _ descriptor: Int32,
        path: String
    ) throws(SQLiteOpenError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .cannotOpen(path: path, reason: lastSystemError())
        }
        guard status.st_nlink <= 1 else { throw .linked(path: path, names: Int(status.st_nlink)) }
    }

    /// SQLite would remove a log that it finds beside an empty file, and with it whatever a file
    /// that is lost or was emptied had not been given yet.
    private static func prepareNew(path: String) throws(SQLiteOpenError) {
        guard size(path: path + "-wal") == 0 else {
            throw .corrupt(path: path, reason: "it is empty, but \(path)-wal continues it")
        }
        syncFolder(of: path)
    }

    /// Makes an empty file where there must be none, readable by its owner only.
    static func create(path: String) throws(SQLiteOpenError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: lastSystemError()) }
        close(descriptor)
    }

    /// Makes a whole file durable, and its name.
    static func sync(path: String) throws(SQLiteOpenError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: lastSystemError()) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw .cannotOpen(path: path, reason: lastSystemError())
        }
        syncFolder(of: path)
    }

    /// Makes a new file's name durable.
    ///
    /// A file system that cannot do so loses nothing that was acknowledged: SQLite syncs the folder
    /// again with the first commit.
    private static func syncFolder(of path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// The size of a file, bytes; 0 when it is not there.
    static func size(path: String) -> Int {
        var information = stat()
        return stat(path, &information) == 0 ? Int(information.st_size) : 0
    }
}

/// The file beside the database that says who uses it.
///
/// `flock` belongs to the open file, so it also keeps out a second opener in this process, and the
/// system lets go of it however the process ends. The file itself stays: removing it would let
/// two processes each lock a file of that name.
struct LockFile: Sendable {
    private let descriptor: Int32

    /// Takes the lock; at once, or throws ``SQLiteOpenError/inUse(path:)`` when another has it.
    init(path: String) throws(SQLiteOpenError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: lastSystemError()) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let error = errno
            let reason = lastSystemError()
            close(descriptor)
            throw error == EWOULDBLOCK
                ? .inUse(path: path) : .cannotOpen(path: path, reason: reason)
        }
    }

    /// Lets go of the lock; once only.
    func release() {
        close(descriptor)
    }
}
