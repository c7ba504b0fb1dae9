import Glibc
import NIOCore

/// The processor cores.
enum Processors {
    /// Cores this process may run on: fewer than the machine has under `taskset` or in a container.
    static var available: Int {
        guard let allowed = allowedByAffinity() else { return System.coreCount }
        return max(1, min(allowed, System.coreCount))
    }

    /// The number of bits in `Cpus_allowed:	0000000f` of `/proc/self/status`; the call behind it,
    /// `sched_getaffinity`, is not in Glibc's module.
    private static func allowedByAffinity() -> Int? {
        let file = open("/proc/self/status", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = read(file, &bytes, bytes.count)
        guard count > 0 else { return nil }
        return parse(String(decoding: bytes[..<count], as: UTF8.self))
    }

    /// Reads the mask out of the status file's text.
    static func parse(_ status: String) -> Int? {
        let prefix = "Cpus_allowed:"
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(prefix) }) else {
            return nil
        }
        let digits = line.dropFirst(prefix.count).compactMap(\.hexDigitValue)
        return digits.reduce(0) { $0 + $1.nonzeroBitCount }
    }
}
