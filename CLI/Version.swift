import ArgumentParser
import RawJSON

/// The command `eventledger version`.
struct Version: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the version, and the versions of everything linked.",
        discussion: """
            The libraries are those that are loaded at this moment. The version of a ledger that \
            runs elsewhere is in its GET /health.
            """
    )

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try Output.line(json ? Self.document : Self.table)
    }

    private static var own: [LinkedVersion] {
        [
            LinkedVersion(name: "eventledger", version: EventLedger.configuration.version),
            LinkedVersion(name: "swift", version: LinkedVersions.swift),
        ]
    }

    /// The versions for people: a name and a version a line.
    private static var table: String {
        let all = own + LinkedVersions.libraries + LinkedVersions.packages
        let width = all.map(\.name.utf8.count).max() ?? 0
        return all.map { entry in
            let padding = String(repeating: " ", count: width - entry.name.utf8.count)
            return "\(entry.name)\(padding)  \(entry.version)"
        }.joined(separator: "\n")
    }

    /// The versions for programs: one document of JSON.
    private static var document: String {
        var writer = JSONWriter()
        writer.beginObject()
        write(own, to: &writer)
        for (name, entries) in [
            ("libraries", LinkedVersions.libraries), ("packages", LinkedVersions.packages),
        ] {
            writer.key(text: name)
            writer.beginObject()
            write(entries, to: &writer)
            writer.endObject()
        }
        writer.endObject()
        return String(decoding: writer.finish(), as: UTF8.self)
    }

    private static func write(_ entries: [LinkedVersion], to writer: inout JSONWriter) {
        for entry in entries {
            writer.key(text: entry.name)
            writer.string(entry.version)
        }
    }
}
