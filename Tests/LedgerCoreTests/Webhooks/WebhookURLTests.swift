import Testing

@testable import LedgerCore

@Suite("The address of a webhook")
struct WebhookURLTests {
    private func problem(
        _ text: String,
        allowing hosts: String...
    ) throws -> WebhookURLProblem? {
        let allowance = WebhookAllowance(
            try hosts.map { try #require(WebhookAllowance.Host($0), "\($0)") }
        )
        do throws(WebhookURLProblem) {
            try WebhookURL(text).check(against: allowance)
            return nil
        } catch {
            return error
        }
    }

    @Test("An address is taken apart, and kept as it was given")
    func parts() throws {
        let table: [(String, isEncrypted: Bool, host: String, port: Int)] = [
            ("https://example.com", true, "example.com", 443),
            ("HTTPS://Example.COM:443/Hook?a=b&c=%20", true, "example.com", 443),
            ("https://a_b-c.example/?x", true, "a_b-c.example", 443),
            ("https://example.com?to=https://other/", true, "example.com", 443),
            ("http://localhost:8080/", false, "localhost", 8080),
            ("http://8.8.8.8/a@b:c", false, "8.8.8.8", 80),
            ("https://[2606:4700::ABCD]:65535/x", true, "[2606:4700::abcd]", 65_535),
            ("https://123.example", true, "123.example", 443),
        ]
        for (text, isEncrypted, host, port) in table {
            let url = try WebhookURL(text)
            #expect(url.text == text && url.isEncrypted == isEncrypted)
            #expect(url.host == host && url.port == port, "\(text)")
        }
    }

    @Test("Whatever readers could take for different addresses is malformed")
    func malformed() throws {
        for text in [
            "https://", "https:///a", "https://?a", "https://:443", "https://a:", "https://a:0",
            "https://a:0443", "https://a:65536", "https://a:+443", "https://a:44 3", "https://a:b",
            "https://a:443:443", "https://a..b", "https://.a", "https://a.", "https://a b",
            "https://a\\b", "https://ä.example", "https://a/ä", "https://a/\n", "https://a/ b",
            "https://a/\"", "https://a/<b>", "https://a/{}", "https://a/\u{7f}", "https://%61/",
            "https://[::1", "https://[::1]a", "https://[]", "https://[1.2.3.4]",
            "https://[fe80::1%25a]",
            "https://::1", "https://2130706433", "https://127.1", "https://0x7f.0.0.1",
            "https://127.0.0.1.", "https://0177.0.0.1", "https://1.2.3.4.5", "https://a.256",
            "https://0x7f000001", "https://\(String(repeating: "a", count: 64)).example",
            "https://\(String(repeating: "a.", count: 127))example",
        ] {
            #expect(try problem(text) == .malformed, "\(text)")
        }
    }

    @Test("Only https at port 443, without user, password and fragment, is for everybody")
    func refused() throws {
        let table: [(String, WebhookURLProblem?)] = [
            ("https://example.com/hook", nil), ("https://localhost/", nil),
            ("https://8.8.8.8/", nil), ("https://[2606:4700::1]/", nil),
            ("", .length), ("https://a/" + String(repeating: "x", count: 2039), .length),
            ("https://a/" + String(repeating: "x", count: 2038), nil),
            ("example.com", .scheme), ("//example.com/", .scheme), ("ftp://example.com", .scheme),
            ("https:/example.com", .scheme), (" https://example.com", .scheme),
            ("https://user@example.com/", .userInfo), ("https://user:pw@example.com", .userInfo),
            ("https://example.com:443@localhost/", .userInfo), ("https://@a", .userInfo),
            ("https://example.com/#", .fragment), ("https://example.com#@a", .fragment),
            ("http://example.com/", .plain), ("http://example.com:443/", .plain),
            ("https://example.com:8443/", .port(8443)), ("https://example.com:80", .port(80)),
            ("https://127.0.0.1/", .address), ("https://10.0.0.1", .address),
            ("https://169.254.169.254/latest", .address), ("https://[::1]/", .address),
            ("https://[::ffff:10.0.0.1]/", .address), ("https://[fd00:ec2::254]/", .address),
        ]
        for (text, expected) in table {
            #expect(try problem(text) == expected, "\(text)")
        }
    }

    @Test("To exactly the hosts and ports that an operator allows, anything goes")
    func allowed() throws {
        let table: [(String, allowed: String, WebhookURLProblem?)] = [
            ("http://127.0.0.1:8080/a", "127.0.0.1:8080", nil),
            ("https://127.0.0.1:8080/a", "127.0.0.1:8080", nil),
            ("http://127.0.0.1:8081/", "127.0.0.1:8080", .plain),
            ("https://127.0.0.1/", "127.0.0.1:8080", .address),
            ("https://127.0.0.1:8080/", "127.0.0.2:8080", .port(8080)),
            ("http://Hooks.internal:80/", "hooks.INTERNAL", nil),
            ("https://hooks.internal", "hooks.internal", nil),
            ("https://hooks.internal:8443/", "hooks.internal", .port(8443)),
            ("http://a.hooks.internal/", "hooks.internal", .plain),
            ("http://[::1]:9/", "[::1]:9", nil),
            ("http://hooks.internal:80/", "hooks.internal:443", .plain),
            ("https://hooks.internal/#a", "hooks.internal", .fragment),
            ("https://user@hooks.internal/", "hooks.internal", .userInfo),
        ]
        for (text, allowed, expected) in table {
            #expect(try problem(text, allowing: allowed) == expected, "\(text), \(allowed)")
        }
        for wrong in ["", ":8080", "a:", "a:0", "::1", "a/", "http://a", "a:b", "a b", "127.1"] {
            #expect(WebhookAllowance.Host(wrong) == nil, "\(wrong)")
        }
    }

    @Test("Every refusal says what must be otherwise")
    func messages() {
        let problems: [WebhookURLProblem] = [
            .length, .scheme, .userInfo, .fragment, .malformed, .plain, .port(8443), .address,
        ]
        #expect(Set(problems.map(\.message)).count == problems.count)
        #expect(problems.allSatisfy { $0.message.hasPrefix("must ") })
        #expect(WebhookURLProblem.length.message.contains("2048"))
        #expect(WebhookURLProblem.port(8443).message.contains("8443"))
    }
}
