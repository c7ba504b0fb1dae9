import Glibc

/// An exclusive lock on a sidecar file, held until released or until the process ends, however
/// it ends.
struct FileLock: Sendable {
    private let descriptor: Int32

    /// - Parameter path: Created with mode 0600 when it does not exist.
    init(_ path: String, for database: String) throws(SQLiteOpenError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .inaccessible(path: path, message: String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw .inUse(path: database)
        }
    }

    func release() {
        close(descriptor)
    }
}
