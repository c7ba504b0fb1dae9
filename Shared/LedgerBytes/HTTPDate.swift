/// The dates of HTTP's fields (RFC 9110, 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
extension CivilTime {
    /// The moment to the second.
    ///
    /// Years outside 0–9999 do not occur.
    package var httpDate: String {
        let day = "\(Self.days[date.weekday]), \(padded(date.day)) \(Self.months[date.month - 1])"
        let time = [hour, minute, second].map { padded($0) }.joined(separator: ":")
        return "\(day) \(padded(date.year, width: 4)) \(time) GMT"
    }

    /// The moment that a date of HTTP names; nil for any other text, also for the forms that the
    /// standard calls obsolete.
    ///
    /// A leap second counts as the next second.
    package init?(httpDate text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 6, parts[5].elementsEqual("GMT".utf8),
            let day = Self.number(parts[1], digits: 2), let year = Self.number(parts[3], digits: 4),
            let month = Self.months.firstIndex(where: { parts[2].elementsEqual($0.utf8) }),
            let date = CivilDate(year: year, month: month + 1, day: day),
            parts[0].elementsEqual("\(Self.days[date.weekday]),".utf8),
            let seconds = Self.secondOfDay(parts[4])
        else { return nil }
        self.init(secondsSinceEpoch: Int64(date.daysSinceEpoch * 86_400 + seconds))
    }

    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func secondOfDay(_ text: Substring.UTF8View) -> Int? {
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        let numbers = parts.compactMap { number($0, digits: 2) }
        guard parts.count == 3, numbers.count == 3, numbers[0] < 24, numbers[1] < 60,
            numbers[2] <= 60
        else { return nil }
        return (numbers[0] * 60 + numbers[1]) * 60 + numbers[2]
    }

    private static func number(_ text: Substring.UTF8View, digits: Int) -> Int? {
        guard text.count == digits, text.allSatisfy(ASCII.isDigit) else { return nil }
        return text.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    private func padded(_ value: Int, width: Int = 2) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
