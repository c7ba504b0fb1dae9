import Loopback
import Testing

@testable import CurlHTTP

@Suite("HTTP client")
struct CurlClientTests {
    @Test("Two calls share one connection")
    func keepAlive() async throws {
        let server = TinyServer { _ in
            "HTTP/1.1 201 Created\r\nX-A: b c\r\nContent-Length: 2\r\n\r\nok"
        }
        let client = CurlClient()
        for _ in 0..<2 {
            let answer = try await client.call(
                CurlRequest(
                    method: "POST",
                    url: server.url + "/p?q=1",
                    headers: [("X-T", "v"), ("X-E", "")],
                    body: Array("body".utf8)
                )
            )
            #expect(answer.status == 201 && answer.body == Array("ok".utf8))
            #expect(answer.header("x-a") == "b c")
        }
        #expect(server.connections == 1)
        let requests = server.requests
        #expect(requests.count == 2)
        #expect(requests[0].hasPrefix("POST /p?q=1 HTTP/1.1\r\n"))
        #expect(requests[0].contains("X-T: v\r\n") && requests[0].hasSuffix("\r\n\r\nbody"))
        #expect(requests[0].contains("X-E:\r\n"))
        #expect(!requests[0].lowercased().contains("expect"))
        #expect(!requests[0].lowercased().contains("content-type"))
    }

    @Test("Nobody listening: nothing can have happened")
    func refused() async throws {
        let server = TinyServer { _ in "" }
        let url = server.url
        server.stop()
        await #expect(throws: CurlError.self) {
            try await CurlClient().call(CurlRequest(url: url))
        }
        do {
            _ = try await CurlClient().call(CurlRequest(url: url))
        } catch {
            #expect(!error.mayHaveHappened)
        }
    }

    @Test("An answer that is cut off, or none at all, leaves it open")
    func cutOff() async throws {
        for answer in ["HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", ""] {
            let server = TinyServer(closes: true) { _ in answer }
            do {
                _ = try await CurlClient().call(CurlRequest(url: server.url))
                Issue.record("it must fail")
            } catch {
                #expect(error.mayHaveHappened)
            }
        }
    }

    @Test("An answer that is too large is not taken")
    func tooLarge() async throws {
        let server = TinyServer { _ in
            "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + String(repeating: "x", count: 1000)
        }
        do {
            _ = try await CurlClient(largestAnswer: 999).call(CurlRequest(url: server.url))
            Issue.record("it must fail")
        } catch {
            #expect(error.message.contains("999"))
        }
        let whole = try await CurlClient(largestAnswer: 1000).call(CurlRequest(url: server.url))
        #expect(whole.body.count == 1000)
    }

    @Test("A server that never answers meets the time-out")
    func timeout() async throws {
        let server = TinyServer { _ in nil }
        // On a busy machine a short time may be over before anything is sent.
        for timeout in [50, 500, 5_000, 50_000] {
            do {
                _ = try await CurlClient().call(CurlRequest(url: server.url, timeout: timeout))
                Issue.record("it must fail")
            } catch {
                if error.mayHaveHappened { return }
                #expect(server.requests.isEmpty)
            }
        }
        Issue.record("it must be sent")
    }
}
