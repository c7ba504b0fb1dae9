import Foundation
import LedgerCore
import LedgerSchemas
import Testing

@Suite("API description")
struct SchemaTests {
    @Test("The server's bytes are the repository's openapi.json")
    func sameBytes() throws {
        let file = try Data(contentsOf: Project.root.appending(path: "schemas/openapi.json"))
        #expect(Data(LedgerSchemas.openAPI) == file)
    }

    @Test("Every limit is documented or declared internal")
    func everyLimitIsKnown() throws {
        let source = try Project.text("Shared/LedgerCore/Limits.swift")
        let names = source.matches(of: /public static let (\w+)/).map { String($0.1) }
        #expect(names.count > 20, "Limits.swift is written in a new way; adapt this test")
        let documented = Set(DocumentedLimit.all.map(\.name))
        for name in names where !DocumentedLimit.internalNames.contains(name) {
            #expect(
                documented.contains(name),
                "Limits.\(name) is missing in DocumentedLimits.swift"
            )
        }
    }

    @Test("A limit has the same number in the document", arguments: DocumentedLimit.all)
    func limitIsTheSame(_ limit: DocumentedLimit) throws {
        let document = try APIDocument()
        let listed = document.value("x-limits", limit.documentName)
        switch limit.value {
        case .number(let number):
            #expect(listed as? Int == number, "x-limits.\(limit.documentName)")
        case .range(let range):
            let bounds = listed as? [String: Int]
            #expect(bounds == ["min": range.lowerBound, "max": range.upperBound])
        }
        for place in limit.places {
            let found = document.value(at: place.path.split(separator: "/").map(String.init))
            #expect(found as? Int == place.number, "\(place.path) is not \(place.number)")
        }
    }

    @Test("The document lists no limit that the code does not have")
    func noOtherLimits() throws {
        let listed = try #require(APIDocument().value("x-limits") as? [String: Any])
        #expect(Set(listed.keys) == Set(DocumentedLimit.all.map(\.documentName)))
    }

    @Test("Every error code has one status, and stands in some answer")
    func errorCodes() throws {
        let document = try APIDocument()
        let answered = Set(try document.statuses().keys)
        #expect(try document.errorCodes() == answered)
    }

    @Test("Operations are found, with their error codes")
    func operations() throws {
        let document = try APIDocument()
        let operations = try document.operations()
        #expect(operations.contains("POST /streams/{stream}/events"))
        #expect(operations.contains("GET /streams/{stream}/subscriptions/{subscription}/poll"))
        #expect(!operations.contains { $0.hasPrefix("PARAMETERS") })
        let errors = try document.errorCodes(of: "POST /streams")
        #expect(errors.contains("stream_already_exists"))
        #expect(!errors.contains("stream_not_found"))
    }
}
