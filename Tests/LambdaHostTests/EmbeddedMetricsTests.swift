import CoreMetrics
import Foundation
import LedgerCore
import LedgerService
import LedgerTesting
import Testing

@testable import LambdaHost

@Suite("Embedded metrics")
struct EmbeddedMetricsTests {
    @Test("Each invocation writes one line, with what it recorded")
    func lines() throws {
        let lines = Lines()
        let metrics = EmbeddedMetrics(
            function: "publish",
            now: { Timestamp(milliseconds: 1234) },
            write: lines.write
        )
        let counter = metrics.makeCounter(label: "calls", dimensions: [("operation", "PutItem")])
        counter.increment(by: 2)
        counter.increment(by: 3)
        metrics.makeTimer(label: "took", dimensions: []).recordNanoseconds(1_500_000)
        metrics.flush(requestID: "r1", took: .milliseconds(7))
        metrics.flush(requestID: "r2", took: .milliseconds(8))
        #expect(lines.all.count == 2)
        let first = try object(lines.all[0])
        #expect(first["calls.PutItem"] as? [Int] == [5])
        #expect(first["took"] as? [Double] == [1.5])
        #expect(first["invocation_duration"] as? [Int] == [7])
        #expect(first["function"] as? String == "publish")
        #expect(first["request_id"] as? String == "r1")
        let directive = try #require(first["_aws"] as? [String: Any])
        #expect(directive["Timestamp"] as? Int == 1234)
        let sets = try #require(directive["CloudWatchMetrics"] as? [[String: Any]])
        #expect(sets[0]["Namespace"] as? String == "EventLedger")
        #expect(sets[0]["Dimensions"] as? [[String]] == [["function"]])
        let units = try #require(sets[0]["Metrics"] as? [[String: String]])
        #expect(
            units == [
                ["Name": "calls.PutItem", "Unit": "Count"],
                ["Name": "invocation_duration", "Unit": "Milliseconds"],
                ["Name": "took", "Unit": "Milliseconds"],
            ]
        )
        #expect(try object(lines.all[1])["calls.PutItem"] == nil)
    }

    @Test("The loop writes one for each event, with its request id")
    func loop() async throws {
        let drive = Drive()
        let health = Events.gateway("GET", path: "/health")
        _ = await drive.run(.admin, on: [{ health }, { health }])
        let ids = try drive.metrics.all.map { try object($0)["request_id"] as? String }
        #expect(ids == ["request-1", "request-2"])
    }

    /// A recording of metrics at one moment.
    private func metrics(_ lines: Lines) -> EmbeddedMetrics {
        EmbeddedMetrics(
            function: "poll",
            now: { Timestamp(milliseconds: 90_000) },
            write: lines.write
        )
    }

    private func names(of line: [String: Any]) throws -> [String] {
        let directive = try #require(line["_aws"] as? [String: Any])
        let sets = try #require(directive["CloudWatchMetrics"] as? [[String: Any]])
        #expect(sets[0]["Dimensions"] as? [[String]] == [["function"]])
        let units = try #require(sets[0]["Metrics"] as? [[String: String]])
        return units.map { "\($0["Name"] ?? "") \($0["Unit"] ?? "")" }
    }

    @Test("A lag stands in its own line alone, under one metric whatever the subscription")
    func lag() throws {
        let lines = Lines()
        let metrics = metrics(lines)
        let name = SubscriptionName(
            try #require(SubscriptionID("shipping")),
            of: try #require(StreamID("orders"))
        )
        let oldest = Timestamp(milliseconds: 88_500)
        let now = Timestamp(milliseconds: 90_000)
        metrics.note(SubscriptionLag(of: name, events: 7, oldest: oldest, at: now))
        metrics.flush(requestID: "r1", took: .zero)
        metrics.note(SubscriptionLag(of: name, events: nil, oldest: nil, at: now))
        metrics.flush(requestID: "r2", took: .zero)
        metrics.flush(requestID: "r3", took: .zero)
        let found = try lines.all.map(object)
        #expect(found.map { $0["stream"] as? String } == ["orders", "orders", nil])
        #expect(found.map { $0["subscription"] as? String } == ["shipping", "shipping", nil])
        let seconds = "eventledger_subscription_lag_seconds"
        #expect(found.map { $0[seconds] as? Double } == [1.5, 0, nil])
        let events = "eventledger_subscription_lag_events"
        #expect(found.map { $0[events] as? Int } == [7, nil, nil])
        let duration = "invocation_duration Milliseconds"
        let named = try found.map(names)
        #expect(
            named == [
                [duration, "\(seconds) Seconds"], [duration, "\(seconds) Seconds"], [duration],
            ]
        )
    }

    @Test("A poll says how old its oldest event is, and a description how many there are besides")
    func lagOfCalls() async throws {
        let drive = Drive()
        let stream = Events.gateway("POST", path: "/streams", body: JSONBody.stream("s"))
        let path = "/streams/s/subscriptions"
        let subscription = Events.gateway("POST", path: path, body: JSONBody.subscription("u"))
        _ = await drive.run(.admin, on: [{ stream }, { subscription }])
        let events = "/streams/s/events"
        let event = Events.gateway("POST", path: events, body: JSONBody.event(key: "k"))
        _ = await drive.run(.publish, on: [{ event }])
        drive.clock.advance(by: .seconds(90))
        let poll = Events.gateway("GET", path: "\(path)/u/poll")
        let read = Events.gateway("GET", path: events)
        let member = Events.gateway("GET", path: "\(path)/u/poll", query: "member=m")
        let polled = await drive.run(.poll, on: [{ poll }, { read }, { member }])
        #expect(polled.map(\.status) == [200, 200, 200], "\(polled.map(\.body))")
        let described = await drive.run(
            .admin,
            on: [{ Events.gateway("GET", path: "\(path)/u") }]
        )
        #expect(described[0].status == 200, "\(described[0].body)")
        let lines = try drive.metrics.all.suffix(4).map(object)
        let seconds = lines.map { $0["eventledger_subscription_lag_seconds"] as? Int }
        #expect(seconds == [90, nil, 90, 90])
        #expect(lines.map { $0["subscription"] as? String } == ["u", nil, "u", "u"])
        let counts = lines.map { $0["eventledger_subscription_lag_events"] as? Int }
        #expect(counts == [nil, nil, nil, 1])
    }

    @Test("They are the deployed function's")
    func deployedName() async throws {
        var drive = Drive()
        drive.environment["AWS_LAMBDA_FUNCTION_NAME"] = "eventledger-prod-admin"
        let health = Events.gateway("GET", path: "/health")
        _ = await drive.run(.admin, on: [{ health }])
        let names = try drive.metrics.all.map { try object($0)["function"] as? String }
        #expect(names == ["eventledger-prod-admin"])
    }

    private func object(_ line: String) throws -> [String: Any] {
        #expect(line.hasSuffix("\n") && line.filter { $0 == "\n" }.count == 1)
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
        return try #require(object as? [String: Any])
    }
}
