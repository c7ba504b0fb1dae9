/// A moment in UTC as calendar and clock show it, to the millisecond, without leap seconds.
package struct CivilTime: Hashable, Sendable {
    /// The day.
    package let date: CivilDate
    /// The hour of the day, from 0 to 23.
    package let hour: Int
    /// The minute of the hour, from 0 to 59.
    package let minute: Int
    /// The second of the minute, from 0 to 59.
    package let second: Int
    /// The millisecond of the second, from 0 to 999.
    package let millisecond: Int

    /// The moment so many milliseconds after 1970 began; negative before it.
    package init(millisecondsSinceEpoch milliseconds: Int64) {
        let days = Int(milliseconds).floorDivided(by: 86_400_000)
        let rest = Int(milliseconds) - days * 86_400_000
        date = CivilDate(daysSinceEpoch: days)
        hour = rest / 3_600_000
        minute = rest / 60_000 % 60
        second = rest / 1000 % 60
        millisecond = rest % 1000
    }

    /// The moment so many seconds after 1970 began; negative before it.
    package init(secondsSinceEpoch seconds: Int64) {
        self.init(millisecondsSinceEpoch: seconds * 1000)
    }

    /// Seconds since 1970 began, rounded down; negative before it.
    package var secondsSinceEpoch: Int64 {
        Int64(((date.daysSinceEpoch * 24 + hour) * 60 + minute) * 60 + second)
    }

    /// Milliseconds since 1970 began; negative before it.
    package var millisecondsSinceEpoch: Int64 {
        secondsSinceEpoch * 1000 + Int64(millisecond)
    }
}

// MARK: - Text

extension CivilTime {
    /// The form of RFC 3339, with milliseconds: `2026-11-21T01:02:03.456Z`.
    ///
    /// Years outside 0–9999 do not occur.
    package var rfc3339: String {
        String(unsafeUninitializedCapacity: 24) { buffer in
            var text = FieldWriter(buffer)
            text.write(date.year, width: 4, then: "-")
            text.write(date.month, then: "-")
            text.write(date.day, then: "T")
            text.write(hour, then: ":")
            text.write(minute, then: ":")
            text.write(second, then: ".")
            text.write(millisecond, width: 3, then: "Z")
            return text.count
        }
    }

    /// The basic form of ISO 8601, to the second: `20261121T010203Z`.
    ///
    /// Years outside 0–9999 do not occur.
    package var basicISO8601: String {
        String(unsafeUninitializedCapacity: 16) { buffer in
            var text = FieldWriter(buffer)
            text.write(date.year, width: 4)
            text.write(date.month)
            text.write(date.day, then: "T")
            text.write(hour)
            text.write(minute)
            text.write(second, then: "Z")
            return text.count
        }
    }

    /// The moment that a text of RFC 3339 names; nil for any other text.
    ///
    /// Digits past the millisecond are dropped, a leap second counts as the next second.
    package init?(rfc3339 text: String) {
        var scanner = Scanner(Array(text.utf8))
        guard let year = scanner.number(4), scanner.take("-"), let month = scanner.number(2),
            scanner.take("-"), let day = scanner.number(2), scanner.take("T", "t", " "),
            let hour = scanner.number(2), scanner.take(":"), let minute = scanner.number(2),
            scanner.take(":"), let second = scanner.number(2),
            let fraction = scanner.milliseconds(), let offset = scanner.offsetMinutes(),
            scanner.isAtEnd, let date = CivilDate(year: year, month: month, day: day),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        let minutes = (date.daysSinceEpoch * 24 + hour) * 60 + minute - offset
        self.init(millisecondsSinceEpoch: Int64((minutes * 60 + second) * 1000 + fraction))
    }
}

/// Fills a buffer with numbers of fixed widths.
private struct FieldWriter {
    private let buffer: UnsafeMutableBufferPointer<UInt8>
    private(set) var count = 0

    init(_ buffer: UnsafeMutableBufferPointer<UInt8>) { self.buffer = buffer }

    mutating func write(_ value: Int, width: Int = 2, then separator: Unicode.Scalar? = nil) {
        var rest = value
        for index in (count..<count + width).reversed() {
            buffer[index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        count += width
        guard let separator else { return }
        buffer[count] = UInt8(ascii: separator)
        count += 1
    }
}

/// Reads the fields of a moment's text.
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

    mutating func number(_ width: Int) -> Int? {
        var value = 0
        for _ in 0..<width {
            guard let digit = digit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    mutating func milliseconds() -> Int? {
        guard take(".") else { return 0 }
        var value = 0
        var digits = 0
        while let digit = digit() {
            if digits < 3 { value = value * 10 + digit }
            digits += 1
        }
        guard digits > 0 else { return nil }
        return digits < 3 ? value * (digits == 1 ? 100 : 10) : value
    }

    mutating func offsetMinutes() -> Int? {
        if take("Z", "z") { return 0 }
        let isNegative = take("-")
        guard isNegative || take("+"), let hours = number(2), take(":"),
            let minutes = number(2), hours < 24, minutes < 60
        else { return nil }
        return (isNegative ? -1 : 1) * (hours * 60 + minutes)
    }

    private mutating func digit() -> Int? {
        guard index < bytes.count, ASCII.isDigit(bytes[index]) else { return nil }
        defer { index += 1 }
        return Int(bytes[index] - UInt8(ascii: "0"))
    }
}
