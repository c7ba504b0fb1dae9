import ArgumentParser
import LedgerClient
import Testing

@testable import eventledger

@Suite("Options of commands")
struct OptionTests {
    @Test(
        "A wait that can't be is refused with the limit",
        arguments: [
            "inf", "-inf", "nan", "1e300", "-1e300", "-0.001", "-0", "20.001", "1e-5", ".",
            "5.",
            "20.00000000000000000000000001", "-0.00000000000000000000000001", "9223372036854775808",
        ]
    )
    func wait(_ text: String) async throws {
        let outcome = try await CommandLine.run(["poll", "orders", "shipping", "--wait=\(text)"])
        #expect(outcome.status == 64, "\(outcome)")
        #expect(outcome.errors.contains("--wait must be 0 to 20 seconds."), "\(outcome)")
    }

    @Test("A wait at its limits is taken", arguments: ["0", "0.00001", "0.5", "20", "20.0"])
    func allowedWait(_ text: String) async throws {
        _ = try EventLedger.parseAsRoot(["poll", "orders", "shipping", "--wait=\(text)"])
    }

    @Test("A wait is sent as it was written, and is at least waited for")
    func milliseconds() throws {
        #expect(try Wait.parse("0.0001").length == .milliseconds(1))
        #expect(try Wait.parse("19.9995").length == .seconds(20))
        #expect(try Wait.parse("1.25").length == .milliseconds(1250))
        #expect(try Wait.parse("1.25").description == "1.25")
    }

    @Test("No events at all is no limit", arguments: ["0", "-1", "-9223372036854775808"])
    func limit(_ text: String) async throws {
        let outcome = try await CommandLine.run(["read", "orders", "--limit=\(text)"])
        #expect(outcome.status == 64, "\(outcome)")
        #expect(outcome.errors.contains("--limit must be 1 or more, not"), "\(outcome)")
    }

    @Test(
        "Offsets that are none are refused",
        arguments: ["=", "0=", "=1", "0=1,", "0=1,=", "0=1=2", "0=x", "0=9223372036854775808"]
    )
    func offsets(_ text: String) async throws {
        let outcome = try await CommandLine.run(["subscription", "seek", "s", "u", "--to=\(text)"])
        #expect(outcome.status == 64, "\(outcome)")
        #expect(outcome.errors.contains("'\(text)' is invalid for '--to"), "\(outcome)")
    }

    @Test(
        "A reading begins at a word, a time or one offset",
        arguments: ["0=1", "x", "-1", "1e3"]
    )
    func readingPoints(_ text: String) async throws {
        let outcome = try await CommandLine.run(["tail", "orders", "--from=\(text)"])
        #expect(outcome.status == 64, "\(outcome)")
        #expect(outcome.errors.contains("'\(text)' is invalid for '--from"), "\(outcome)")
        for right in ["earliest", "latest", "12", "2026-11-21T08:00:00Z"] {
            #expect(ReadingPoint(argument: right)?.text == right)
        }
    }

    @Test("Start points are what the API takes")
    func startPoints() {
        func text(_ point: String) -> String? {
            StartPoint(argument: point).map { String(decoding: $0.json, as: UTF8.self) }
        }
        #expect(text("compacted") == "\"compacted\"")
        #expect(text("0=12,1=7") == "{\"offsets\":{\"0\":12,\"1\":7}}")
        #expect(text("2026-01-01T00:00:00Z") == "{\"timestamp\":\"2026-01-01T00:00:00Z\"}")
    }
}

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
