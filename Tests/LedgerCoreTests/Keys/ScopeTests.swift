import Testing

@testable import LedgerCore

@Suite("Scopes")
struct ScopeTests {
    @Test(
        "A pattern covers what it says",
        arguments: [
            ("orders", ["orders"], ["order", "orders-1", "Orders"]),
            ("orders*", ["orders", "orders-1"], ["order", "xorders"]),
            ("o*", ["orders", "o"], ["p"]),
            ("*", ["orders", "a"], []),
        ]
    )
    func patterns(_ text: String, _ inside: [String], _ outside: [String]) throws {
        let pattern = try #require(StreamPattern(text))
        #expect(pattern.description == text)
        for name in inside { #expect(pattern.covers(try #require(StreamID(name)))) }
        for name in outside { #expect(!pattern.covers(try #require(StreamID(name)))) }
    }

    @Test(
        "What no name can fit is no pattern",
        arguments: [
            "", ".a", "-a*", "a b", "**", "*a", "a*b", "é*", String(repeating: "a", count: 250),
        ]
    )
    func noPattern(_ text: String) {
        #expect(StreamPattern(text) == nil)
    }

    @Test(
        "A scope is written in one way, its actions in their order",
        arguments: [
            ("admin:*", "admin:*"), ("consume,publish:a-*", "publish,consume:a-*"),
            ("publish:a", "publish:a"),
        ]
    )
    func text(_ text: String, _ canonical: String) throws {
        #expect(try #require(Scope(text)).description == canonical)
    }

    @Test(
        "What is no scope is refused",
        arguments: ["", "admin", ":*", "admin:", "root:*", "admin,admin:*", "admin,:*", "a:b:c"]
    )
    func refused(_ text: String) {
        #expect(Scope(text) == nil)
    }

    @Test("Coverage leaves out what lies within another pattern")
    func coverage() throws {
        let scopes = try ["admin:b*", "publish:bc", "consume:a", "admin:bcd*"].map {
            try #require(Scope($0))
        }
        #expect(scopes.coverage.map(\.description) == ["a", "b*"])
        #expect([Scope].everything.coverage == [.all])
    }
}
