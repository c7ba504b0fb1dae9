#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Output, unbuffered: what was printed was printed, also when the process is killed.
enum Terminal {
    static func print(_ line: String) {
        write(line + "\n", to: STDOUT_FILENO)
    }

    static func error(_ line: String) {
        write("eventledger: " + line + "\n", to: STDERR_FILENO)
    }

    static func write(_ text: String, to descriptor: Int32) {
        _ = write(bytes: Array(text.utf8), to: descriptor)
    }

    /// False when not all of it could be written.
    static func write(bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
