import Glibc

/// Files that are small enough to be read whole.
package enum FileContents {
    /// The bytes of the file at `path`, from its beginning, but not more than `most`.
    ///
    /// - Returns: nil when it can't be read; ``lastSystemError()`` says why.
    package static func read(_ path: String, most: Int = .max) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        let bytes = read(file, most: most)
        let reason = errno
        close(file)
        errno = reason
        return bytes
    }

    private static func read(_ file: CInt, most: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: min(most, 65_536))
        while bytes.count < most {
            let count = Glibc.read(file, &part, min(part.count, most - bytes.count))
            guard count >= 0 else { return nil }
            if count == 0 { break }
            bytes += part[..<count]
        }
        return bytes
    }
}

/// The operating system's words for the error that just happened.
package func lastSystemError() -> String {
    String(cString: strerror(errno))
}
