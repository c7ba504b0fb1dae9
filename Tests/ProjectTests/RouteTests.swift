import Testing

/// The routes and error codes of the code stand in the API description, and no others.
@Suite("Routes and error codes")
struct RouteTests {
    @Test("Every route of the code is documented, and the other way round")
    func routes() throws {
        let source = try Project.text("Shared/LedgerService/API/Route.swift")
        let patterns = source.matches(of: /case .\w+: "(\/[^"]*)"/).map { String($0.1) }
        #expect(patterns.count == 14, "Route.swift is written in a new way; adapt this test")
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
        let front = try Project.text("Server/HTTP/ServerError.swift")
        let known = try APIDocument().errorCodes()
        for code in front.matches(of: /: "([a-z]+_[a-z_]+|overloaded)"$/.anchorsMatchLineEndings())
        {
            #expect(known.contains(String(code.1)), "\(code.1)")
        }
    }
}
