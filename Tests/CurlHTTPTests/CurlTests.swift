import Loopback
import Synchronization
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

    @Test("Where nobody listens, nothing can have happened")
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
                _ = try await CurlClient().call(
                    CurlRequest(url: server.url, timeout: .milliseconds(timeout))
                )
                Issue.record("it must fail")
            } catch {
                if error.mayHaveHappened { return }
                #expect(server.requests.isEmpty)
            }
        }
        Issue.record("it must be sent")
    }
}

/// Bodies that are taken as they come.
@Suite("HTTP client of a body in parts")
struct CurlPartsTests {
    private func take(
        _ request: CurlRequest,
        until isEnough: @escaping @Sendable ([UInt8]) -> Bool = { _ in false }
    ) async -> (taken: [UInt8], result: Result<CurlResponse, CurlError>) {
        let taken = Mutex<[UInt8]>([])
        let result: Result<CurlResponse, CurlError>
        do throws(CurlError) {
            // Smaller than the body: what is taken is not kept.
            let answer = try await CurlClient(largestAnswer: 1000).call(request) { part in
                taken.withLock { taken in
                    taken += part
                    return !isEnough(taken)
                }
            }
            result = .success(answer)
        } catch {
            result = .failure(error)
        }
        return (taken.withLock { $0 }, result)
    }

    @Test("A success is taken part by part, of any length, and a refusal is not")
    func parts() async throws {
        let body = String(repeating: "0123456789", count: 100_000)
        let server = TinyServer { request in
            request.contains("/none")
                ? "HTTP/1.1 404 No\r\nContent-Length: 4\r\n\r\ngone"
                : "HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        }
        let (taken, result) = await take(CurlRequest(url: server.url))
        #expect(taken == Array(body.utf8))
        let answer = try result.get()
        #expect(answer.status == 200 && answer.body.isEmpty && answer.header("x-a") == "b")
        let (nothing, refusal) = await take(CurlRequest(url: server.url + "/none"))
        let refused = try refusal.get()
        #expect(nothing.isEmpty && refused.status == 404 && refused.body == Array("gone".utf8))
    }

    @Test("Who has enough need not wait for the end")
    func enough() async throws {
        // The rest never comes.
        let server = TinyServer { _ in "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf" }
        let request = CurlRequest(url: server.url, timeout: .zero)
        let (taken, result) = await take(request) { !$0.isEmpty }
        #expect(taken == Array("half".utf8))
        #expect(try result.get().status == 200)
    }

    @Test("A silence that is too long breaks a call off that may take any time")
    func silence() async throws {
        let server = TinyServer { _ in "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf" }
        var request = CurlRequest(url: server.url, timeout: .zero)
        request.silence = .seconds(1)
        let (taken, result) = await take(request)
        #expect(taken == Array("half".utf8))
        let error = try #require(throws: CurlError.self) { try result.get() }
        #expect(error.mayHaveHappened && error.message == "nothing came for 1 s")
    }
}

@Suite("HTTP client for many calls at once")
struct CurlPoolTests {
    private static func ok(_ body: String) -> String {
        "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test("Every caller gets the answer to its own request")
    func many() async throws {
        let server = TinyServer { request in
            Self.ok("\(request.split(separator: " ")[1])\(request.suffix(4))")
        }
        let pool = CurlPool(connections: 8)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1000..<1200 {
                group.addTask {
                    let request = CurlRequest(
                        method: "POST",
                        url: "\(server.url)/\(number)",
                        body: Array("\(number)".utf8)
                    )
                    let answer = try await pool.call(request)
                    #expect(answer.body == Array("/\(number)\(number)".utf8))
                }
            }
            try await group.waitForAll()
        }
        #expect((1...8).contains(server.connections))
        #expect(server.requests.count == 200)
    }

    @Test("A cancelled task's call ends at once, and may have happened")
    func cancelled() async throws {
        let isAsked = Atomic(false)
        let server = TinyServer { _ in
            isAsked.store(true, ordering: .releasing)
            return nil
        }
        let pool = CurlPool()
        let url = server.url
        let task = Task { try await pool.call(CurlRequest(url: url, timeout: .seconds(600))) }
        while !isAsked.load(ordering: .acquiring) { await Task.yield() }
        task.cancel()
        do {
            _ = try await task.value
            Issue.record("it was cancelled")
        } catch let error as CurlError {
            #expect(error.mayHaveHappened && error.message == "cancelled")
        }
    }

    @Test("A task that was cancelled before sends nothing")
    func cancelledBefore() async throws {
        let server = TinyServer { _ in Self.ok("") }
        let pool = CurlPool()
        let url = server.url
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await pool.call(CurlRequest(url: url))
        }
        task.cancel()
        await #expect(throws: CurlError.self) { _ = try await task.value }
        #expect(server.requests.isEmpty)
    }

    @Test("A request that is sent once only is not repeated over a new connection")
    func once() async throws {
        let count = Atomic(0)
        // The second request on a connection is read and not answered: the connection just ends.
        let server = TinyServer(closesWhenSilent: true) { _ in
            count.wrappingAdd(1, ordering: .relaxed).newValue == 1 ? Self.ok("") : nil
        }
        let pool = CurlPool()
        var request = CurlRequest(method: "POST", url: server.url, body: Array("x".utf8))
        request.sendsOnce = true
        _ = try await pool.call(request)
        do {
            _ = try await pool.call(request)
            Issue.record("it was not answered")
        } catch {
            #expect(error.mayHaveHappened)
        }
        #expect(server.requests.count == 2)
    }

    @Test("Answers have a largest size, calls a longest time")
    func bounds() async throws {
        let server = TinyServer { request in
            request.contains("/slow") ? nil : Self.ok(String(repeating: "x", count: 1000))
        }
        let pool = CurlPool(largestAnswer: 999)
        let error = await #expect(throws: CurlError.self) {
            _ = try await pool.call(CurlRequest(url: server.url))
        }
        #expect(error?.message.contains("999") == true)
        await #expect(throws: CurlError.self) {
            _ = try await pool.call(
                CurlRequest(url: server.url + "/slow", timeout: .milliseconds(50))
            )
        }
    }
}
