import Glibc
package import LedgerCore
import Platform

/// The machine's clocks, which decisions about stored rows read only here.
package enum MachineClock {
    /// The wall clock, which may be set back or run wrong.
    package static func now() -> Timestamp {
        Timestamp(milliseconds: milliseconds(CLOCK_REALTIME))
    }

    /// Whole milliseconds on a clock that never goes back and counts the time in which the machine
    /// was suspended.
    package static func uptime() -> Duration {
        .milliseconds(milliseconds(CLOCK_BOOTTIME))
    }

    /// Both clocks, read one after the other.
    package static func instant() -> Instant { Instant(now: now(), uptime: uptime()) }

    /// The boot's id and the time since; nil where the system does not tell.
    ///
    /// Both come from the kernel's own files, which a library that bends the clocks of a process, for
    /// tests or for licences, does not change.
    package static func bootMoment() -> BootMoment? {
        guard let boot = boot, let text = contents("/proc/uptime") else { return nil }
        // The file holds two numbers: the uptime in seconds with two decimals, and idle time.
        let parts = text.prefix { $0 != 0x20 }.split(separator: UInt8(ascii: "."))
        guard parts.count == 2, let seconds = number(parts[0]), parts[1].count == 2,
            let hundredths = number(parts[1])
        else { return nil }
        return BootMoment(boot: boot, uptime: .milliseconds(seconds * 1000 + hundredths * 10))
    }

    private static let boot: String? = contents("/proc/sys/kernel/random/boot_id").map {
        String(decoding: $0.prefix { $0 != 0x0a }, as: UTF8.self)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        Int64(String(decoding: digits, as: UTF8.self))
    }

    /// The first 64 bytes of a file; nil when it can't be read or is empty.
    private static func contents(_ path: String) -> ArraySlice<UInt8>? {
        guard let bytes = FileContents.read(path, most: 64), !bytes.isEmpty else { return nil }
        return bytes[...]
    }

    private static func milliseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
