import LedgerCore
import Testing

@testable import LedgerService

/// The table of endpoints and the error codes, held against the API description.
@Suite("Routes and error codes")
struct RouteTests {
    /// Answered by the server itself, and by no function.
    private static let ofServer: Set = ["GET /metrics"]

    @Test("The description has the table's endpoints and what the server answers itself")
    func operations() throws {
        let endpoints = EndpointTable.api.endpoints.map(\.name)
        #expect(try APIDocument().operations() == Self.ofServer.union(endpoints))
    }

    @Test("Every endpoint has the documented parameters in its path")
    func pathParameters() throws {
        let document = try APIDocument()
        for endpoint in EndpointTable.api.endpoints {
            let documented = try document.parameters(of: endpoint.name, in: "path")
            let parameters = endpoint.path.description.matches(of: /{(\w+)}/).map { String($0.1) }
            #expect(parameters == documented, "\(endpoint.name)")
        }
    }

    @Test("Every endpoint takes the documented query parameters, and lists them in that order")
    func queryParameters() throws {
        let document = try APIDocument()
        for endpoint in EndpointTable.api.endpoints {
            let documented = try document.parameters(of: endpoint.name, in: "query")
            #expect(endpoint.query == documented, "\(endpoint.name)")
        }
    }

    @Test("Every endpoint takes the documented kinds of bodies")
    func bodies() throws {
        let document = try APIDocument()
        for endpoint in EndpointTable.api.endpoints {
            let documented = try document.mediaTypes(of: endpoint.name)
            #expect(Set(endpoint.body.mediaTypes.map(\.rawValue)) == documented, "\(endpoint.name)")
        }
    }

    @Test("Every error code of the code is documented with its status")
    func errorCodes() throws {
        let statuses = try APIDocument().statuses()
        for code in ErrorCode.allCases {
            #expect(statuses[code.rawValue] == code.status, "\(code)")
        }
    }

    @Test("Every error code of the HTTP front is documented with its status")
    func frontErrorCodes() throws {
        let front = try Project.text("Server/HTTP/ServerError.swift")
        let documented = try APIDocument().statuses()
        let statuses = values(of: "status", in: front)
        let codes = values(of: "code", in: front)
        #expect(!codes.isEmpty, "ServerError.swift is written in a new way; adapt this test")
        #expect(Set(codes.keys) == Set(statuses.keys))
        for (name, code) in codes {
            let status = statuses[name].flatMap { Int($0) }
            #expect(documented[code] == status, "\(code)")
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
