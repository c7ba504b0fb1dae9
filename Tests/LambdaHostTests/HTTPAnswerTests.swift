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
    ) throws -> [String: Any] {
        let request = APIRequest(
            method: "GET",
            path: "/",
            headers: accepts.map { [("accept-encoding", $0)] } ?? []
        )
        let bytes = HTTPAnswer.encode(
            APIResponse(status: 200, headers: headers, body: body),
            to: request
        )
        #expect(bytes.count <= 6 * 1024 * 1024)
        let object = try JSONSerialization.jsonObject(with: Data(bytes))
        return try #require(object as? [String: Any])
    }

    private func headers(_ answer: [String: Any]) -> [String: String] {
        answer["headers"] as? [String: String] ?? [:]
    }

    @Test("Text is text")
    func text() throws {
        let answer = try answer(
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
    func kept() throws {
        let answer = try answer(Array("1".utf8), headers: [("cache-control", "max-age=300")])
        #expect(headers(answer) == ["cache-control": "max-age=300"])
    }

    @Test("Bytes that are no text are base64")
    func bytes() throws {
        let answer = try answer([0, 255, 128])
        #expect(answer["isBase64Encoded"] as? Bool == true)
        #expect(answer["body"] as? String == "AP+A")
    }

    @Test("A large answer is compressed for who takes that, and only then")
    func gzip() throws {
        let body = Array("[\(String(repeating: "1234567890,", count: 5000))1]".utf8)
        let packed = try answer(body, accepts: "gzip, br")
        #expect(headers(packed)["content-encoding"] == "gzip")
        #expect(headers(packed)["vary"] == "accept-encoding")
        let bytes = Data(base64Encoded: packed["body"] as? String ?? "") ?? Data()
        #expect(try ContentCoding.gzip.decode(Array(bytes), limit: 1 << 20) == body)
        for accepts in [nil, "identity", "gzip;q=0"] {
            let plain = try answer(body, accepts: accepts)
            #expect(headers(plain)["content-encoding"] == nil)
            #expect(plain["body"] as? String == String(decoding: body, as: UTF8.self))
        }
    }

    @Test("An answer that no function may give is an error that says what to do")
    func tooLarge() throws {
        let body = [UInt8](repeating: UInt8(ascii: "\""), count: 4 * 1024 * 1024)
        let plain = try answer(body)
        #expect(plain["statusCode"] as? Int == 500)
        #expect((plain["body"] as? String)?.contains("gzip") == true)
        #expect(try answer(body, accepts: "gzip")["statusCode"] as? Int == 200)
    }
}
