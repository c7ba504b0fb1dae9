import LedgerService
import Testing

@testable import LedgerServer

@Suite struct CompressionTests {
    @Test(
        "A client takes gzip only where its Accept-Encoding allows it",
        arguments: [
            ("gzip", true), ("GZIP", true), ("x-gzip", true), ("*", true), ("gzip;q=0.5", true),
            ("deflate, gzip;q=1.0, *;q=0.5", true), ("br , gzip ; q=0.001", true),
            ("", false), ("identity", false), ("gzip;q=0", false), ("gzip;q=0.000", false),
            ("*;q=0", false), ("gzip;q=0, *", false), ("*, gzip;q=0", false), ("gzipped", false),
            ("gzip;Q=0", false), ("gzip;q=", false), ("gzip;q=x", false),
        ]
    )
    func weights(value: String, expected: Bool) {
        #expect(AcceptEncoding.allowsGzip(value) == expected)
    }

    @Test(
        "A large answer is compressed for a client that takes that, a small one never",
        arguments: [100, 1024, 1025, 100_000]
    )
    func largeAnswers(size: Int) async throws {
        let compressor = ResponseCompressor { Array("gz \($0.count)".utf8) }
        let handler = StubHandler { _ in
            APIResponse(status: 200, body: [UInt8](repeating: 0x78, count: size))
        }
        try await withServer(handler, compressor: compressor) { server in
            let client = try RawClient(port: server.port)
            try await client.send(get("/", headers: "Accept-Encoding: gzip\r\n") + get("/"))
            let first = try await client.receive()
            let second = try await client.receive()
            #expect(second.body.count == size)
            #expect(second.header("content-encoding") == nil)
            #expect((second.header("vary") == "accept-encoding") == (size > 1024))
            guard size > 1024 else {
                #expect(first.body.count == size)
                return
            }
            #expect(first.text == "gz \(size)")
            #expect(first.header("content-encoding") == "gzip")
            #expect(first.header("vary") == "accept-encoding")
        }
    }

    @Test("An answer that does not shrink is sent as it is")
    func noGain() async throws {
        let handler = StubHandler { _ in
            APIResponse(status: 200, body: [UInt8](repeating: 0x78, count: 20_000))
        }
        let compressor = ResponseCompressor { $0 + [0] }
        try await withServer(handler, compressor: compressor) { server in
            let client = try RawClient(port: server.port)
            try await client.send(get("/", headers: "Accept-Encoding: gzip\r\n"))
            let response = try await client.receive()
            #expect(response.header("content-encoding") == nil)
            #expect(response.body.count == 20_000)
        }
    }
}
