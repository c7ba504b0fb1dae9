import Foundation
import LedgerCore
import LedgerService
import LedgerTesting
import Synchronization
import Testing

@testable import LambdaHost

/// The function that sends webhooks, with a run that a test makes up.
@Suite("The function push")
struct PushTests {
    /// The runs that were asked for, and whether they leave work.
    private final class Runs: Sendable {
        private let state = Mutex<[(streams: [String]?, budget: Duration)]>([])
        private let leavesWork: Bool

        init(leavingWork: Bool) {
            leavesWork = leavingWork
        }

        var all: [(streams: [String]?, budget: Duration)] { state.withLock { $0 } }

        func run(_ streams: [StreamID]?, within budget: Duration) -> Bool {
            state.withLock { $0.append((streams?.map(\.name), budget)) }
            return leavesWork
        }
    }

    private let clock = ManualClock()
    private let invoked = Invocations()
    private let metrics = Lines()

    /// Has a function handle an event, with so many seconds left.
    private func handle(
        _ event: String,
        by function: LedgerFunction = .push,
        seconds: Int64 = 300,
        runs: Runs
    ) async throws -> String {
        var settings = Ledger.Configuration()
        settings.ringPush = { [invoked] streams in
            try invoked.invoke("self", with: PushCall.event(for: streams))
        }
        let shown = EmbeddedMetrics(
            function: function.rawValue,
            now: { [clock] in clock.now() },
            write: metrics.write
        )
        let process = TestLedger(MemoryTable(), clock: clock, configuration: settings)
        let handler = FunctionHandler(
            function,
            of: process.ledger,
            keys: .off,
            clock: clock,
            metrics: shown,
            runWebhooks: { runs.run($0, within: $1) }
        )
        defer { shown.flush(requestID: "1", took: .zero) }
        let deadline = clock.now().advanced(by: .seconds(seconds))
        return String(
            decoding: try await handler.handle(Array(event.utf8), by: deadline),
            as: UTF8.self
        )
    }

    private static let call = #"{"eventledger":"push","streams":["b","a"]}"#

    @Test(
        "The schedule is for all webhooks, a call for those of its streams, and each ends in time"
    )
    func runs() async throws {
        let runs = Runs(leavingWork: false)
        #expect(try await handle(Events.schedule, runs: runs) == #"{"left":false}"#)
        #expect(try await handle(Self.call, seconds: 100, runs: runs) == #"{"left":false}"#)
        #expect(
            try await handle(#"{"eventledger":"push"}"#, seconds: 59, runs: runs).isEmpty == false
        )
        #expect(runs.all.map(\.streams) == [nil, ["b", "a"], nil])
        #expect(runs.all.map(\.budget) == [.seconds(240), .seconds(40), .zero])
        #expect(invoked.all.isEmpty)
    }

    @Test(
        "What a call left is for another call, and what the schedule left for the next minute"
    )
    func left() async throws {
        let runs = Runs(leavingWork: true)
        #expect(try await handle(Self.call, runs: runs) == #"{"left":true}"#)
        #expect(invoked.all.map(\.event) == [Self.call])
        #expect(try await handle(Events.schedule, runs: runs) == #"{"left":true}"#)
        #expect(invoked.all.count == 1)
    }

    @Test("A call of itself that fails is no failure of what was done")
    func lostCall() async throws {
        invoked.breakDown()
        let runs = Runs(leavingWork: true)
        #expect(try await handle(Self.call, runs: runs) == #"{"left":true}"#)
        #expect(invoked.all.count == 1)
    }

    @Test("Each run shows how many webhooks are sent nothing, or only probes")
    func states() async throws {
        _ = try await handle(Self.call, runs: Runs(leavingWork: false))
        let line = try #require(metrics.all.first)
        for state in ["failing", "disabled"] {
            #expect(line.contains("\"eventledger_webhooks.\(state)\":[0]"))
        }
        _ = try await handle(Events.schedule, by: .compactor, runs: Runs(leavingWork: false))
        #expect(metrics.all.count == 2 && !metrics.all[1].contains("eventledger_webhooks"))
    }

