import APISuite
import Foundation
import LedgerCore
import LedgerServer
import LedgerService
import LedgerTesting
import Testing

/// HTTPS, besides what the API suite checks of it.
@Suite("TLS")
struct TLSTests {
    @Test("A client that does not know the certificate sends nothing")
    func unknownCertificate() async throws {
        let other = try await TestCertificate()
        try await withTLS(try await TestCertificate.shared()) { port in
            await #expect(throws: (any Error).self) {
                try await Self.health(port, trusting: other)
            }
        }
    }

    @Test("TLS 1.2 and 1.3 are spoken, nothing older, and HTTP/1.1 is what is agreed on")
    func versions() async throws {
        try await withTLS(try await TestCertificate.shared()) { port in
            for version in ["-tls1_2", "-tls1_3"] {
                let said = try await Self.connect(
                    to: port,
                    with: [version, "-alpn", "h2,http/1.1"]
                )
                #expect(said.contains("ALPN protocol: http/1.1"), "\(said)")
            }
            for version in ["-tls1", "-tls1_1"] {
                await #expect(throws: TestFailure.self) {
                    try await Self.connect(to: port, with: [version, "-cipher", "ALL:@SECLEVEL=0"])
                }
            }
        }
    }

    @Test(
        "A connection that never shakes hands is closed",
        arguments: ["", "GET / HTTP/1.1\r\n\r\n"]
    )
    func silence(_ text: String) async throws {
        let timeouts = ConnectionTimeouts(handshake: .milliseconds(50))
        try await withTLS(try await TestCertificate.shared(), timeouts: timeouts) { port in
            let client = try RawClient(port: port)
            if !text.isEmpty { try await client.send(text) }
            try await client.awaitClose()
        }
    }

    @Test("A handshake that comes byte by byte is taken", arguments: TLSClient.Version.allCases)
    func slowHandshake(_ version: TLSClient.Version) async throws {
        try await withTLS(try await TestCertificate.shared()) { port in
            let client = try TLSSocket(version, port: port)
            try await client.shakeHands(inPiecesOf: 1)
            try await client.send(get("/", headers: "Connection: close\r\n"))
            let answer = String(decoding: try await client.receiveToEnd(), as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.1 200 "), "\(answer)")
        }
    }

    @Test("A handshake that stops before its last byte is closed")
    func unfinishedHandshake() async throws {
        let timeouts = ConnectionTimeouts(handshake: .milliseconds(50))
        try await withTLS(try await TestCertificate.shared(), timeouts: timeouts) { port in
            let client = try TLSSocket(.tls13, port: port)
            _ = client.client.shakeHands()
            for byte in client.client.output().dropLast() {
                // The server may have closed before they are all sent.
                try? await client.socket.send([byte])
            }
            try await client.socket.awaitClose()
        }
    }

    @Test(
        "A client that ends its direction gets the whole answers, and their end",
        arguments: TLSClient.Version.allCases,
        [true, false]
    )
    func halfClose(_ version: TLSClient.Version, endsSocket: Bool) async throws {
        let body = [UInt8](repeating: 0x78, count: 4 << 20)
        let handler = StubHandler { _ in APIResponse(status: 200, body: body) }
        let certificate = try await TestCertificate.shared()
        try await withServer(handler, tls: certificate.files) { server in
            let client = try TLSSocket(version, port: server.port, receiveBuffer: 65_536)
            try await client.shakeHands()
            client.client.write(Array((get("/") + get("/")).utf8))
            client.client.endOutput()
            try await client.flush()
            if endsSocket { try await client.socket.closeSending() }
            let answers = try await client.receiveToEnd()
            #expect(answers.count > 2 * body.count)
            #expect(answers.suffix(body.count) == body[...])
            #expect(try await client.socket.receiveBytes() == [])
        }
    }

    @Test(
        "A client that sends requests and closes its socket without a word of TLS is not answered"
    )
    func truncation() async throws {
        let arrived = Gate()
        let handler = StubHandler { _ in
            arrived.open()
            await untilCancelled()
            return APIResponse(status: 200)
        }
        let certificate = try await TestCertificate.shared()
        try await withServer(handler, tls: certificate.files) { server in
            let client = try TLSSocket(.tls13, port: server.port)
            try await client.shakeHands()
            try await client.send(get("/"))
            await arrived.wait()
            try await client.socket.closeSending()
            await #expect(throws: TestFailure("cut off after 0 bytes")) {
                try await client.receiveToEnd()
            }
        }
    }

    @Test("A changed record is answered with an alert", arguments: TLSClient.Version.allCases)
    func alert(_ version: TLSClient.Version) async throws {
        try await withTLS(try await TestCertificate.shared()) { port in
            let client = try TLSSocket(version, port: port)
            try await client.shakeHands()
            client.client.write(Array(get("/").utf8))
            var record = client.client.output()
            record[record.count - 1] ^= 1
            try await client.socket.send(record)
            await #expect(throws: TestFailure("broken after 0 bytes")) {
                try await client.receiveToEnd()
            }
            #expect(client.client.alert == TLSClient.Alert.badRecord)
        }
    }

    @Test(
        "A request with a breach behind it ends its connection, and nobody else's",
        arguments: TLSClient.Version.allCases
    )
    func breach(_ version: TLSClient.Version) async throws {
        try await withTLS(try await TestCertificate.shared()) { port in
            for junk in [40, 400] {
                let client = try TLSSocket(version, port: port)
                try await client.shakeHands()
                client.client.write(Array(get("/").utf8))
                let record = client.client.output()
                let head: [UInt8] = [23, 3, 3, UInt8(junk >> 8), UInt8(junk & 255)]
                try await client.socket.send(record + head + [UInt8](repeating: 7, count: junk))
                await #expect(throws: TestFailure.self) { try await client.receiveToEnd() }
            }
            let other = try TLSSocket(version, port: port)
            try await other.shakeHands()
            try await other.send(get("/", headers: "Connection: close\r\n"))
            #expect(try await other.receiveToEnd().starts(with: Array("HTTP/1.1 200".utf8)))
        }
    }

    @Test(
        "A group of a curve that was not offered first is agreed on, one of a finite field is not"
    )
    func groups() async throws {
        try await withTLS(try await TestCertificate.shared()) { port in
            for groups in ["X25519", "P-256", "P-384", "P-521:P-384", "ffdhe8192:X25519"] {
                _ = try await Self.connect(to: port, with: ["-tls1_3", "-groups", groups])
            }
            for groups in ["ffdhe2048", "ffdhe8192", "X448", "P-521"] {
                await #expect(throws: TestFailure.self) {
                    try await Self.connect(to: port, with: ["-tls1_3", "-groups", groups])
                }
            }
        }
    }

    @Test("A client that asks for new keys for ever and reads nothing is cut")
    func unreadReplies() async throws {
        try await withTLS(try await TestCertificate.shared()) { port in
            let client = try TLSSocket(.tls13, port: port, receiveBuffer: 4096)
            try await client.shakeHands()
            let patience = Patience()
            await #expect(throws: TestFailure.self) {
                while true {
                    for _ in 0..<1000 { _ = client.client.updateKeys() }
                    try await client.flush()
                    guard (try? patience.check("cut")) != nil else { return }
                }
            }
        }
    }

    @Test("A key that is another certificate's, and files that are missing, are refused")
    func unusable() async throws {
        let (one, other) = (try await TestCertificate(), try await TestCertificate())
        let wrong = [
            TLSFiles(certificate: one.files.certificate, key: other.files.key),
            TLSFiles(certificate: one.files.key, key: one.files.certificate),
            TLSFiles(certificate: one.files.certificate + "x", key: one.files.key),
            TLSFiles(certificate: one.files.certificate, key: one.files.key + "x"),
        ]
        for files in wrong {
            let configuration = ServerConfiguration(port: 0, tls: files)
            await #expect(throws: StartError.self) {
                try await HTTPServer.start(
                    configuration,
                    handler: StubHandler.echo,
                    logger: .silent
                )
            }
        }
    }

    @Test("SIGHUP makes a server read its certificate again; a broken one it leaves")
    func reload() async throws {
        let (served, next) = (try await TestCertificate(), try await TestCertificate())
        let first = served.files.certificate + ".first"
        try FileManager.default.copyItem(atPath: served.files.certificate, toPath: first)
        let folder = try TemporaryFolder()
        let ledger = try await LedgerUnderTest(data: folder, tls: served.files)
        defer { ledger.kill() }
        try await Self.health(ledger.port, trusting: first)
        try next.replace(served)
        ledger.hangUp()
        try await Patience().wait(for: "the new certificate") {
            (try? await Self.health(ledger.port, trusting: next)) != nil
        }
        try Data("no certificate".utf8).write(to: URL(filePath: served.files.certificate))
        ledger.hangUp()
        ledger.hangUp()
        try await Self.health(ledger.port, trusting: next)
    }

    private func withTLS(
        _ certificate: TestCertificate,
        timeouts: ConnectionTimeouts = .patient,
        body: (Int) async throws -> Void
    ) async throws {
        try await withServer(StubHandler.echo, tls: certificate.files, timeouts: timeouts) {
            try await body($0.port)
        }
        withExtendedLifetime(certificate) {}
    }

    private static func health(_ port: Int, trusting certificate: TestCertificate) async throws {
        try await health(port, trusting: certificate.files.certificate)
    }

    private static func health(_ port: Int, trusting certificates: String) async throws {
        let url = "https://127.0.0.1:\(port)"
        let answer = try await HTTPTransport(url: url, certificates: certificates)
            .send(SuiteRequest("GET", at: "/health"))
        #expect(answer.status == 200)
    }

    private static func connect(to port: Int, with arguments: [String]) async throws -> String {
        try await OpenSSL.run(["s_client", "-connect", "127.0.0.1:\(port)"] + arguments)
    }
}
