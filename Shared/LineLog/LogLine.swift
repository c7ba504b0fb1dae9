import LedgerBytes
import Logging
import Platform

/// The content of one line.
struct LogRecord {
    let time: LogTime
    let level: Logger.Level
    let label: String
    let message: String
    let metadata: [(key: String, value: Logger.Metadata.Value)]
}

/// Makes lines of records.
///
/// A record stays one line whatever it holds, and cannot pose as another one.
enum LogLine {
    /// `{"time":"…","level":"info","message":"…",…}`; the fixed fields come first and a metadata
    /// entry of the same name is prefixed with an underscore.
    static func json(_ record: LogRecord) -> [UInt8] {
        var line = #"{"time":"\#(record.time.rfc3339)","level":"\#(record.level.rawValue)""#
        line += #","logger":"#
        appendJSON(record.label, to: &line)
        line += #","message":"#
        appendJSON(record.message, to: &line)
        for (key, value) in record.metadata {
            line += ","
            appendJSON(reserved.contains(key) ? "_" + key : key, to: &line)
            line += ":"
            appendJSON(value, to: &line)
        }
        line += "}\n"
        return Array(line.utf8)
    }

    /// `2026-01-31T12:00:00.000Z info message key=value key="a value"`.
    static func text(_ record: LogRecord) -> [UInt8] {
        var line = "\(record.time.rfc3339) \(record.level.rawValue) "
        appendEscaped(record.message, to: &line, quoted: false)
        for (key, value) in record.metadata {
            line += " "
            appendWord(key, to: &line)
            line += "="
            appendText(value, to: &line)
        }
        line += "\n"
        return Array(line.utf8)
    }

    private static let reserved: Set = ["time", "level", "logger", "message"]
}

// MARK: - Values

extension LogLine {
    private static func appendJSON(_ value: Logger.Metadata.Value, to line: inout String) {
        switch value {
        case .string(let text): appendJSON(text, to: &line)
        case .stringConvertible(let convertible): line += number(convertible) ?? quoted(convertible)
        case .array(let values):
            list(values, between: "[", and: "]", to: &line) { appendJSON($0, to: &$1) }
        case .dictionary(let entries):
            list(entries.sorted { $0.key < $1.key }, between: "{", and: "}", to: &line) {
                appendJSON($0.key, to: &$1)
                $1 += ":"
                appendJSON($0.value, to: &$1)
            }
        }
    }

    private static func appendText(_ value: Logger.Metadata.Value, to line: inout String) {
        switch value {
        case .string(let text): appendWord(text, to: &line)
        case .stringConvertible(let convertible): appendWord(convertible.description, to: &line)
        case .array, .dictionary: appendJSON(value, to: &line)
        }
    }

    /// The JSON of a number or truth value; nil for anything else, which becomes a string.
    private static func number(_ value: any CustomStringConvertible) -> String? {
        switch value {
        case let integer as any FixedWidthInteger: "\(integer)"
        case let double as Double where double.isFinite: "\(double)"
        case let flag as Bool: flag ? "true" : "false"
        default: nil
        }
    }

    private static func quoted(_ value: any CustomStringConvertible) -> String {
        var text = ""
        appendJSON(value.description, to: &text)
        return text
    }

    private static func list<Element>(
        _ elements: [Element],
        between open: String,
        and close: String,
        to line: inout String,
        append: (Element, inout String) -> Void
    ) {
        line += open
        for (index, element) in elements.enumerated() {
            if index > 0 { line += "," }
            append(element, &line)
        }
        line += close
    }
}

// MARK: - Escaping

extension LogLine {
    private static func appendJSON(_ text: String, to line: inout String) {
        line += "\""
        appendEscaped(text, to: &line, quoted: true)
        line += "\""
    }

    /// Appends a plain word unchanged, and any other text as a JSON string.
    private static func appendWord(_ text: String, to line: inout String) {
        let isPlain = text.unicodeScalars.allSatisfy {
            $0.value > 0x20 && $0.value < 0x7F && $0 != "\"" && $0 != "=" && $0 != "\\"
        }
        if isPlain, !text.isEmpty { line += text } else { appendJSON(text, to: &line) }
    }

    /// Appends text with control characters escaped, since a terminal would obey them.
    private static func appendEscaped(_ text: String, to line: inout String, quoted: Bool) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"" where quoted: line += "\\\""
            case "\\" where quoted: line += "\\\\"
            case "\n": line += "\\n"
            case "\t": line += "\\t"
            case "\r": line += "\\r"
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
                line += "\\u" + Hexadecimal.encode(number: UInt16(scalar.value))
            default: line.unicodeScalars.append(scalar)
            }
        }
    }
}

/// The wall clock of a log line.
struct LogTime {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    let milliseconds: Int64

    static func now() -> LogTime {
        LogTime(milliseconds: WallClock.milliseconds())
    }

    /// The time in UTC, as in `2026-01-31T12:00:00.000Z`.
    var rfc3339: String { CivilTime(millisecondsSinceEpoch: milliseconds).rfc3339 }
}
