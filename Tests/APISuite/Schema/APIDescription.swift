import LedgerClient
import LedgerSchemas
package import LedgerTesting

/// The OpenAPI document, for holding answers against it.
package struct APIDescription: Sendable {
    /// The document that the ledger serves.
    package static let shared = APIDescription()

    private let schemas: JSONSchema
    private let described: [Operation]
    /// What the operations that name none need.
    private let security: JSONValue

    /// The responses of one method on one path.
    private struct Operation: Sendable {
        let id: String
        let method: String
        let segments: [Substring]
        let responses: JSONValue
        let security: JSONValue?

        /// Whether the path is this one's; a key is the whole rest.
        func takes(_ path: [Substring]) -> Bool {
            guard path.count >= segments.count else { return false }
            guard path.count == segments.count || segments.last == "{key}" else { return false }
            return zip(segments, path).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }

        var literals: Int { segments.count { !$0.hasPrefix("{") } }
    }

    private init() {
        do throws {
            schemas = JSONSchema(document: try JSONValue(LedgerSchemas.openAPI))
        } catch {
            preconditionFailure("the OpenAPI document is no JSON: \(error)")
        }
        described = Self.operations(of: schemas.document)
        security = schemas.document["security"] ?? .null
    }

    private static func operations(of document: JSONValue) -> [Operation] {
        guard case .object(let paths) = document["paths"] else { return [] }
        return paths.flatMap { path -> [Operation] in
            guard case .object(let methods) = path.value else { return [] }
            return methods.compactMap { method in
                method.value["responses"].map {
                    Operation(
                        id: method.value["operationId"]?.text ?? "",
                        method: method.name.uppercased(),
                        segments: Self.segments(path.name),
                        responses: $0,
                        security: method.value["security"]
                    )
                }
            }
        }
    }

    private static func segments(_ path: String) -> [Substring] {
        path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .dropFirst().map(Substring.init)
    }

    /// Every error code of the document.
    package var errorCodes: Set<String> {
        let codes = schemas.resolve("#/components/schemas/ErrorCode")?["enum"]
        return Set((codes?.elements ?? []).compactMap(\.text))
    }

    /// The ids of the document's operations: `describeStream`.
    package var operations: Set<String> {
        Set(described.map(\.id))
    }

    /// The actions of which a key needs one for an operation; none where it needs no key.
    package func actions(of operation: String) -> Set<String> {
        let operation = described.first { $0.id == operation }
        let alternatives = (operation?.security ?? security).elements
        return Set(alternatives.flatMap { $0["apiKey"]?.elements ?? [] }.compactMap(\.text))
    }

    /// The method of an operation, and its path with these values for its parameters.
    package func call(
        _ operation: String,
        with values: [String: String]
    ) -> (method: String, path: String) {
        guard let operation = described.first(where: { $0.id == operation }) else {
            preconditionFailure("no operation of the document has the id \(operation)")
        }
        let segments = operation.segments.map { segment in
            segment.hasPrefix("{")
                ? values[String(segment.dropFirst().dropLast())] ?? "none" : String(segment)
        }
        return (operation.method, "/" + segments.joined(separator: "/"))
    }

    /// What the document does not allow about an answer; empty when all is well.
    package func faults(of answer: Answer, to request: SuiteRequest) -> [String] {
        guard let response = response(to: request, status: answer.status) else {
            return ["\(request.method) \(request.path) has no answer \(answer.status)"]
        }
        let faults = headerFaults(of: answer, by: response)
        if request.method == "HEAD", answer.body.isEmpty { return faults }
        return faults + bodyFaults(of: answer, by: response)
    }

    private func headerFaults(of answer: Answer, by response: JSONValue) -> [String] {
        guard case .object(let headers) = response["headers"] else { return [] }
        return headers.filter { header in
            let value = header.value["$ref"]?.text.flatMap(schemas.resolve) ?? header.value
            return value["required"] == .boolean(true)
                && answer.header(header.name.lowercased()) == nil
        }.map { "the header \($0.name) is missing" }
    }

    private func bodyFaults(of answer: Answer, by response: JSONValue) -> [String] {
        guard case .object(let media) = response["content"] else { return ["no content"] }
        let type = answer.header("content-type")?.prefix { $0 != ";" } ?? ""
        guard let content = media.first(where: { $0.name == type })?.value else {
            return ["content type \(type) is not listed"]
        }
        guard type == "application/json", let schema = content["schema"] else { return [] }
        do throws {
            return schemas.faults(of: try JSONValue(answer.body), against: schema)
        } catch {
            return ["the body is no JSON: \(error)"]
        }
    }

    private func response(to request: SuiteRequest, status: Int) -> JSONValue? {
        let path = Self.segments(request.path)
        let fitting = described.filter { $0.takes(path) }
        // Of several, the one that says most about the path: …/compacted, not …/{subscription}.
        let literals = fitting.map(\.literals).max()
        let best = fitting.filter { $0.literals == literals }
        let method = request.method == "HEAD" ? "GET" : request.method
        guard let operation = best.first(where: { $0.method == method }) else {
            let outside = best.isEmpty ? (404, "not_found") : (405, "method_not_allowed")
            guard status == outside.0 else { return nil }
            return schemas.resolve("#/components/responses/\(outside.1)")
        }
        guard let response = operation.responses["\(status)"] else { return nil }
        return response["$ref"]?.text.flatMap(schemas.resolve) ?? response
    }
}
