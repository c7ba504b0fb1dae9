import LedgerCore
import Testing

@testable import LedgerService

/// The routes and error codes of the code stand in the API description, and no others.
@Suite("Routes and error codes")
struct RouteTests {
    @Test("Every route of the code is documented, and the other way round")
    func routes() throws {
        let source = try Project.text("Shared/LedgerService/API/EndpointTable.swift")
        let patterns = source.matches(of: /case .\w+: "(\/[^"]*)"/).map { String($0.1) }
        #expect(
            patterns.count == 18,
            "EndpointTable.swift is written in a new way; adapt this test"
        )
        let document = try APIDocument()
        let documented = Set(try document.operations().map { String($0.split(separator: " ")[1]) })
        // The HTTP front answers /metrics itself.
        #expect(documented == Set(patterns + ["/metrics"]))
    }

    @Test("Every error code of the code is documented with its status")
    func errorCodes() throws {
        let answers = try Project.text(
            "Shared/LedgerService/API/ErrorAnswer+Mapping.swift"
        )
        let statuses = try APIDocument().statuses()
        let pairs = answers.matches(of: /\b(\d{3}),\s+"(\w+)"/)
        #expect(
            pairs.count > 25,
            "ErrorAnswer+Mapping.swift is written in a new way; adapt this test"
        )
        for pair in pairs {
            #expect(statuses[String(pair.2)] == Int(pair.1), "\(pair.2)")
        }
    }

    @Test("Every error code of the HTTP front is documented with its status")
    func frontErrorCodes() throws {
        let front = try Project.text("Server/HTTP/ServerError.swift")
        let documented = try APIDocument().statuses()
        let statuses = values(of: "status", in: front)
        let codes = values(of: "code", in: front)
        #expect(codes.count > 8, "ServerError.swift is written in a new way; adapt this test")
        #expect(Set(codes.keys) == Set(statuses.keys))
        for (name, code) in codes {
            let status = statuses[name].flatMap { Int($0) }
            #expect(documented[code] == status, "\(code)")
        }
    }

    @Test("Every route takes the documented methods")
    func methods() throws {
        var documented: [String: Set<String>] = [:]
        for operation in try APIDocument().operations() where !operation.hasSuffix(" /metrics") {
            let words = operation.split(separator: " ").map(String.init)
            documented[words[1], default: []].insert(words[0])
        }
        for (pattern, methods) in documented {
            let path =
                pattern
                .replacing("{stream}", with: "orders")
                .replacing("{subscription}", with: "shipping")
                .replacing("{partition}", with: "0")
                .replacing("{key}", with: "order/1")
                .replacing("{key_id}", with: "0f3a9c5e7b1d2468")
            let route = try Route(path: path)
            #expect(route.pattern == pattern)
            #expect(Set(route.methods) == methods, "\(pattern)")
        }
    }

    /// The values of an exhaustive switch in a computed property, by the names of the cases.
    private func values(of property: String, in source: String) -> [String: String] {
        let body = source.split(separator: "\n")
            .drop { !$0.contains("var \(property):") }
            .prefix { $0 != "    }" }
        var found: [String: String] = [:]
        for line in body {
            guard let match = line.firstMatch(of: /case (.+): "?(\w+)"?$/) else { continue }
            for name in match.1.matches(of: /\.(\w+)/) { found[String(name.1)] = String(match.2) }
        }
        return found
    }
}
