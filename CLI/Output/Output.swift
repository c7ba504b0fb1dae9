import Dispatch
import Synchronization
import Glibc

/// Standard output: every write is checked.
///
/// One that fails ends the command, so nothing is committed that was not printed. Unbuffered: what
/// was printed was printed, also when the process is killed.
enum Output {
    /// True once all was printed, so that a reader may leave.
    private static let isFinished = Atomic(false)

    /// Prints a text and the end of a line.
    static func line(_ text: String) throws(Failure) { try line(Array(text.utf8)) }

    /// Prints a line of bytes as they are.
    static func line(_ bytes: [UInt8]) throws(Failure) { try write(bytes + [UInt8(ascii: "\n")]) }

    /// Prints text that has its ends of lines.
    static func text(_ text: String) throws(Failure) { try write(Array(text.utf8)) }

    /// Prints bytes as they are.
    static func write(_ bytes: [UInt8]) throws(Failure) {
        try check(Descriptor.write(bytes, to: STDOUT_FILENO))
    }

    /// Waits until what was printed is safe: a file's content is on its disk.
    ///
    /// For what can't be had again, and before something is given up for it.
    static func keep() throws(Failure) {
        guard Descriptor.isFile(STDOUT_FILENO), fsync(STDOUT_FILENO) != 0 else { return }
        // Some file systems have nothing to flush.
        guard errno != EINVAL, errno != ENOTSUP else { return }
        try check(errno)
    }

    /// Closes it, which is when some file systems say that there was no room.
    static func finish() throws(Failure) {
        isFinished.store(true, ordering: .sequentiallyConsistent)
        guard close(STDOUT_FILENO) != 0, errno != EINTR else { return }
        try check(errno)
    }

    private static func check(_ code: Int32) throws(Failure) {
        guard code != 0 else { return }
        throw Failure(.output(code))
    }

    /// Ends the process as soon as nobody reads the output any more, also while there is nothing to
    /// print.
    static func endWithReader() {
        guard Descriptor.hasReader(STDOUT_FILENO) else { return }
        DispatchQueue(label: "reader").async {
            var entry = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
            while poll(&entry, 1, -1) < 0, errno == EINTR {}
            // At the end everybody may leave.
            guard !isFinished.load(ordering: .sequentiallyConsistent) else { return }
            endQuietly()
        }
    }

    /// Ends the process by SIGPIPE, as it ends everything that writes where nobody reads.
    static func endQuietly() -> Never {
        signal(SIGPIPE, SIG_DFL)
        raise(SIGPIPE)
        // Blocked: the status by which shells tell it.
        _exit(128 + SIGPIPE)
    }
}

/// Standard error.
///
/// What can't be written there is lost: there is nowhere else to say it.
enum Messages {
    /// Writes a line for a person.
    static func line(_ text: String) {
        write("eventledger: " + text + "\n")
    }

    /// Writes text as it is.
    static func write(_ text: String) { write(Array(text.utf8)) }

    /// Writes bytes as they are.
    static func write(_ bytes: [UInt8]) {
        _ = Descriptor.write(bytes, to: STDERR_FILENO)
    }

    /// Writes how far something is over what was written last.
    static func progress(_ text: String) {
        write("\r" + text)
    }
}

/// Writing to what a process was started with.
enum Descriptor {
    /// Writes all of it; returns 0, or the number of the error that kept it from that.
    ///
    /// A pipe that takes nothing at the moment is waited for, also when it doesn't block by itself:
    /// whoever started the process may have opened it so.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
                continue
            }
            let code = count == 0 ? EIO : errno
            switch code {
            case EINTR: continue
            case EAGAIN: waitForRoom(descriptor)
            default: return code
            }
        }
        return 0
    }

    /// Writes as many bytes as there is room for; returns their number, or -1 and says why in `errno`.
    static func writeSome(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Int {
        bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }

    private static func waitForRoom(_ descriptor: Int32) {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&entry, 1, -1)
    }

    /// True for a file, whose content can be flushed to a disk.
    static func isFile(_ descriptor: Int32) -> Bool { kind(descriptor) == S_IFREG }

    /// True for a pipe or socket, whose reader may leave.
    static func hasReader(_ descriptor: Int32) -> Bool {
        [S_IFIFO, S_IFSOCK].contains(kind(descriptor))
    }

    private static func kind(_ descriptor: Int32) -> mode_t {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? status.st_mode & S_IFMT : 0
    }

    /// Occupies the standard descriptors that are closed, so that what is opened next, a connection
    /// or a ledger's file, is not taken for the output.
    ///
    /// Reading or writing there fails as it would if they were closed.
    static func occupyStandard() {
        for (descriptor, mode) in [
            (STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY),
        ] where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest number that is free: this one.
            _ = open("/dev/null", mode)
        }
    }
}
