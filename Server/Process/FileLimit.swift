import Glibc

/// How many files and sockets this process may have open.
enum FileLimit {
    /// No server of this kind needs more, and some programs misbehave with millions.
    private static let enough: rlim_t = 65_536

    /// What a server has open besides connections and the event loops' own: the table's files,
    /// logs, pipes, and a little for what libraries open for a moment.
    private static let others = 64
    /// An event loop waits on three.
    private static let filesOfLoop = 3
    /// Connections without which a server is of no use.
    private static let fewestConnections = 32

    /// What is not there for connections of clients.
    ///
    /// `table`: Connections to a table elsewhere.
    static func reserved(loops: Int, table: Int) -> Int { others + loops * filesOfLoop + table }

    /// Throws when `limit` is too low for a server: it would stop somewhere at its start, or accept
    /// nobody.
    static func require(reserved: Int, limit: Int) throws(ConfigurationError) {
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
