import Foundation
import LedgerService
import LedgerTesting
import Testing

@testable import LambdaHost

/// Functions always need keys.
@Suite("Keys at the functions")
struct KeyTests {
    private static let publish = JSONBody.event()

    @Test("Without a key only the description is to be had")
    func nobody() async {
        let drive = Drive()
        let none = ["authorization": ""]
        let admin = await drive.run(
            .admin,
            on: ["/health", "/openapi.json", "/streams", "/keys"].map { path in
                { Events.gateway("GET", path: path, headers: none) }
            }
        )
        #expect(admin.map(\.status) == [200, 200, 401, 401])
        for function in [LedgerFunction.publish, .poll, .compactor] {
            let target = function == .compactor ? "compact" : "events"
            let method = function == .poll ? "GET" : "POST"
            let calls = await drive.run(
                function,
                on: [{ Events.gateway(method, path: "/streams/s/\(target)", headers: none) }]
            )
            #expect(calls.map(\.status) == [401], "\(function)")
        }
    }

    @Test("A key that one function makes is good at another, and is not once it is revoked")
    func life() async throws {
        let drive = Drive()
        let scope = #"{"actions":["publish"],"streams":"s"}"#
        let made = await drive.run(
            .admin,
            on: [
                { Events.gateway("POST", path: "/streams", body: JSONBody.stream("s")) },
                {
                    Events.gateway(
                        "POST",
                        path: "/keys",
                        body: #"{"name":"x","scopes":[\#(scope)]}"#
                    )
                },
            ]
        )
        #expect(made.map(\.status) == [201, 201])
        let data = Data(made[1].answer.utf8)
        let answer = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        let key = try #require(answer?["key"] as? String)
        let id = try #require(answer?["key_id"] as? String)
        let publish: @Sendable () -> String = {
            let headers = [
                "authorization": "Bearer \(key)", "content-type": "application/json",
            ]
            return Events.gateway(
                "POST",
                path: "/streams/s/events",
                body: Self.publish,
                headers: headers
            )
        }
        #expect(await drive.run(.publish, on: [publish]).map(\.status) == [200])
        let revoked = await drive.run(
            .admin,
            on: [{ Events.gateway("DELETE", path: "/keys/\(id)") }]
        )
        #expect(revoked.map(\.status) == [200])
        #expect(await drive.run(.publish, on: [publish]).map(\.status) == [401])
        #expect(!(drive.log.all + drive.metrics.all).contains { $0.contains(key) })
    }

    @Test(
        "A key may make so many requests a second of an instance",
        arguments: [(nil, 100), ("3", 3), ("0", 110)]
    )
    func rate(text: String?, admitted: Int) async {
        var drive = Drive()
        drive.environment["EVENTLEDGER_REQUESTS_PER_SECOND"] = text
        let request: @Sendable () -> String = { Events.gateway("GET", path: "/streams") }
        let calls = await drive.run(.admin, on: Array(repeating: request, count: 110))
        let statuses = calls.map(\.status)
        #expect(statuses == (0..<110).map { $0 < admitted ? 200 : 429 })
    }

    @Test(
        "A limit that is no number keeps the function from starting",
        arguments: ["", "-1", "1e3"]
    )
    func badRate(_ text: String) async {
        var drive = Drive()
        drive.environment["EVENTLEDGER_REQUESTS_PER_SECOND"] = text
        let calls = await drive.run(.admin, on: [])
        #expect(calls.map(\.path) == ["/2018-06-01/runtime/init/error"])
        #expect(calls[0].body.contains("EVENTLEDGER_REQUESTS_PER_SECOND"))
    }
}
