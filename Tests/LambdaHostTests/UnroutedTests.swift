import CurlHTTP
import LedgerService
import Testing

@testable import LambdaHost

/// Requests that the gateway has no route for are the admin function's.
@Suite("What no route takes")
struct UnroutedTests {
    private func answers(
        _ function: LedgerFunction,
        to requests: [(method: String, path: String)],
        headers: [String: String] = [:]
    ) async -> [FakeRuntime.Call] {
        await Drive().run(
            function,
            on: requests.map { request in
                { Events.gateway(request.method, path: request.path, headers: headers) }
            }
        )
    }

    @Test("An unknown path is 404, a wrong method 405 with all that are right, whoever serves them")
    func unrouted() async {
        let calls = await answers(
            .admin,
            to: [
                ("GET", "/nowhere"), ("GET", ""), ("PUT", "/streams/s/events"),
                ("OPTIONS", "/streams/s"), ("POST", "/streams/s/compacted/a"),
            ]
        )
        #expect(calls.map(\.status) == [404, 404, 405, 405, 405])
        #expect(calls[0].answer.contains(#""error":"not_found""#))
        let allowed = calls.map { ($0.json["headers"] as? [String: Any])?["allow"] as? String }
        #expect(
            allowed
                == [nil, nil, "GET, HEAD, POST", "GET, HEAD, PATCH, DELETE", "GET, HEAD"]
        )
    }

    @Test("HEAD is served where GET is, and a call of another function's by nobody")
    func head() async {
        #expect(await answers(.admin, to: [("HEAD", "/health")]).map(\.status) == [200])
        #expect(await answers(.poll, to: [("HEAD", "/streams/s/events")]).map(\.status) == [404])
        let foreign = [("GET", "/streams/s/events"), ("POST", "/streams/s/compact")]
        let calls = await answers(.admin, to: foreign)
        #expect(calls.map(\.status) == [404, 404])
        #expect(calls.allSatisfy { $0.answer.contains(#""error":"not_found""#) })
    }

    @Test("A browser's preflight gets a status that lets the gateway's headers decide")
    func preflight() async {
        let asking = ["origin": "https://a.example", "access-control-request-method": "POST"]
        let calls = await answers(.admin, to: [("OPTIONS", "/streams/s/events")], headers: asking)
        #expect(calls.map(\.status) == [204] && calls[0].answer.isEmpty)
    }

    @Test("The Runtime API is reached past any proxy")
    func direct() {
        #expect(RuntimeAPI(address: "127.0.0.1:9001").request("/invocation/next").isDirect)
    }
}
