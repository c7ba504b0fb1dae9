import Foundation
import LedgerClient
import LedgerTesting
import Testing

@testable import eventledger

@Suite("backup and restore, as commands")
struct BackupTests {
    @Test("A backup taken while publishing goes on is whole, and has all that was answered before")
    func online() async throws {
        let place = try TemporaryFolder()
        let ledger = try await RunningLedger(place["data"])
        try await ledger.done("stream", "create", "orders", "--partitions", "1")
        let publishers = (0..<4).map { publisher in
            Task { [client = LedgerClient(url: ledger.url)] in
                let events = (0..<20).map { JSONBody.event(key: "k\($0)", data: "\($0)") }
                let body = Array(JSONBody.batch(events).utf8)
                var count = 0
                while !Task.isCancelled {
                    _ = try await client.call(
                        "POST",
                        at: ["streams", "orders", "events"],
                        body: body
                    )
                    count += events.count
                }
                return count
            }
        }
        var ends: [Int] = []
        for number in 0..<5 {
            let before = try await Self.next(ledger)
            let file = place["backup-\(number)"]
            let made = try await CommandLine.run([
                "backup", "--data", place["data"], file, "--json",
            ])
            #expect(made.status == 0, "\(made)")
            let end = try #require(made.output.firstMatch(of: /"next_offset":(\d+)/)?.1)
            ends.append(try #require(Int(end)))
            #expect(before <= ends[number])
            #expect(try await CommandLine.run(["verify", "--data", file]).status == 0)
        }
        let afterBackups = try await Self.next(ledger)
        try await Patience().wait(for: "publishing to go on") {
            try await Self.next(ledger) > afterBackups
        }
        for publisher in publishers { publisher.cancel() }
        var published = 0
        for publisher in publishers { published += try await publisher.value }
        #expect(try await Self.next(ledger) == published)
        #expect(ends == ends.sorted())
        await ledger.stop()
    }

    @Test("Restored, consumers go on where the backup has them, and later cursors are refused")
    func restored() async throws {
        let place = try TemporaryFolder()
        let backup = place["backup"]
        let ledger = try await RunningLedger(place["data"])
        try await ledger.done("stream", "create", "orders", "--partitions", "1")
        try await ledger.done(
            "subscription",
            "create",
            "orders",
            "ship",
            "--start-from",
            "earliest"
        )
        try await ledger.publish(["1", "2", "3"], under: "k", to: "orders")
        try await ledger.done("poll", "orders", "ship", "--limit", "2", "--commit")
        #expect(
            try await CommandLine.run(["backup", "--data", place["data"], backup]).status == 0
        )
        // After the backup: events that were consumed, and a cursor behind them.
        try await ledger.publish(["4", "5", "6"], under: "k", to: "orders")
        let heads = try place.write(try await ledger.done("verify", "--json").output, to: "heads")
        let late = try await ledger.done("poll", "orders", "ship", "--json").output
        let cursor = try JSONValue(Array(late.utf8)).text("cursor")
        await ledger.stop()

        #expect(
            try await CommandLine.run(["restore", "--data", place["new"], backup]).status == 0
        )
        let again = try await RunningLedger(place["new"])
        try await again.publish(
            ["\"other 4\"", "\"other 5\"", "\"other 6\""],
            under: "k",
            to: "orders"
        )
        let path = ["streams", "orders", "subscriptions", "ship", "commit"]
        await #expect(throws: LedgerClientError.self) {
            try await again.call("POST", at: path, sending: JSONBody.commit(cursor))
        }
        let page = try await again.done("poll", "orders", "ship", "--json").output
        let events = try JSONValue(Array(page.utf8))["events"]?.elements ?? []
        let data = ["3", "other 4", "other 5", "other 6"]
        #expect(events.map { $0.text("data") } == data, "none skipped")
        try await again.done("poll", "orders", "ship", "--commit")

        // An auditor sees that the log is another one.
        let audit = try await again.run("verify", "--expect", heads)
        #expect(audit.status == 1 && audit.output.contains("offset 6"), "\(audit)")
        await again.stop()
        #expect(try await CommandLine.run(["verify", "--data", place["new"]]).status == 0)
    }

    @Test("Neither command overwrites anything, and a server does not start on a backup")
    func careful() async throws {
        let place = try TemporaryFolder()
        let data = place["data"]
        let backup = place["backup"]
        let ledger = try await RunningLedger(data)
        try await ledger.done("stream", "create", "orders")
        #expect(try await CommandLine.run(["backup", "--data", data, backup]).status == 0)
        let twice = try await CommandLine.run(["backup", "--data", data, backup])
        #expect(twice.status == 3 && twice.errors.contains("exists already"))
        let inUse = try await CommandLine.run(["restore", "--data", data, backup])
        #expect(inUse.status == 3 && inUse.errors.contains("another process uses this ledger"))
        await ledger.stop()
        let occupied = try await CommandLine.run(["restore", "--data", data, backup])
        #expect(occupied.status == 3 && occupied.errors.contains("move it away first"))

        let wrong = place["wrong"]
        try FileManager.default.createDirectory(atPath: wrong, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: backup, toPath: wrong + "/ledger.sqlite")
        let served = try await CommandLine.run(["serve", "--port", "0", "--data", wrong])
        #expect(served.status == 3 && served.errors.contains("eventledger restore"), "\(served)")
        let names = try FileManager.default.contentsOfDirectory(atPath: place.path)
        #expect(names.sorted() == ["backup", "data", "wrong"], "nothing half done is left")
        let attributes = try FileManager.default.attributesOfItem(atPath: backup)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test("A copy made by other means while a server runs is refused, or taken on purpose")
    func copied() async throws {
        let place = try TemporaryFolder()
        let ledger = try await RunningLedger(place["data"])
        try await ledger.done("stream", "create", "orders")
        let copy = place["copy"]
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: place["data"] + "/ledger.sqlite",
            toPath: copy + "/ledger.sqlite"
        )
        await ledger.stop()
        for command in [["serve", "--port", "0", "--data"], ["verify", "--data"]] {
            let refused = try await CommandLine.run(command + [copy])
            #expect(refused.status == 3, "\(refused)")
            #expect(refused.errors.contains("copied while it was in use"), "\(refused)")
        }
        let file = copy + "/ledger.sqlite"
        let refused = try await CommandLine.run(["restore", "--data", place["new"], file])
        #expect(refused.status == 3 && refused.errors.contains("--without-log"), "\(refused)")
        let taken = try await CommandLine.run([
            "restore", "--without-log", "--data", place["new"], file,
        ])
        #expect(taken.status == 0, "\(taken)")
        #expect(try await CommandLine.run(["verify", "--data", place["new"]]).status == 0)
    }

    private static func next(_ ledger: RunningLedger) async throws -> Int {
        let path = ["streams", "orders", "partitions", "0", "head"]
        return try #require(Int(try await ledger.call("GET", at: path).text("next_offset")))
    }
}
