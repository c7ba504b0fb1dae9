import Foundation
import LedgerService
import Testing

@testable import LambdaHost

/// Functions always need keys.
@Suite("Keys at the functions")
struct KeyTests {
    private static let publish = #"{"key":"k","type":"t","data":1}"#

    @Test("Without a key only the description is to be had")
    func nobody() async {
        let drive = Drive()
        let none = ["authorization": ""]
        let admin = await drive.run(
            .admin,
            ["/health", "/openapi.json", "/streams", "/keys"].map { path in
                { Events.gateway("GET", path, headers: none) }
            }
        )
        #expect(admin.map(\.status) == [200, 200, 401, 401])
        for function in [LedgerFunction.publish, .poll, .compactor] {
            let target = function == .compactor ? "compact" : "events"
            let method = function == .poll ? "GET" : "POST"
            let calls = await drive.run(
                function,
                [{ Events.gateway(method, "/streams/s/\(target)", headers: none) }]
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
            [
                { Events.gateway("POST", "/streams", body: #"{"stream_id":"s"}"#) },
                {
                    Events.gateway(
                        "POST",
                        "/keys",
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
            return Events.gateway("POST", "/streams/s/events", body: Self.publish, headers: headers)
        }
        #expect(await drive.run(.publish, [publish]).map(\.status) == [200])
        let revoked = await drive.run(.admin, [{ Events.gateway("DELETE", "/keys/\(id)") }])
        #expect(revoked.map(\.status) == [200])
        #expect(await drive.run(.publish, [publish]).map(\.status) == [401])
        #expect(!(drive.log.all + drive.metrics.all).contains { $0.contains(key) })
    }
}
