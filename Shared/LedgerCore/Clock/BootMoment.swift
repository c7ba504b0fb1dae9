/// A moment on the clock of one boot of a machine, as the operating system itself tells it: what
/// two processes on one machine can compare.
package struct BootMoment: Hashable, Sendable {
    /// The random id of the boot.
    package let boot: String
    /// Milliseconds since then, the time in which the machine was suspended included.
    package let uptime: Int64

    /// A moment.
    package init(boot: String, uptime: Int64) {
        self.boot = boot
        self.uptime = uptime
    }

    /// Milliseconds from here to `later`; nil when they are of two boots, or in the wrong order.
    func elapsed(to later: BootMoment?) -> Int64? {
        guard let later, later.boot == boot, later.uptime >= uptime else { return nil }
        return later.uptime - uptime
    }
}
