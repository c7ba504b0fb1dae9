import Glibc

/// The signals by which a command is told to stop.
enum StopSignals {
    /// Their numbers, but for those that `nohup` or the like made the process ignore: they stay so.
    static var heeded: [Int32] { [SIGTERM, SIGINT, SIGHUP].filter(isHeeded) }

    private static func isHeeded(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return true }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            != unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
