import Glibc

/// The wall clock.
enum SystemTime {
    /// Seconds since the epoch.
    static func seconds() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec)
    }
}

/// A moment as AWS writes it, UTC; the calendar is the C library's.
enum AWSTime {
    /// `20260102T030405Z`.
    static func basic(_ seconds: Int64) -> String {
        var moment = time_t(seconds)
        var date = tm()
        gmtime_r(&moment, &date)
        return pad(date.tm_year + 1900, 4) + pad(date.tm_mon + 1, 2) + pad(date.tm_mday, 2) + "T"
            + pad(date.tm_hour, 2) + pad(date.tm_min, 2) + pad(date.tm_sec, 2) + "Z"
    }

    /// Reads `2026-01-02T03:04:05Z`, with or without a fraction; nil for anything else.
    static func seconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z"),
            bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"),
            bytes[16] == UInt8(ascii: ":"),
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
            let day = number(bytes[8..<10]), let hour = number(bytes[11..<13]),
            let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
            (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        var date = tm()
        date.tm_year = year - 1900
        date.tm_mon = month - 1
        date.tm_mday = day
        date.tm_hour = hour
        date.tm_min = minute
        date.tm_sec = second
        return Int64(timegm(&date))
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int32? {
        Int32(String(decoding: digits, as: UTF8.self))
    }

    private static func pad(_ value: Int32, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}
