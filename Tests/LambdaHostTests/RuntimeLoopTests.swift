import Foundation
import LedgerCore
import LedgerService
import LedgerTesting
import Testing

@testable import LambdaHost

@Suite("The loop, over a Runtime API on loopback")
struct RuntimeLoopTests {
    private static let stream = Events.gateway(
        "POST",
        path: "/streams",
        body: JSONBody.stream("s", partitions: 1)
    )
    private static let event = Events.gateway(
        "POST",
        path: "/streams/s/events",
        body: JSONBody.event(key: "a b")
    )

    @Test("Several invocations are each answered under their own id")
    func invocations() async {
        let drive = Drive()
        let calls = await drive.run(
            .admin,
            on: [{ Events.gateway("GET", path: "/health") }, { Self.stream }, { Self.stream }]
        )
        #expect(calls.map(\.status) == [200, 201, 409])
        #expect(
            calls.map(\.path)
                == (1...3).map { "/2018-06-01/runtime/invocation/request-\($0)/response" }
        )
        #expect(calls[0].answer.contains(#""status":"ok""#))
    }

    @Test("A bad event is an error of its own; the function goes on")
    func badEvent() async {
        let drive = Drive()
        let calls = await drive.run(
            .publish,
            on: [{ "{}" }, { Events.schedule }, { Events.gateway("GET", path: "/health") }]
        )
        #expect(calls[0].path.hasSuffix("/request-1/error"))
        #expect(calls[0].json["errorType"] as? String == "Function.BadEvent")
        #expect(calls[0].head.contains("lambda-runtime-function-error-type: Function.BadEvent"))
        #expect(calls[1].path.hasSuffix("/request-2/error"))
        #expect((calls[1].json["errorMessage"] as? String)?.contains("publish") == true)
        #expect(calls[2].path.hasSuffix("/request-3/response"))
        #expect(calls[2].status == 404, "health is admin's")
        #expect(drive.log.all[0].contains(#""request_id":"request-1""#))
    }

    @Test("An answer that is refused is reported as an error")
    func refused() async {
        let drive = Drive()
        let calls = await drive.run(
            .admin,
            on: [{ Events.gateway("GET", path: "/health") }],
            refusesAnswers: true
        )
        #expect(calls.map { $0.path.hasSuffix("/error") } == [false, true])
        #expect(drive.log.all.contains { $0.contains("413") })
    }

    @Test("A function that can't start says why")
    func initError() async {
        var drive = Drive()
        let calls = await drive.run(.poll, on: []) { throw TestFailure("no credentials") }
        #expect(calls.map(\.path) == ["/2018-06-01/runtime/init/error"])
        #expect((calls[0].json["errorMessage"] as? String)?.contains("no credentials") == true)
        drive.environment = [:]
        let unnamed = await drive.run(.poll, on: [])
        #expect((unnamed[0].json["errorMessage"] as? String)?.contains("EVENTLEDGER_TABLE") == true)
        for hash in [nil, "", "abc"] {
            drive.environment = ["EVENTLEDGER_TABLE": "t"]
            drive.environment["EVENTLEDGER_ROOT_KEY_HASH"] = hash
            let open = await drive.run(.poll, on: [])
            let message = open[0].json["errorMessage"] as? String ?? ""
            #expect(message.contains("EVENTLEDGER_ROOT_KEY_HASH"))
        }
        drive.environment = Drive().environment
        drive.environment["EVENTLEDGER_LOG_LEVEL"] = "loud"
        let loud = await drive.run(.poll, on: [])
        #expect((loud[0].json["errorMessage"] as? String)?.contains("loud") == true)
    }

    @Test(
        "What one function publishes another one folds, and a third finds by its key"
    )
    func together() async throws {
        let drive = Drive()
        _ = await drive.run(.admin, on: [{ Self.stream }])
        let published = await drive.run(.publish, on: [{ Self.event }])
        #expect(published[0].status == 200, "\(published[0].body)")
        let record = Events.record(
            "111",
            partitionKey: try await logKey(drive.table),
            sortKey: String(repeating: "0", count: 20)
        )
        let batch = Events.batch([record])
        let folded = await drive.run(.compactor, on: [{ batch }])
        #expect(folded[0].body == #"{"batchItemFailures":[]}"#)
        let found = await drive.run(
            .poll,
            on: [
                { Events.gateway("GET", path: "/streams/s/compacted/a b") },
                { Events.functionURL("GET", path: "/streams/s/compacted/a%20b") },
                { Events.gateway("GET", path: "/streams/s/compacted", query: "key=a%20b") },
            ]
        )
        #expect(found.map(\.status) == [200, 200, 200], "\(found.map(\.body))")
        #expect(Set(found.map(\.answer)).count == 1)
        let swept = await drive.run(.compactor, on: [{ Events.schedule }])
        #expect(swept[0].body == #"{"streams":1,"removed_rows":0,"failures":0}"#)
    }

    @Test("A partition that can't be folded is reported by all of its sequence numbers")
    func partialFailure() async throws {
        let drive = Drive()
        _ = await drive.run(.admin, on: [{ Self.stream }])
        _ = await drive.run(.publish, on: [{ Self.event }])
        let key = try await logKey(drive.table)
        let records = [
            Events.record("7", partitionKey: key, sortKey: String(repeating: "0", count: 20)),
            Events.record("8", partitionKey: "GC", sortKey: "x"),
            Events.record("9", partitionKey: key, sortKey: String(repeating: "0", count: 19) + "1"),
        ]
        let batch = Events.batch(records)
        var broken = drive
        broken.table = FaultyTable(
            drive.table,
            plan: FaultPlan { $0.kind.isRead ? nil : .throttle }
        )
        let failed = await broken.run(.compactor, on: [{ batch }])
        #expect(
            failed[0].body
                == #"{"batchItemFailures":[{"itemIdentifier":"7"},{"itemIdentifier":"9"}]}"#
        )
        let mended = await drive.run(.compactor, on: [{ batch }])
        #expect(mended[0].body == #"{"batchItemFailures":[]}"#)
    }

    @Test("A function that was frozen looks at the tail again, and a warm one does not")
    func frozen() async {
        var drive = Drive()
        _ = await drive.run(.admin, on: [{ Self.stream }])
        let logReads = CallCounter.ofLogReads()
        drive.table = logReads.watching(drive.table)
        let clock = drive.clock
        let reads = Lines()
        let note = { @Sendable in reads.write(Array("\(logReads.count)".utf8)) }
        let calls = await drive.run(
            .publish,
            on: [
                { Self.event },
                {
                    note()
                    return Self.event
                },
                {
                    note()
                    clock.advance(by: .seconds(61))
                    return Self.event
                },
                {
                    note()
                    return Self.event
                },
            ]
        )
        #expect(calls.map(\.status) == [200, 200, 200, 200])
        #expect(reads.all == ["1", "1", "2"])
    }

    @Test("A scheduled sweep ends before its invocation does, and the next one goes on")
    func sweepDeadline() async throws {
        let memory = MemoryTable(deletesLogByItself: true)
        var drive = Drive(table: memory)
        for index in 0..<40 {
            let body = JSONBody.stream("s\(index)", partitions: 1)
            _ = await drive.run(
                .admin,
                on: [{ Events.gateway("POST", path: "/streams", body: body) }]
            )
        }
        // The runtime's deadline is 30 s after the clock's beginning; every call takes one.
        let clock = drive.clock
        drive.table = FaultyTable(memory) { _, moment in
            if moment == .before { clock.advance(by: .seconds(1)) }
        }
        let first = await drive.run(.compactor, on: [{ Events.schedule }])
        let looked = first[0].json["streams"] as? Int ?? 0
        #expect((1..<20).contains(looked), "\(first[0].body)")
        #expect(clock.uptime() < .seconds(45))
        // Its time is over before it begins.
        let late = await drive.run(.compactor, on: [{ Events.schedule }])
        #expect(late[0].json["streams"] as? Int == 0)
        let swept = memory.items.filter { if case .progress = $0.key { true } else { false } }
        #expect(swept.count == looked)
    }

    private func logKey(_ table: any Table) async throws -> String {
        let rows = try await table.query(Query(.streams, limit: 1))
        let stream = try StreamRow(try #require(rows.items.first))
        return "LOG#\(stream.incarnation.hex)#0"
    }
}
