import AWSClient
import APISuite
import CurlHTTP
import DynamoDBTable
import Foundation
import LedgerClient

/// What only the local cloud has: its control endpoint, and the table from behind.
struct LocalCloud: Sendable {
    /// Another answer of the control endpoint than 200.
    struct Refused: Error, CustomStringConvertible {
        let description: String
    }

    private let control: String

    init() throws {
        control = try Deployment.variable("EVENTLEDGER_CONTROL_URL")
    }

    /// One call of the control endpoint.
    @discardableResult
    func call(_ method: String, _ path: String, _ body: String = "") async throws -> JSONValue {
        let request = CurlRequest(
            method: method,
            url: control + path,
            body: Array(body.utf8),
            timeout: 180_000
        )
        let response = try await CurlClient().call(request)
        guard response.status == 200 else {
            let text = String(decoding: response.body, as: UTF8.self)
            throw Refused(description: "\(method) \(path): \(response.status) \(text)")
        }
        return try JSONValue(response.body)
    }

    /// Waits until the compactor was given everything that the table's stream has.
    func drain() async throws {
        try await call("POST", "/drain", "{\"timeout\":120}")
    }

    /// The next batches of the stream come twice, or in another order, or not at all.
    func disturb(duplicate: Int = 0, reorder: Int = 0, drop: Int = 0) async throws {
        let body = "{\"duplicate\":\(duplicate),\"reorder\":\(reorder),\"drop\":\(drop)}"
        try await call("POST", "/stream-faults", body)
    }

    /// Rings for the sweep, and waits for it.
    func sweep() async throws { try await call("POST", "/schedule") }

    /// An instance of a function dies after its next write, before it has answered.
    func killAfterWrite(_ function: String) async throws {
        try await call("POST", "/kill", "{\"function\":\"\(function)\",\"after_writes\":1}")
    }

    /// A number of the stream's mapping: `batches`, `failed`, `abandoned`.
    func count(_ name: String) async throws -> Int {
        let mappings = try await call("GET", "/stream")["mappings"]?.elements ?? []
        let counts = mappings.compactMap { $0["counts"]?[name]?.text.flatMap { Int($0) } }
        return counts.reduce(0, +)
    }

    /// How many instances of a function there are now.
    func instances(of function: String) async throws -> Int {
        let all = try await call("GET", "/invocations")["instances"]
        guard case .object(let members) = all else { return 0 }
        let own = members.filter { $0.name.hasSuffix("-\(function)") }
        return own.compactMap { $0.value.text.flatMap { Int($0) } }.reduce(0, +)
    }

    /// The deployed table, not through any function.
    func table() throws -> DynamoDBTable {
        let environment = try AWSEnvironment.fromProcess(overriding: [
            "AWS_ENDPOINT_URL": Deployment.variable("EVENTLEDGER_LOCAL_AWS_URL"),
            "AWS_REGION": Deployment.variable("EVENTLEDGER_LOCAL_AWS_REGION"),
            "AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
        ])
        return try DynamoDBTable(
            name: Deployment.variable("EVENTLEDGER_LOCAL_TABLE"),
            environment: environment,
            attemptTimeout: 30_000
        )
    }
}
