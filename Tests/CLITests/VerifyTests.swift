import CSQLite
import Foundation
import LedgerTesting
import Testing

@Suite("verify and stream head, as commands")
struct VerifyTests {
    @Test("A ledger in use is sound, from its file and through the API, and has the heads kept")
    func sound() async throws {
        let place = try TemporaryFolder()
        let ledger = try await RunningLedger(place["data"])
        try await ledger.done("stream", "create", "orders")
        for number in 0..<30 {
            try await ledger.publish(["1", "2"], under: "k\(number)", to: "orders")
        }
        let heads = try await ledger.done("stream", "head", "orders", "--json")
        let file = try place.write(heads.output, to: "heads")
        for number in 0..<30 { try await ledger.publish(["3"], under: "k\(number)", to: "orders") }

        let remote = try await ledger.done("verify", "orders", "--expect", file)
        #expect(remote.output.contains("3 kept heads are still the log's"))
        #expect(remote.output.contains("sound: 1 stream, 3 partitions, 90 events"))
        let data = ["verify", "--data", place["data"], "--expect", file]
        let local = try await CommandLine.run(data)
        #expect(local.status == 0, "\(local)")
        #expect(local.output.contains("3 kept heads are still the log's"))
        #expect(local.output.contains("whole"))

        // The output of verify is itself a file of heads, and both ways print the same.
        let kept = try place.write(try await CommandLine.run(data + ["--json"]).output, to: "kept")
        try await ledger.done("verify", "--expect", kept)
        await ledger.stop()
        #expect(try await CommandLine.run(data).status == 0)
    }

    @Test("Damage is named with its place and is exit code 1")
    func damage() async throws {
        let place = try TemporaryFolder()
        let ledger = try await RunningLedger(place["data"])
        try await ledger.done("stream", "create", "orders", "--partitions", "1")
        for number in 0..<5 {
            try await ledger.publish(["\(number)", "0"], under: "k", to: "orders")
        }
        try await ledger.done("stream", "compact", "orders")
        await ledger.stop()
        let file = place["data/ledger.sqlite"]
        try Self.flipAByte(of: file, offset: "00000000000000000004")

        let found = try await CommandLine.run(["verify", "--data", place["data"]])
        #expect(found.status == 1)
        let line = "stream orders, partition 0, offset 4: a row of the log cannot be decoded"
        #expect(found.lines.contains { $0.hasPrefix(line) }, "\(found)")
        #expect(found.lines.last == "WRONG: 1 finding in 1 stream, 1 partition, 8 events")
        let json = try await CommandLine.run(["verify", "--data", file, "--json"])
        #expect(json.output.contains("\"verdict\":\"wrong\""))
        #expect(json.output.contains("\"stream_id\":\"orders\",\"partition\":0,\"offset\":4"))

        // Through the API the damage is an answer, and named too.
        let damaged = try await RunningLedger(place["data"])
        let remote = try await damaged.run("verify")
        #expect(remote.status == 1 && remote.output.contains("offset 4"), "\(remote)")
        await damaged.stop()
    }

    @Test("What a crash leaves behind is sound, is backed up, and starts again")
    func crashed() async throws {
        let place = try TemporaryFolder()
        let ledger = try await RunningLedger(place["data"])
        try await ledger.done("stream", "create", "orders", "--partitions", "1")
        for number in 0..<20 { try await ledger.publish(["1"], under: "k\(number)", to: "orders") }
        ledger.crash()
        let log = place["data/ledger.sqlite-wal"]
        #expect(FileManager.default.fileExists(atPath: log))
        let found = try await CommandLine.run(["verify", "--data", place["data"]])
        #expect(found.status == 0 && found.output.contains("20 events"), "\(found)")
        let backup = ["backup", "--data", place["data"], place["backup"]]
        #expect(try await CommandLine.run(backup).output.contains("20 events"))
        let again = try await RunningLedger(place["data"])
        try await again.publish(["1"], under: "k", to: "orders")
        #expect(try await again.done("verify").output.contains("21 events"))
        await again.stop()
    }

    @Test("What is no ledger, and no file of heads, is refused in words")
    func refused() async throws {
        let place = try TemporaryFolder()
        let missing = try await CommandLine.run(["verify", "--data", place["none"]])
        #expect(missing.status == 3 && missing.errors.contains("No such file"))
        let other = try place.write("hello, world; this is no database at all", to: "other")
        #expect(try await CommandLine.run(["verify", "--data", other]).status == 3)
        let heads = try await CommandLine.run(["verify", "--data", other, "--expect", other])
        #expect(heads.status == 3 && heads.errors.contains("holds no heads"))
        let noHeads = try await CommandLine.run(["verify", "--expect", place["none"]])
        #expect(
            noHeads.status == 3 && noHeads.errors.hasSuffix("none: No such file or directory\n")
        )
    }

    /// Flips a bit in the middle of the chunk at an offset.
    private static func flipAByte(of file: String, offset: String) throws {
        var database: OpaquePointer?
        defer { sqlite3_close_v2(database) }
        try #require(sqlite3_open_v2(file, &database, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK)
        let sk = offset.utf8.map { String($0, radix: 16) }.joined()
        var statement: OpaquePointer?
        let select = "SELECT hex(v) FROM items WHERE pk LIKE 'LOG#%' AND sk=x'\(sk)'"
        try #require(sqlite3_prepare_v2(database, select, -1, &statement, nil) == SQLITE_OK)
        try #require(sqlite3_step(statement) == SQLITE_ROW)
        var hex = Array(String(cString: sqlite3_column_text(statement, 0)).utf8)
        sqlite3_finalize(statement)
        // The batch begins with "EL"; this is in its payload.
        let text = String(decoding: hex, as: UTF8.self)
        let magic = try #require(text.range(of: "454C01"))
        let middle = text.distance(from: text.startIndex, to: magic.lowerBound) + 2 * 32
        hex[middle] = hex[middle] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
        let changed = String(decoding: hex, as: UTF8.self)
        let update = "UPDATE items SET v=x'\(changed)' WHERE pk LIKE 'LOG#%' AND sk=x'\(sk)'"
        try #require(sqlite3_exec(database, update, nil, nil, nil) == SQLITE_OK)
    }
}
