import ArgumentParser
import LedgerClient
import Testing

@testable import eventledger

@Suite("eventledger version")
struct VersionTests {
    @Test("The versions of everything linked are printed, for people and for programs")
    func versions() async throws {
        let text = try await CommandLine.run(["version"])
        #expect(text.status == 0 && text.errors.isEmpty)
        let found = Dictionary(
            uniqueKeysWithValues: text.lines.map { line in
                let words = line.split(separator: " ", maxSplits: 1).map(String.init)
                return (words[0], words[1].drop { $0 == " " })
            }
        )
        let json = try await CommandLine.run(["version", "--json"])
        #expect(json.status == 0 && json.lines.count == 1)
        let document = try JSONValue(Array(json.output.utf8))
        #expect(document["eventledger"]?.text == EventLedger.configuration.version)
        for name in ["sqlite", "libcurl", "libcurl-tls", "openssl", "zstd", "zlib"] {
            let version = try #require(document["libraries"]?[name]?.text)
            #expect(version.contains(/\d+\.\d+/), "\(name) \(version)")
            #expect(found[name].map(String.init) == version)
        }
        for package in LinkedVersions.packages {
            #expect(document["packages"]?[package.name]?.text == package.version)
            #expect(found[package.name].map(String.init) == package.version)
        }
    }
}
