import Foundation
import LedgerService
import LedgerTesting
import Testing

@testable import LambdaHost

@Suite("HTTP events")
struct HTTPEventTests {
    private func request(_ event: String) throws -> APIRequest {
        guard case .request(let request) = try LambdaEvent(Array(event.utf8)) else {
            throw TestFailure("no request")
        }
        return request
    }

    @Test("An HTTP API's event is the request it was")
    func gateway() throws {
        let request = try request(
            Events.gateway(
                "POST",
                path: "/streams/orders/events",
                query: "ack=summary&x=%20",
                body: #"{"key":"ä","data":1}"#,
                headers: ["content-type": "application/json", "X-Many": "a,b"],
                cookies: ["a=1", "b=2"]
            )
        )
        #expect(request.method == "POST")
        #expect(request.path == "/streams/orders/events")
        #expect(request.query == "ack=summary&x=%20")
        #expect(request.body == Array(#"{"key":"ä","data":1}"#.utf8))
        #expect(request.header("content-type") == "application/json")
        #expect(request.header("x-many") == "a,b")
        #expect(request.header("cookie") == "a=1; b=2")
    }

    @Test("A body in base64 is decoded, and nothing that only says it is")
    func base64() throws {
        let bytes: [UInt8] = [0x1f, 0x8b, 0, 255, 10]
        let body = Data(bytes).base64EncodedString()
        let event = Events.gateway("POST", path: "/streams/s/events", body: body, isBase64: true)
        #expect(try request(event).body == bytes)
        let bad = Events.gateway("POST", path: "/streams/s/events", body: "a b=", isBase64: true)
        #expect(throws: LambdaError.badBase64) { try request(bad) }
    }

    @Test(
        "The gateway's decoded path is encoded again",
        arguments: [
            ("/streams/s/compacted/a b", "/streams/s/compacted/a%20b"),
            ("/streams/s/compacted/a/b", "/streams/s/compacted/a/b"),
            ("/streams/s/compacted/a%2Fb", "/streams/s/compacted/a%252Fb"),
            ("/streams/s/compacted/100%", "/streams/s/compacted/100%25"),
            ("/streams/s/compacted/#1\n", "/streams/s/compacted/%231%0A"),
            ("/streams/s/compacted/ä", "/streams/s/compacted/%C3%A4"),
            ("", "/"),
        ]
    )
    func decodedPath(raw: String, path: String) throws {
        #expect(try request(Events.gateway("GET", path: raw)).path == path)
    }

    @Test("A function URL's path stays as sent")
    func encodedPath() throws {
        let path = "/streams/s/compacted/a%2Fb%20c%25"
        #expect(try request(Events.functionURL("GET", path: path)).path == path)
    }

    @Test(
        "The stage is no part of the path",
        arguments: [
            ("prod", "/prod/health", "/health"), ("prod", "/prod", "/"),
            ("prod", "/production/health", "/production/health"),
            ("$default", "/prod/health", "/prod/health"),
        ]
    )
    func stage(stage: String, raw: String, path: String) throws {
        #expect(try request(Events.gateway("GET", path: raw, stage: stage)).path == path)
    }

    @Test(
        "What is no event is refused",
        arguments: [
            "", "{", "[]", "null", "{}", "{\"rawPath\":\"/\"}", "{\"source\":\"aws.s3\"}",
            "{\"Records\":{}}", "{\"Records\":[1]}", "{\"headers\":{\"a\":1}}",
            "{\"source\":\"aws.events\"} x", "\u{FEFF}{}",
        ]
    )
    func garbage(_ event: String) {
        #expect(throws: LambdaError.self) { try LambdaEvent(Array(event.utf8)) }
    }

    @Test("No cut of an event is taken for one, or stops the function")
    func truncated() {
        let event = Array(
            Events.gateway("POST", path: "/streams/s/events", body: "{\"a\":\"\\u00e9\"}").utf8
        )
        for count in 0..<event.count {
            #expect(throws: LambdaError.self) { try LambdaEvent(Array(event[..<count])) }
        }
    }
}
