import Foundation
import LedgerCore
import LedgerService
import Testing

@testable import LambdaHost

@Suite("HTTP answers")
struct HTTPAnswerTests {
    private func answer(
        _ body: [UInt8],
        headers: [(String, String)] = [("content-type", "application/json")],
        accepts: String? = nil
    ) async throws -> [String: Any] {
        try await answer(APIResponse(status: 200, headers: headers, body: body), accepts: accepts)
    }

    private func answer(
        _ response: APIResponse,
        accepts: String? = nil
    ) async throws -> [String: Any] {
        let request = APIRequest(
            method: "GET",
            path: "/",
            headers: accepts.map { [("accept-encoding", $0)] } ?? []
        )
        let bytes = await HTTPAnswer.encode(response, to: request)
        #expect(bytes.count <= 6 * 1024 * 1024)
        let object = try JSONSerialization.jsonObject(with: Data(bytes))
        return try #require(object as? [String: Any])
    }

    private func headers(_ answer: [String: Any]) -> [String: String] {
        answer["headers"] as? [String: String] ?? [:]
    }

    @Test("Text is text")
    func text() async throws {
        let answer = try await answer(
            Array(#"{"a":"\"ä\n"}"#.utf8),
            headers: [("x", "1"), ("content-type", "application/json"), ("x", "2")]
        )
        #expect(answer["statusCode"] as? Int == 200)
        #expect(answer["isBase64Encoded"] as? Bool == false)
        #expect(answer["body"] as? String == #"{"a":"\"ä\n"}"#)
        let expected = [
            "x": "1, 2", "content-type": "application/json", "cache-control": "no-store",
        ]
        #expect(headers(answer) == expected)
    }

    @Test("What may be kept says so itself")
    func kept() async throws {
        let answer = try await answer(Array("1".utf8), headers: [("cache-control", "max-age=300")])
        #expect(headers(answer) == ["cache-control": "max-age=300"])
    }

    @Test("Bytes that are no text are base64")
    func bytes() async throws {
        let answer = try await answer([0, 255, 128])
        #expect(answer["isBase64Encoded"] as? Bool == true)
        #expect(answer["body"] as? String == "AP+A")
    }

    @Test("A large answer is compressed for who takes that, and only then")
    func gzip() async throws {
        let body = Array("[\(String(repeating: "1234567890,", count: 5000))1]".utf8)
        let packed = try await answer(body, accepts: "gzip, br")
        #expect(headers(packed)["content-encoding"] == "gzip")
        #expect(headers(packed)["vary"] == "accept-encoding")
        let bytes = Data(base64Encoded: packed["body"] as? String ?? "") ?? Data()
        #expect(try ContentCoding.gzip.decode(Array(bytes), limit: 1 << 20) == body)
        for accepts in [nil, "identity", "gzip;q=0"] {
            let plain = try await answer(body, accepts: accepts)
            #expect(headers(plain)["content-encoding"] == nil)
            #expect(plain["body"] as? String == String(decoding: body, as: UTF8.self))
        }
    }

    @Test("An answer that no function may give is an error that says what to do")
    func tooLarge() async throws {
        let body = [UInt8](repeating: UInt8(ascii: "\""), count: 4 * 1024 * 1024)
        let plain = try await answer(body)
        #expect(plain["statusCode"] as? Int == 500)
        #expect((plain["body"] as? String)?.contains("gzip") == true)
        let packed = try await answer(body, accepts: "gzip")
        #expect(packed["statusCode"] as? Int == 200)
    }

    @Test("A stream is answered in one piece, or with an error, but never in part")
    func stream() async throws {
        let whole = try await answer(
            APIResponse(status: 200, stream: Chunks(["a", "", "bc"].map { Array($0.utf8) }))
        )
        #expect(whole["statusCode"] as? Int == 200 && whole["body"] as? String == "abc")
        let part = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        let large = Chunks(Array(repeating: part, count: 20))
        let tooLarge = try await answer(APIResponse(status: 200, stream: large), accepts: "gzip")
        #expect(tooLarge["statusCode"] as? Int == 500)
        #expect(await large.left > 10, "it is read no further than the limit")
        let broken = Chunks([part], fails: true)
        let failed = try await answer(APIResponse(status: 200, stream: broken))
        #expect(failed["statusCode"] as? Int == 500)
        #expect((failed["body"] as? String)?.contains("broke off") == true)
    }
}

/// A body of these chunks, which fails behind them or ends.
private actor Chunks: ChunkSource {
    private struct Failure: Error {}

    private var chunks: [[UInt8]]
    private let fails: Bool

    init(_ chunks: [[UInt8]], fails: Bool = false) {
        self.chunks = chunks
        self.fails = fails
    }

    var left: Int { chunks.count }

    func next() async throws -> [UInt8]? {
        guard chunks.isEmpty else { return chunks.removeFirst() }
        guard !fails else { throw Failure() }
        return nil
    }
}
