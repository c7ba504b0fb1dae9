import NIOCore
import Glibc

/// The `Date` line of answers, made once a second: making it costs more than the rest of a head.
struct DateLine {
    /// The whole line with its end.
    private(set) var bytes: [UInt8] = []
    private var end: NIODeadline = .uptimeNanoseconds(0)

    /// Makes the line anew when the wall clock's second has passed.
    mutating func refresh(now: NIODeadline, wall: @autoclosure () -> timespec = Self.wall()) {
        guard now >= end else { return }
        let time = wall()
        bytes = Self.line(secondsSinceEpoch: time.tv_sec)
        end = now + .nanoseconds(1_000_000_000 - Int64(time.tv_nsec))
    }

    private static func wall() -> timespec {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return time
    }

    /// `date: Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, 5.6.7).
    static func line(secondsSinceEpoch: Int) -> [UInt8] {
        var time = time_t(secondsSinceEpoch)
        var parts = tm()
        gmtime_r(&time, &parts)
        let (day, month) = (days[Int(parts.tm_wday)], months[Int(parts.tm_mon)])
        let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map(twoDigits)
        let date = "\(day), \(twoDigits(parts.tm_mday)) \(month) \(parts.tm_year + 1900)"
        return Array("date: \(date) \(clock.joined(separator: ":")) GMT\r\n".utf8)
    }

    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func twoDigits(_ value: Int32) -> String {
        value < 10 ? "0\(value)" : "\(value)"
    }
}
