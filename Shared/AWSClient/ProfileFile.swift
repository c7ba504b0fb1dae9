/// A shared configuration or credentials file: sections with `name = value` lines.
struct ProfileFile: Sendable {
    private var sections: [String: [String: String]] = [:]

    /// Reads what it understands; lines of any other form are passed over, as AWS's tools do.
    init(_ text: String) {
        var section: String?
        for line in text.split(whereSeparator: \.isNewline) {
            // An indented line belongs to a nested setting, and none of ours are nested.
            guard let first = line.first, !first.isWhitespace, first != "#", first != ";"
            else { continue }
            if first == "[" {
                section = Self.section(line)
            } else if let section, let (name, value) = Self.setting(line) {
                sections[section, default: [:]][name] = value
            }
        }
    }

    /// The settings of a profile: `[name]`, or `[profile name]` as the configuration file has it.
    subscript(profile: String) -> [String: String] {
        (sections["profile \(profile)"] ?? [:]).merging(sections[profile] ?? [:]) { $1 }
    }

    private static func section(_ line: Substring) -> String? {
        guard let end = line.firstIndex(of: "]") else { return nil }
        let name = line[line.index(after: line.startIndex)..<end]
        return name.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private static func setting(_ line: Substring) -> (String, String)? {
        let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let words = parts.map { $0.split(separator: " ").joined(separator: " ") }
        return (words[0].lowercased(), words[1])
    }
}
