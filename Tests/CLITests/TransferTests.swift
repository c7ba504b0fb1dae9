import Foundation
import LedgerTesting
import Testing

@Suite("export and import, as commands")
struct TransferTests {
    /// Data that a careless tool would change.
    private static let delicate = [
        "1.50", "1e400", "{\"b\": 1, \"a\":2,\"b\" : 3}", "\"\\ud83d\\ude00 \\u0000\"",
        "\"\\ud800\"", "{\"a\":\r\n  [1,\n2]}", "null", "12345678901234567890123",
    ]

    @Test("Imported, a stream has the same events in the same partitions, byte for byte")
    func roundTrip() async throws {
        let place = try TemporaryFolder()
        let ledger = try await RunningLedger(place["data"])
        try await ledger.done("stream", "create", "orders", "--retention-hours", "24")
        for (number, data) in Self.delicate.enumerated() {
            try await ledger.publish([data], under: "k\(number % 3)", to: "orders")
        }
        let headed =
            "{\"key\":\"k\\u00e9 \\\"x\\\"\",\"type\":\"t\",\"headers\":{\"a\":\"\\u00e9\"},"
            + "\"data\":{}}"
        try await ledger.call("POST", at: ["streams", "orders", "events"], sending: headed)
        for batch in 0..<5 {
            try await ledger.publish((0..<700).map { "\($0 + batch)" }, under: "many", to: "orders")
        }
        let exported = try await ledger.done("export", "orders").output
        for data in Self.delicate where !data.contains("\n") {
            #expect(exported.contains("\"data\":\(data)}\n"), "\(data)")
        }
        let done = try await ledger.done("import", "copy", input: exported)
        #expect(done.output.contains("imported 3509 events"))
        let again = try await ledger.done("export", "copy").output
        #expect(Self.comparable(again) == Self.comparable(exported))
        #expect(try await ledger.done("stream", "list").output.matches(of: /24 h/).count == 2)
        let twice = try await ledger.run("import", "copy", input: exported)
        #expect(twice.status == 1 && twice.errors.contains("--resume"))
        await ledger.stop()
    }

    @Test("An import that was interrupted anywhere goes on and stores nothing twice")
    func interrupted() async throws {
        let place = try TemporaryFolder()
        let ledger = try await RunningLedger(place["data"])
        try await ledger.done("stream", "create", "orders", "--partitions", "2")
        for number in 0..<40 {
            try await ledger.publish(
                (0..<100).map { "\($0)" },
                under: "k\(number % 7)",
                to: "orders"
            )
        }
        let exported = try await ledger.done("export", "orders").output
        let lines = exported.split(separator: "\n")
        for end in [1, 2, 999, 1500, 2800, 3999] {
            let part = lines.prefix(end).joined(separator: "\n")
            let cut = try await ledger.run("import", "copy", "--resume", input: part)
            #expect(cut.status == 1 && cut.errors.contains("the file ends early"), "\(cut)")
        }
        try await ledger.done("import", "copy", "--resume", input: exported)
        // Once more: nothing is left to do.
        let again = try await ledger.done("import", "copy", "--resume", input: exported)
        #expect(again.output.contains("imported 0 events, 4000 were there already"), "\(again)")
        let copied = try await ledger.done("export", "copy").output
        #expect(Self.comparable(copied) == Self.comparable(exported))
        await ledger.stop()
    }

    @Test("A part of a stream is imported with its offsets shifted, and that is said")
    func shifted() async throws {
        let place = try TemporaryFolder()
        let ledger = try await RunningLedger(place["data"])
        try await ledger.done("stream", "create", "orders", "--partitions", "1")
        for number in 0..<4 {
            try await ledger.publish(["\(number)", "0"], under: "k", to: "orders")
        }
        let exported = try await ledger.done("export", "orders", "--partition", "0", "--from", "3")
            .output
        let done = try await ledger.done("import", "part", "--json", input: exported).output
        #expect(done.contains("\"events\":5,\"shift\":-3"), "\(done)")
        await ledger.stop()
    }

    @Test("A file that is not what its first line says is refused, with the line")
    func refused() async throws {
        let place = try TemporaryFolder()
        let ledger = try await RunningLedger(place["data"])
        try await ledger.done("stream", "create", "orders", "--partitions", "2")
        for number in 0..<6 {
            try await ledger.publish(["\(number)"], under: "k\(number)", to: "orders")
        }
        let exported = try await ledger.done("export", "orders").output
        var lines = exported.split(separator: "\n").map(String.init)
        #expect(
            try await ledger.run("import", "a", input: lines[1]).errors.contains("line 1 is not")
        )
        lines.remove(at: 1)
        let gap = try await ledger.run("import", "b", input: lines.joined(separator: "\n"))
        #expect(gap.status == 1 && gap.errors.contains("line 2: offset 1 where 0"), "\(gap)")
        let broken = try await ledger.run("import", "c", input: exported.dropLast(5) + "\n")
        #expect(broken.status == 1 && broken.errors.contains("line 7 is no event"), "\(broken)")
        #expect(broken.errors.contains("of the export, at least: go on with --resume"), "\(broken)")
        #expect(
            try await ledger.run("import", "e", input: "").errors.contains("the export is empty")
        )
        let moved = exported.replacing("\"key\":\"k0\"", with: "\"key\":\"k0 in another place\"")
        let outcome = try await ledger.run("import", "d", input: moved)
        #expect(outcome.errors.contains("the key belongs to partition"), "\(outcome)")
        // Somebody else's events in the stream.
        try await ledger.done("stream", "create", "e", "--partitions", "2")
        for number in 0..<6 {
            try await ledger.publish(["\"other\""], under: "k\(number)", to: "e")
        }
        let foreign = try await ledger.run("import", "e", "--resume", input: exported)
        #expect(foreign.status == 1 && foreign.errors.contains("not an import of this file"))
        await ledger.stop()
    }

    /// Everything but the stream's name and the timestamps.
    private static func comparable(_ export: String) -> String {
        export.replacing(/"stream_id":"\w+"/, with: "")
            .replacing(/"timestamp":"[^"]*"/, with: "")
    }
}
