import LedgerTesting
import Testing

@testable import eventledger

@Suite("publish, as a command")
struct PublishTests {
    /// A line that would be an event, were its data text.
    private static let damaged =
        Array("{\"key\":\"k\",\"type\":\"t\",\"data\":\"a".utf8) + [0xc3, 0x28]
        + Array("b\"}\n".utf8)

    private static func events(_ count: Int) -> [UInt8] {
        (0..<count).flatMap { Array("{\"key\":\"k\",\"type\":\"t\",\"data\":\($0)}\n".utf8) }
    }

    @Test("A line that is no UTF-8 is refused by its number and nothing is stored")
    func damagedLine() async throws {
        let place = try TemporaryFolder()
        let ledger = try await RunningLedger(place["data"])
        try await ledger.done("stream", "create", "orders", "--partitions", "1")
        let input = Self.events(2) + Array("\n".utf8) + Self.damaged + Self.events(1)
        let outcome = try await ledger.run(["publish", "orders"], input: input)
        #expect(outcome.status == 1 && outcome.output == "", "\(outcome)")
        #expect(outcome.errors.contains("line 4: invalid UTF-8"), "\(outcome)")
        #expect(outcome.errors.contains("nothing is stored"), "\(outcome)")
        #expect(try await ledger.done("read", "orders").lines.isEmpty)
        await ledger.stop()
    }

    @Test("What was published before a line that is no UTF-8 is said, and is there")
    func damagedLater() async throws {
        let place = try TemporaryFolder()
        let ledger = try await RunningLedger(place["data"])
        try await ledger.done("stream", "create", "orders", "--partitions", "1")
        let input = Self.events(1500) + Self.damaged
        let outcome = try await ledger.run(["publish", "orders"], input: input)
        #expect(outcome.status == 1 && outcome.output == "", "\(outcome)")
        let fate =
            "line 1501: invalid UTF-8 at byte 31; the 1000 events before line 1001 are stored"
        #expect(outcome.errors.contains(fate), "\(outcome)")
        #expect(try await ledger.done("read", "orders").lines.count == 1000)
        await ledger.stop()
    }

    @Test("A batch that the ledger refuses is named by its lines")
    func refusedBatch() async throws {
        let place = try TemporaryFolder()
        let ledger = try await RunningLedger(place["data"])
        try await ledger.done("stream", "create", "orders", "--partitions", "1")
        let input = Self.events(1000) + Array("[]\n".utf8) + Self.events(1)
        let outcome = try await ledger.run(["publish", "orders"], input: input)
        #expect(outcome.status == 1 && outcome.output == "", "\(outcome)")
        let fate = "lines 1001 to 1002 failed; the 1000 events before them are stored"
        #expect(outcome.errors.contains(fate), "\(outcome)")
        #expect(outcome.errors.contains("events[0] must be an object"), "\(outcome)")
        await ledger.stop()
    }

    @Test("Lines are published byte for byte, the last one also without its end")
    func bytes() async throws {
        let place = try TemporaryFolder()
        let ledger = try await RunningLedger(place["data"])
        try await ledger.done("stream", "create", "orders", "--partitions", "1")
        let data = ["1.50", "\"e\u{301}\"", "{\"a\" :\t[ ]}"]
        let lines = data.map {
            JSONBody.event(data: "\($0)")
        }
        let input = lines.joined(separator: "\r\n \t\r\n")
        #expect(
            try await ledger.done("publish", "orders", input: input).output
                == "published 3 events\n"
        )
        let exported = try await ledger.done("export", "orders").output
        for data in data { #expect(exported.contains("\"data\":\(data)}\n"), "\(exported)") }
        await ledger.stop()
    }

    @Test("Lines are batched by number and by size, none lost and none cut")
    func batches() {
        var batch = LineBatch()
        var ready: [LineBatch.Ready?] = []
        for number in 1...2500 {
            batch.add([UInt8(ascii: "1")], number: number)
            if batch.isFull { ready.append(batch.take()) }
        }
        ready.append(batch.take())
        #expect(ready.map(\.?.count) == [1000, 1000, 500])
        #expect(ready.map(\.?.lines) == [1...1000, 1001...2000, 2001...2500])
        #expect(ready.last??.bytes.count == 999)
        let large = [UInt8](repeating: UInt8(ascii: "x"), count: 600_000)
        batch.add(large, number: 7)
        #expect(!batch.isFull)
        batch.add(large, number: 9)
        #expect(batch.isFull)
        #expect(batch.take()?.lines == 7...7)
        #expect(batch.take()?.bytes == large)
        #expect(batch.first == nil && batch.take()?.count == nil)
    }
}
