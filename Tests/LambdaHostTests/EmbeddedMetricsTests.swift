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
