import LedgerServer
import LedgerService
import LineLog
import Logging
import Synchronization
import Testing

@Suite struct LoggingTests {
    /// Collects the lines of a log, in the order of their writes.
    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])

        func logger(_ format: LogFormat, level: Logger.Level = .debug) -> Logger {
            Logger(label: "test") { label in
                LineLogHandler(label: label, level: level, format: format) { bytes in
                    self.lines.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
                }
            }
        }

        /// Without the time they begin with.
        var all: [String] {
            lines.withLock { lines in lines.map { String($0.dropFirst($0.first == "{" ? 34 : 25)) }
            }
        }
    }

    @Test("An entry is one JSON object on a line")
    func json() {
        let lines = Lines()
        var logger = lines.logger(.json)
        logger[metadataKey: "stream"] = "s"
        logger.info(
            "two\nlines \u{1B}[31m\"q\"\\",
            metadata: [
                "n": .stringConvertible(3), "level": "x", "list": ["a", .dictionary(["k": "v"])],
                "flag": .stringConvertible(true), "half": .stringConvertible(0.5),
            ]
        )
        #expect(
            lines.all == [
                #","level":"info","logger":"test","message":"two\nlines \u001b[31m\"q\"\\","#
                    + #""flag":true,"half":0.5,"_level":"x","list":["a",{"k":"v"}],"n":3,"stream":"s"}"#
                    + "\n"
            ]
        )
    }

    @Test("An entry for people is one line, with its control characters escaped")
    func text() {
        let lines = Lines()
        lines.logger(.text).warning(
            "a\nb \u{9B}c",
            metadata: ["word": "plain", "words": "two words", "empty": "", "k=": "="]
        )
        #expect(
            lines.all == [
                #"warning a\nb \u009bc empty="" "k="="=" word=plain words="two words""# + "\n"
            ]
        )
    }

    @Test("An entry below the level is not written")
    func level() {
        let lines = Lines()
        lines.logger(.text, level: .warning).info("quiet")
        #expect(lines.all == [])
    }

    @Test("Each request is one line, without its contents")
    func requests() async throws {
        let lines = Lines()
        try await withServer(StubHandler.echo, logger: lines.logger(.text)) { server in
            let client = try RawClient(port: server.port)
            let headers = "X-Request-ID: id-1\r\nAuthorization: Bearer elk_secret\r\n"
            try await client.send(post("/path?cursor=secret", body: "secret", headers: headers))
            #expect(try await client.receive().status == 200)
        }
        let line = try #require(lines.all.first)
        #expect(lines.all.count == 1)
        #expect(!line.contains("secret"))
        let pattern =
            #/debug request bytes_in=6 bytes_out=[0-9]+ duration_ms=[0-9.e-]+ method=POST request_id=id-1 route="POST /\{path\}" status=200\n/#
        #expect(line.wholeMatch(of: pattern) != nil, "\(line)")
    }
}
