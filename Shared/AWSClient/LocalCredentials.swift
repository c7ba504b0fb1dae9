import Platform

/// Environment variables: `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
struct EnvironmentCredentials: CredentialsSource {
    let variables: Variables

    func fetch() -> AWSCredentials? {
        guard let id = variables["AWS_ACCESS_KEY_ID"],
            let secret = variables["AWS_SECRET_ACCESS_KEY"]
        else { return nil }
        return AWSCredentials(
            accessKeyID: id,
            secretAccessKey: secret,
            sessionToken: variables["AWS_SESSION_TOKEN"]
        )
    }
}

/// The keys of the profile `AWS_PROFILE`, or `default`, in the shared files.
struct ProfileCredentials: CredentialsSource {
    let variables: Variables

    func fetch() -> AWSCredentials? {
        let folder = (variables["HOME"] ?? "") + "/.aws/"
        let paths = [
            variables["AWS_SHARED_CREDENTIALS_FILE"] ?? folder + "credentials",
            variables["AWS_CONFIG_FILE"] ?? folder + "config",
        ]
        for path in paths {
            guard let text = TextFile.read(path) else { continue }
            let settings = ProfileFile(text)[name]
            guard let id = settings["aws_access_key_id"],
                let secret = settings["aws_secret_access_key"]
            else { continue }
            return AWSCredentials(
                accessKeyID: id,
                secretAccessKey: secret,
                sessionToken: settings["aws_session_token"]
            )
        }
        return nil
    }

    /// The region that the profile in the configuration file names.
    var region: String? {
        let path = variables["AWS_CONFIG_FILE"] ?? (variables["HOME"] ?? "") + "/.aws/config"
        return TextFile.read(path).flatMap { ProfileFile($0)[name]["region"] }
    }

    private var name: String { variables["AWS_PROFILE"] ?? "default" }
}

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

/// Files of UTF-8.
enum TextFile {
    /// The whole text; nil when the file can't be read, or is no text.
    static func read(_ path: String) -> String? {
        (FileContents.read(path)).flatMap { String(validating: $0, as: UTF8.self) }
    }
}
