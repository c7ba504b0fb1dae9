/// The end of a command that was run for events.
enum CommandEnd: Hashable, Sendable {
    /// It ended by itself, with this exit status; `said` is the last line of its standard error.
    case exited(Int32, said: String?)
    /// A signal ended it, by its number.
    case killed(Int32, said: String?)
    /// It could not be started; for a person.
    case notStarted(String)

    /// The longest reason that the ledger keeps, bytes.
    private static let longestReason = 512

    /// The failure as the ledger keeps it; nil where the command has done its work.
    var reason: String? {
        switch self {
        case .exited(0, _): nil
        case .exited(let status, let said): Self.reason("exit status \(status)", said: said)
        case .killed(let signal, let said): Self.reason("killed by signal \(signal)", said: said)
        case .notStarted(let problem): Self.cut(problem)
        }
    }

    private static func reason(_ end: String, said: String?) -> String {
        cut(said.map { "\(end): \($0)" } ?? end)
    }

    /// The text without what goes beyond the longest reason, cut between two characters.
    private static func cut(_ text: String) -> String {
        guard text.utf8.count > longestReason else { return text }
        var cut = ""
        var count = 0
        for scalar in text.unicodeScalars {
            count += scalar.utf8.count
            guard count <= longestReason else { break }
            cut.unicodeScalars.append(scalar)
        }
        return cut
    }
}

/// Text that comes in pieces: the lines to pass on, and the last of them.
struct LastLine {
    /// A longer line is passed on in parts.
    private static let longestPart = 65_536
    /// The bytes of a line that are kept for ``text``.
    private static let kept = 512

    /// What came after the last line break and was not passed on.
    private var pending: [UInt8] = []
    /// The beginning of the line that is under way.
    private var beginning: [UInt8] = []
    private var last: [UInt8] = []

    /// The last line that is not blank, or its beginning; nil while there is none.
    var text: String? {
        let line = Self.isBlank(beginning) ? last : beginning
        guard !Self.isBlank(line) else { return nil }
        let end = line.lastIndex { !Self.isBlank([$0]) } ?? 0
        return String(decoding: line[...end], as: UTF8.self)
    }

    /// Takes a piece; returns the whole lines that are to be passed on by now.
    mutating func take(_ piece: some Collection<UInt8>) -> [UInt8] {
        for byte in piece {
            pending.append(byte)
            if byte == UInt8(ascii: "\n") {
                if !Self.isBlank(beginning) { last = beginning }
                beginning = []
            } else if beginning.count < Self.kept {
                beginning.append(byte)
            }
        }
        let end = pending.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let count = pending.count - end > Self.longestPart ? pending.count : end
        defer { pending.removeFirst(count) }
        return Array(pending[..<count])
    }

    /// Ends the text; returns what is left of it, with the end of a line.
    mutating func end() -> [UInt8] {
        guard !pending.isEmpty else { return [] }
        defer { pending = [] }
        return pending + [UInt8(ascii: "\n")]
    }

    private static func isBlank(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }
    }
}
