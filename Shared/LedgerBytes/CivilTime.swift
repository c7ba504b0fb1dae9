import LedgerCore

/// Moments as text: `2026-11-21T01:02:03.456Z`.
enum RFC3339 {
    /// UTC with milliseconds.
    ///
    /// Years outside 0–9999 do not occur.
    static func text(_ moment: Timestamp) -> String {
        let days = floorDivide(moment.milliseconds, by: 86_400_000)
        let rest = moment.milliseconds - days * 86_400_000
        let (year, month, day) = civil(days)
        var text: [UInt8] = []
        text.reserveCapacity(24)
        append(year, width: 4, to: &text)
        for (separator, value) in [("-", month), ("-", day), ("T", rest / 3_600_000)] {
            text += Array(separator.utf8)
            append(value, width: 2, to: &text)
        }
        for value in [rest / 60_000 % 60, rest / 1000 % 60] {
            text.append(UInt8(ascii: ":"))
            append(value, width: 2, to: &text)
        }
        text.append(UInt8(ascii: "."))
        append(rest % 1000, width: 3, to: &text)
        text.append(UInt8(ascii: "Z"))
        return String(decoding: text, as: UTF8.self)
    }

    /// The moment that a text names; nil when it is not RFC 3339.
    ///
    /// Digits past the millisecond are dropped, a leap second counts as the next second.
    static func parse(_ text: String) -> Timestamp? {
        var scanner = Scanner(Array(text.utf8))
        guard let year = scanner.number(4), scanner.take("-"), let month = scanner.number(2),
            scanner.take("-"), let day = scanner.number(2), scanner.take("T", "t", " "),
            let hour = scanner.number(2), scanner.take(":"), let minute = scanner.number(2),
            scanner.take(":"), let second = scanner.number(2),
            let fraction = scanner.milliseconds(), let offset = scanner.offsetMinutes(),
            scanner.isAtEnd, (1...12).contains(month), day >= 1,
            day <= daysIn(month, of: year), hour < 24, minute < 60, second <= 60
        else { return nil }
        let minutes = (days(year: year, month: month, day: day) * 24 + hour) * 60 + minute - offset
        return Timestamp(milliseconds: (minutes * 60 + second) * 1000 + fraction)
    }

    private static func append(_ value: Int64, width: Int, to text: inout [UInt8]) {
        var divisor = (1..<width).reduce(Int64(1)) { power, _ in power * 10 }
        while divisor > 0 {
            text.append(0x30 + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }

    private static func floorDivide(_ value: Int64, by divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
    }

    private static func daysIn(_ month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970-01-01, in the proleptic Gregorian calendar; years begin in March, so that
    /// leap days come last.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = floorDivide(year, by: 400)
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = floorDivide(shifted, by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let index = (5 * dayOfYear + 2) / 153
        let month = index < 10 ? index + 3 : index - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * index + 2) / 5 + 1)
    }

    private struct Scanner {
        private let bytes: [UInt8]
        private var index = 0

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        var isAtEnd: Bool { index == bytes.count }

        mutating func take(_ options: Unicode.Scalar...) -> Bool {
            guard index < bytes.count, options.contains(where: { UInt8(ascii: $0) == bytes[index] })
            else { return false }
            index += 1
            return true
        }

        mutating func number(_ width: Int) -> Int64? {
            var value: Int64 = 0
            for _ in 0..<width {
                guard let digit = digit() else { return nil }
                value = value * 10 + digit
            }
            return value
        }

        mutating func milliseconds() -> Int64? {
            guard take(".") else { return 0 }
            var value: Int64 = 0
            var digits = 0
            while let digit = digit() {
                if digits < 3 { value = value * 10 + digit }
                digits += 1
            }
            guard digits > 0 else { return nil }
            return digits < 3 ? value * (digits == 1 ? 100 : 10) : value
        }

        mutating func offsetMinutes() -> Int64? {
            if take("Z", "z") { return 0 }
            let isNegative = take("-")
            guard isNegative || take("+"), let hours = number(2), take(":"),
                let minutes = number(2), hours < 24, minutes < 60
            else { return nil }
            return (isNegative ? -1 : 1) * (hours * 60 + minutes)
        }

        private mutating func digit() -> Int64? {
            guard index < bytes.count, (0x30...0x39).contains(bytes[index]) else { return nil }
            defer { index += 1 }
            return Int64(bytes[index] - 0x30)
        }
    }
}
