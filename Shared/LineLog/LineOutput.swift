import Glibc

/// Lines to a file descriptor.
package enum LineOutput {
    /// Writes a line to standard output.
    package static func writeToStandardOutput(_ line: [UInt8]) {
        write(line, to: STDOUT_FILENO)
    }

    /// One `write(2)` for a line, so that lines of several threads do not mix; a signal or a full
    /// pipe may still cut one in two.
    static func write(_ line: [UInt8], to file: Int32) {
        line.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let part = UnsafeRawBufferPointer(rebasing: rest)
                let count = systemWrite(file, part.baseAddress, part.count)
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if errno != EINTR {
                    return
                }
            }
        }
    }
}

/// `write(2)`, whose name is taken inside the type.
private func systemWrite(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(file, bytes, count)
}
