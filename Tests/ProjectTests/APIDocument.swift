import Foundation
import LedgerSchemas
import Testing

/// The OpenAPI document as the server serves it, for tests.
struct APIDocument {
    /// The parsed text.
    let root: [String: Any]

    init() throws {
        let parsed = try JSONSerialization.jsonObject(with: Data(LedgerSchemas.openAPI))
        root = try #require(parsed as? [String: Any])
    }

    /// Every operation as the service names its routes: `POST /streams/{stream}/events`.
    func operations() throws -> Set<String> {
        Set(try eachOperation().map { "\($0.method) \($0.path)" })
    }

    /// The names of an operation's parameters in one place, `path` or `query`, in their order.
    func parameters(of operation: String, in place: String) throws -> [String] {
        let found = try #require(
            try eachOperation().first { "\($0.method) \($0.path)" == operation }
        )
        return found.parameters.map(resolved)
            .filter { $0["in"] as? String == place }
            .compactMap { $0["name"] as? String }
    }

    /// The media types of the bodies that an operation takes; none when it takes none.
    func mediaTypes(of operation: String) throws -> Set<String> {
        let words = operation.split(separator: " ").map(String.init)
        let content = value("paths", words[1], words[0].lowercased(), "requestBody", "content")
        return Set((content as? [String: Any] ?? [:]).keys)
    }

    /// Every error code that the document knows.
    func errorCodes() throws -> Set<String> {
        let codes = try #require(value("components", "schemas", "ErrorCode", "enum") as? [String])
        return Set(codes)
    }

    /// Each error code's HTTP status.
    ///
    /// Read from the responses in which the code stands; a code with two statuses fails the test.
    func statuses() throws -> [String: Int] {
        var found: [String: Int] = [:]
        let outside: [(String, Any)] = [
            ("404", reference("#/components/responses/not_found")),
            ("405", reference("#/components/responses/method_not_allowed")),
        ]
        for (status, response) in try outside + eachOperation().flatMap(\.responses) {
            for code in codes(ofResponse: response) {
                let number = try #require(Int(status))
                #expect(found[code, default: number] == number, "\(code) has two statuses")
                found[code] = number
            }
        }
        return found
    }

    /// The error codes that one operation can answer.
    func errorCodes(of operation: String) throws -> Set<String> {
        let found = try eachOperation().first { "\($0.method) \($0.path)" == operation }
        return Set(try #require(found).responses.flatMap { codes(ofResponse: $0.value) })
    }

    /// What stands at a path of keys; nil when a key is missing.
    func value(_ path: String...) -> Any? {
        value(at: path)
    }

    func value(at path: [String]) -> Any? {
        path.reduce(root as Any?) { holder, key in (holder as? [String: Any])?[key] }
    }

    // MARK: Inside

    private typealias Operation = (
        method: String, path: String, parameters: [Any], responses: [(key: String, value: Any)]
    )

    private func eachOperation() throws -> [Operation] {
        let paths = try #require(value("paths") as? [String: [String: Any]])
        return paths.flatMap { path, item in
            item.compactMap { method, operation in
                guard
                    method != "parameters",
                    let operation = operation as? [String: Any],
                    let responses = operation["responses"] as? [String: Any]
                else { return nil }
                let parameters = [item["parameters"], operation["parameters"]]
                    .flatMap { $0 as? [Any] ?? [] }
                return (
                    method.uppercased(), path, parameters, responses.map { ($0.key, $0.value) }
                )
            }
        }
    }

    private func reference(_ target: String) -> [String: Any] { ["$ref": target] }

    private func codes(ofResponse response: Any) -> [String] {
        var inner: Any? = resolved(response)
        for key in ["content", "application/json", "schema", "properties", "error", "enum"] {
            inner = (inner as? [String: Any])?[key]
        }
        return inner as? [String] ?? []
    }

    /// What a value says, or what it refers to.
    private func resolved(_ value: Any) -> [String: Any] {
        let value = value as? [String: Any] ?? [:]
        guard let target = value["$ref"] as? String else { return value }
        let path = target.split(separator: "/").dropFirst().map(String.init)
        return self.value(at: path) as? [String: Any] ?? [:]
    }
}
