import Glibc

/// The file beside the database that says who uses it.
///
/// `flock` belongs to the open file, so it also keeps out a second opener in this process, and the
/// system lets go of it however the process ends. The file itself stays: removing it would let
/// two processes each lock a file of that name.
struct LockFile: Sendable {
    private let descriptor: Int32

    /// Takes the lock.
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

/// The operating system's words for the error that just happened.
func lastSystemError() -> String {
    String(cString: strerror(errno))
}
