import CAllocator
import NIOCore
import Platform
import Glibc

/// The processor cores that this process may use.
enum Processors {
    /// The number of cores: fewer than the machine has under `taskset` or in a container.
    static var available: Int {
        guard let allowed = allowedByAffinity() else { return System.coreCount }
        return max(1, min(allowed, System.coreCount))
    }

    /// The number of bits in `Cpus_allowed:	0000000f` of `/proc/self/status`; the call behind it,
    /// `sched_getaffinity`, is not in Glibc's module.
    private static func allowedByAffinity() -> Int? {
        guard let bytes = FileContents.read("/proc/self/status", most: 8192) else {
            return nil
        }
        return parse(String(decoding: bytes, as: UTF8.self))
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

/// The limit on open files and sockets of this process.
enum FileLimit {
    /// No server of this kind needs more, and some programs misbehave with millions.
    private static let enough: rlim_t = 65_536

    /// Files besides connections and the event loops' own: the table's, logs, pipes, and a few that
    /// libraries open for a moment.
    private static let others = 64
    /// An event loop's own: epoll, an event and a timer.
    private static let filesOfLoop = 3
    /// The fewest connections that make a server worth starting.
    private static let fewestConnections = 32

    /// The number of files that are not there for connections of clients.
    ///
    /// - Parameters:
    ///   - loops: the event loops.
    ///   - table: connections to a table elsewhere.
    /// - Returns: files, each socket being one.
    static func reserved(loops: Int, table: Int) -> Int { others + loops * filesOfLoop + table }

    /// Throws when `limit` is too low for a server, which would fail during its start or accept
    /// nobody.
    static func require(reserved: Int, limit: Int) throws(StartError) {
        let needed = reserved + fewestConnections
        guard limit >= needed else { throw .tooFewFiles(limit: limit, needed: needed) }
    }

    /// Raises the soft limit, often 1,024, as far as the hard one allows; returns what holds then.
    static func raise() -> Int {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return 1024 }
        let target = min(limit.rlim_max, enough)
        if limit.rlim_cur < target {
            var raised = rlimit(rlim_cur: target, rlim_max: limit.rlim_max)
            if setrlimit(resource, &raised) == 0 { limit = raised }
        }
        return Int(min(limit.rlim_cur, enough))
    }
}

/// The settings of the C library's allocator.
enum Allocator {
    /// Keeps freed blocks of a request's or an answer's size instead of returning them to the
    /// system with every call.
    ///
    /// A page of a thousand events takes a few hundred kilobytes; mapping them anew each time costs
    /// a quarter of a page's whole time in page faults.
    static func keepLargeBlocks() {
        el_allocator_keep(32 << 20, 64 << 20)
    }
}
