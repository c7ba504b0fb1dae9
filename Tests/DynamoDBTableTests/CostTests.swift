import DynamoDBTable
import LedgerCore
import LedgerService
import LedgerTesting
import Loopback
import Synchronization
import Testing

/// The costs of publishing and polling: calls, units, and steps one after another.
@Suite("Costs")
struct CostTests {
    /// The costs of some calls.
    struct Cost {
        /// By operation of DynamoDB; none that was not called.
        var calls: [String: Int] = [:]
        /// By the sizes of what was read and written.
        var readUnits = 0.0
        var writeUnits = 0
        /// Steps one after another.
        var steps = 0

        static func += (sum: inout Cost, cost: Cost) {
            sum.calls.merge(cost.calls, uniquingKeysWith: +)
            sum.readUnits += cost.readUnits
            sum.writeUnits += cost.writeUnits
            sum.steps += cost.steps
        }
    }

    /// A ledger on a table of its own, whose calls are counted.
    struct Bench {
        let table: DynamoDBTable
        let meter = StepMeter()
        let process: TestLedger

        init() async throws {
            let aws = try await LocalAWS.shared()
            let name = try await aws.createTable()
            // Steps are told apart by what is under way together: no call ends before its equals
            // have begun.
            try await aws.disturb(name, faults: ["delay_milliseconds": 20])
            table = try aws.table(name)
            let watched = meter.watching(table)
            process = TestLedger(watched, clock: SystemClock(), random: .system)
        }

        /// Publishes before anything is measured, once under each name; on a busy machine a try may
        /// be late.
        func prepare(_ events: String, as key: String = "prepared") async throws {
            let patience = Patience()
            func publish() async -> Answer {
                let target = "/streams/s/events"
                return await process.call("POST", at: target, sending: events, idempotencyKey: key)
            }
            while await publish().status != 200 {
                try patience.check("the events to measure with")
            }
        }

        /// The costs of all calls of `body`.
        func cost(_ body: () async throws -> Void) async throws -> Cost {
            let before = table.statistics
            _ = meter.takeSteps()
            try await body()
            let after = table.statistics
            let calls = after.calls.merging(before.calls) { $0 - $1 }.filter { $0.value != 0 }
            return Cost(
                calls: calls,
                readUnits: after.computedReadUnits - before.computedReadUnits,
                writeUnits: after.computedWriteUnits - before.computedWriteUnits,
                steps: meter.takeSteps()
            )
        }
    }

    /// Events of one key, so of one partition, which don't compress.
    static func batch(_ count: Int, random: inout SeededGenerator) -> String {
        let events = (0..<count).map { _ in
            let text = (0..<24).map { _ in String(random.next(), radix: 36) }.joined()
            return JSONBody.event(data: "\"\(text.prefix(180))\"")
        }
        return JSONBody.batch(events)
    }

    @Test("A warm publish of one batch to one partition is one call, and a unit for each KB")
    func publish() async throws {
        let bench = try await Bench()
        var random = SeededGenerator(seed: 1)
        try await bench.process.done("POST", at: "/streams", sending: JSONBody.stream("s"))
        try await bench.process.done(
            "POST",
            at: "/streams/s/events",
            sending: Self.batch(1, random: &random)
        )
        let one = try await bench.cost {
            try await bench.process.done(
                "POST",
                at: "/streams/s/events",
                sending: Self.batch(1, random: &random)
            )
        }
        #expect(one.calls == ["PutItem": 1] && one.writeUnits == 1 && one.steps == 1)
        let hundred = try await bench.cost {
            try await bench.process.done(
                "POST",
                at: "/streams/s/events",
                sending: Self.batch(100, random: &random)
            )
        }
        #expect(hundred.calls == ["PutItem": 1] && hundred.steps == 1)
        // 100 random texts of 180 base-36 digits: at least 11.6 KB however they are compressed.
        #expect((12...20).contains(hundred.writeUnits), "\(hundred.writeUnits)")
    }

    @Test("An idempotent publish looks first, then writes chunk and key in one transaction")
    func idempotent() async throws {
        let bench = try await Bench()
        var random = SeededGenerator(seed: 2)
        try await bench.process.done("POST", at: "/streams", sending: JSONBody.stream("s"))
        try await bench.process.done(
            "POST",
            at: "/streams/s/events",
            sending: Self.batch(1, random: &random)
        )
        let body = Self.batch(1, random: &random)
        let first = try await bench.cost {
            try await bench.process.done(
                "POST",
                at: "/streams/s/events",
                sending: body,
                idempotencyKey: "x"
            )
        }
        #expect(first.calls == ["Query": 1, "TransactWriteItems": 1])
        #expect(first.writeUnits == 4 && first.steps == 2)
        let again = try await bench.cost {
            try await bench.process.done(
                "POST",
                at: "/streams/s/events",
                sending: body,
                idempotencyKey: "x"
            )
        }
        #expect(again.calls == ["Query": 1] && again.steps == 1)
    }

    @Test("A poll of three partitions takes at most three steps, a commit two")
    func poll() async throws {
        let bench = try await Bench()
        try await bench.process.done("POST", at: "/streams", sending: JSONBody.stream("s"))
        try await bench.process.done(
            "POST",
            at: "/streams/s/subscriptions",
            sending: JSONBody.subscription("u")
        )
        try await bench.prepare(JSONBody.batch((0..<300).map { JSONBody.event(key: "k\($0)") }))
        // The first poll learns whose rows are whose, and where the chunks begin.
        var cursor = try await pollAndCommit(bench, steps: 4...5)
        for _ in 0..<3 { cursor = try await pollAndCommit(bench, steps: 2...3) }
        #expect(!cursor.isEmpty)
    }

    private func pollAndCommit(_ bench: Bench, steps: ClosedRange<Int>) async throws -> String {
        var page = ""
        let poll = try await bench.cost {
            page = try await bench.process.done(
                "GET",
                at: "/streams/s/subscriptions/u/poll?limit=50"
            )
            .text
        }
        #expect(steps.contains(poll.steps), "\(poll)")
        let match = try #require(page.firstMatch(of: /"cursor":\s*"([^"]+)"/))
        let cursor = String(match.1)
        let commit = try await bench.cost {
            try await bench.process.done(
                "POST",
                at: "/streams/s/subscriptions/u/commit",
                sending: JSONBody.commit(cursor)
            )
        }
        #expect(commit.steps == 2 && commit.calls["PutItem"] == 3, "\(commit)")
        return cursor
    }
}

/// Counts the steps a use case takes one after another: calls that are under way together are one.
final class StepMeter: Sendable {
    private struct Count {
        var underWay = 0
        var steps = 0
    }

    private let count = Mutex(Count())

    /// `table`, its steps counted here; no call of it may fail.
    func watching(_ table: any Table) -> FaultyTable {
        FaultyTable(table) { [self] _, moment in
            count.withLock { count in
                if moment == .before, count.underWay == 0 { count.steps += 1 }
                count.underWay += moment == .before ? 1 : -1
            }
        }
    }

    /// Steps since the last time this was asked.
    func takeSteps() -> Int {
        count.withLock { count in
            defer { count.steps = 0 }
            return count.steps
        }
    }
}
