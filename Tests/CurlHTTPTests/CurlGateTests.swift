import CCurl
import Loopback
import Synchronization
import Testing

@testable import CurlHTTP

/// Who makes a call, with nothing kept from an earlier one.
private enum Client: CaseIterable {
    case one
    case pool

    func call(_ request: CurlRequest) async throws(CurlError) -> CurlResponse {
        switch self {
        case .one: try await CurlClient(largestAnswer: 4096).call(request)
        case .pool: try await CurlPool(largestAnswer: 4096).call(request)
        }
    }
}

@Suite("HTTP to addresses that strangers choose")
struct CurlGateTests {
    private static let loopback: [UInt8] = [127, 0, 0, 1]
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    private func request(_ url: String, through gate: CurlGate?) -> CurlRequest {
        var request = CurlRequest(method: "POST", url: url, body: Array("x".utf8))
        request.gate = gate
        return request
    }

    @Test("No connection is made where the gate refuses it, and the error says so")
    func refused() async throws {
        let server = TinyServer { _ in Self.ok }
        let gate = CurlGate { _ in false }
        for client in Client.allCases {
            for host in ["127.0.0.1", "localhost", "2130706433"] {
                let request = request("http://\(host):\(server.port)/", through: gate)
                let error = await #expect(throws: CurlError.self) {
                    _ = try await client.call(request)
                }
                #expect(error?.trouble == .forbidden && error?.mayHaveHappened == false)
                #expect(error?.message.contains("no connection may be made") == true)
            }
        }
        #expect(server.connections == 0)
    }

    @Test("The gate sees the address that a name has, and lets it through")
    func admitted() async throws {
        let server = TinyServer { _ in Self.ok }
        let seen = Mutex<Set<[UInt8]>>([])
        let gate = CurlGate { address in
            seen.withLock { _ = $0.insert(address) }
            return address == Self.loopback
        }
        for client in Client.allCases {
            for host in ["127.0.0.1", "localhost"] {
                let request = request("http://\(host):\(server.port)/", through: gate)
                #expect(try await client.call(request).body == Array("ok".utf8))
            }
        }
        let addresses = seen.withLock { $0 }
        #expect(addresses.contains(Self.loopback))
        #expect(addresses.allSatisfy { $0.count == 4 || $0.count == 16 })
        #expect(server.requests.count == 4)
    }

    @Test("A gate is for its request only: the next one of the same client needs none")
    func afterwards() async throws {
        let server = TinyServer { _ in Self.ok }
        let client = CurlClient()
        await #expect(throws: CurlError.self) {
            _ = try await client.call(request(server.url, through: CurlGate { _ in false }))
        }
        #expect(try await client.call(request(server.url, through: nil)).status == 200)
    }

    @Test("Where the gate opens and nobody listens, that is what the error says")
    func nobody() async throws {
        let server = TinyServer { _ in "" }
        let url = server.url
        server.stop()
        for client in Client.allCases {
            let error = await #expect(throws: CurlError.self) {
                _ = try await client.call(request(url, through: CurlGate { _ in true }))
            }
            #expect(error?.trouble == .refused && error?.mayHaveHappened == false)
        }
    }

    @Test("A request with a gate takes no proxy, whose address would be the one that is judged")
    func direct() {
        for (gate, isDirect, direct) in [
            (nil, false, 0), (nil, true, 1), (CurlGate { _ in true }, false, 1),
        ] as [(CurlGate?, Bool, CInt)] {
            var request = request("http://127.0.0.1/", through: gate)
            request.isDirect = isDirect
            #expect(request.withC(largestAnswer: 1) { $0.direct } == direct)
        }
    }

    @Test("A redirection is an answer, and nobody goes there")
    func redirection() async throws {
        let other = TinyServer { _ in Self.ok }
        let location = other.url
        let server = TinyServer { _ in
            "HTTP/1.1 302 Found\r\nLocation: \(location)/\r\nContent-Length: 0\r\n\r\n"
        }
        for client in Client.allCases {
            let request = request(server.url, through: CurlGate { _ in true })
            #expect(try await client.call(request).status == 302)
        }
        #expect(other.connections == 0)
    }

    @Test("Of a larger answer only the beginning is taken, without waiting for the rest")
    func cut() async throws {
        let server = TinyServer { _ in
            "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\nRetry-After: 5\r\n\r\n"
                + String(repeating: "x", count: 5000)
        }
        for client in Client.allCases {
            var request = request(server.url, through: nil)
            request.cutsAnswer = true
            let answer = try await client.call(request)
            #expect(answer.status == 200 && answer.header("retry-after") == "5")
            #expect(answer.body == [UInt8](repeating: UInt8(ascii: "x"), count: 4096))
            request.cutsAnswer = false
            let error = await #expect(throws: CurlError.self) { _ = try await client.call(request) }
            #expect(error?.message.contains("4096") == true)
        }
    }

    @Test("An answer of just the largest size is whole, and its connection is kept")
    func whole() async throws {
        let server = TinyServer { _ in
            "HTTP/1.1 200 OK\r\nContent-Length: 4096\r\n\r\n" + String(repeating: "x", count: 4096)
        }
        let client = CurlClient(largestAnswer: 4096)
        for _ in 0..<2 {
            var request = request(server.url, through: nil)
            request.cutsAnswer = true
            #expect(try await client.call(request).body.count == 4096)
        }
        #expect(server.connections == 1)
    }

    @Test("Over TLS only means that nothing is sent to a plain address")
    func secure() async throws {
        let server = TinyServer { _ in Self.ok }
        for client in Client.allCases {
            var request = request(server.url, through: nil)
            request.isSecure = true
            let error = await #expect(throws: CurlError.self) { _ = try await client.call(request) }
            #expect(error?.mayHaveHappened == false)
        }
        #expect(server.connections == 0)
    }
}
