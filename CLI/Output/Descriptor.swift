import Glibc

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

    private static func waitForRoom(_ descriptor: Int32) {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&entry, 1, -1)
    }

    /// Whether it is a file, whose content can be flushed to a disk.
    static func isFile(_ descriptor: Int32) -> Bool { kind(descriptor) == S_IFREG }

    /// Whether somebody reads on its other side, who may leave.
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