    @Test("No function takes another one's calls", arguments: LedgerFunction.allCases)
    func foreign(_ function: LedgerFunction) async throws {
        let runs = Runs(leavingWork: false)
        let takers: [(String, Set<LedgerFunction>)] = [
            (Self.call, [.push]), (Events.schedule, [.push, .compactor]),
            (#"{"eventledger":"sweep"}"#, [.compactor]), (Events.batch([]), [.compactor]),
        ]
        for (event, takers) in takers where takers.contains(function) {
            #expect(try await handle(event, by: function, runs: runs).first == "{")
        }
        for (event, takers) in takers where !takers.contains(function) {
            let error = await #expect(throws: LambdaError.self) {
                try await handle(event, by: function, runs: runs)
            }
            #expect(error?.description.contains(function.rawValue) == true)
        }
        #expect(runs.all.count == (function == .push ? 2 : 0))
    }
}

/// The bell that the compactor rings, from the record of a chunk to the call of the function.
@Suite("The compactor's bell")
struct CompactorBellTests {
    private static let stream = Events.gateway(
        "POST",
        path: "/streams",
        body: JSONBody.stream("orders", partitions: 1)
    )

    /// A ledger with a stream and its webhook, and the event of its first chunk.
    private func prepare(_ drive: Drive) async throws -> String {
        _ = await drive.run(.admin, on: [{ Self.stream }])
        let event = Events.gateway(
            "POST",
            path: "/streams/orders/events",
            body: JSONBody.event(key: "k")
        )
        _ = await drive.run(.publish, on: [{ event }])
        let rows = try await drive.table.query(Query(.streams, limit: 1))
        let stream = try StreamRow(try #require(rows.items.first)).incarnation
        let subscription = SubscriptionIncarnation(high: 1, low: 1)
        var item = Item(.push(stream: stream, subscription: subscription))
        item[.state] = .number(1)
        item[.count] = .number(0)
        item[.version] = .number(2)
        item[.timestamp] = .number(drive.clock.now().milliseconds)
        _ = try await drive.table.write(.put(item))
        return Events.batch([
            Events.record(
                "1",
                partitionKey: "LOG#\(stream.hex)#0",
                sortKey: String(repeating: "0", count: 20)
            )
        ])
    }

    @Test("It calls the function that its environment names, once for a stream with new events")
    func rings() async throws {
        var drive = Drive()
        drive.environment["EVENTLEDGER_PUSH_FUNCTION"] = "ledger-push"
        let batch = try await prepare(drive)
        let calls = await drive.run(.compactor, on: [{ batch }, { batch }])
        #expect(calls.allSatisfy { $0.body == #"{"batchItemFailures":[]}"# })
        #expect(drive.invoked.all.map(\.function) == ["ledger-push"])
        #expect(drive.invoked.all.map(\.event) == [#"{"eventledger":"push","streams":["orders"]}"#])
    }

    @Test("A call that fails fails no record, and is logged")
    func broken() async throws {
        var drive = Drive()
        drive.environment["EVENTLEDGER_PUSH_FUNCTION"] = "ledger-push"
        let batch = try await prepare(drive)
        drive.invoked.breakDown()
        let calls = await drive.run(.compactor, on: [{ batch }])
        #expect(calls.map(\.body) == [#"{"batchItemFailures":[]}"#])
        #expect(drive.log.all.contains { $0.contains("Lambda is down") })
    }

    @Test("Without webhooks it calls nobody", arguments: [nil, ""])
    func off(function: String?) async throws {
        var drive = Drive()
        drive.environment["EVENTLEDGER_PUSH_FUNCTION"] = function
        let batch = try await prepare(drive)
        let calls = await drive.run(.compactor, on: [{ batch }])
        #expect(calls.map(\.body) == [#"{"batchItemFailures":[]}"#])
        #expect(drive.invoked.all.isEmpty)
    }
}
