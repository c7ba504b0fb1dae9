import Glibc

/// Files that are small enough to be read whole.
package enum FileContents {
    /// The bytes of the file at `path`, from its beginning, but not more than `most`.
    package static func read(_ path: String, most: Int = .max) throws(SystemError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw SystemError(code: errno) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: min(most, 65_536))
        while bytes.count < most {
            let count = Glibc.read(file, &part, min(part.count, most - bytes.count))
            guard count >= 0 else { throw SystemError(code: errno) }
            if count == 0 { break }
            bytes += part[..<count]
        }
        return bytes
    }
}

/// The failure of a call to the system.
package struct SystemError: Error, Hashable, CustomStringConvertible {
    /// The error's number, as `errno` had it.
    package let code: Int32

    /// The system's words for it.
    package var description: String { String(cString: strerror(code)) }
}
