import AWSClient
import CurlHTTP
package import DynamoDBTable
import Foundation
import Synchronization

/// A local AWS that the test process starts when it is first needed, and that ends with it.
///
/// The project's set-up installs it: `./justw test`.
package final class LocalAWS: Sendable {
    private static let started = Task { try await LocalAWS() }

    /// The address at which it answers: `http://127.0.0.1:PORT`.
    package let url: String
    /// Long, because an emulation on a busy machine is slow.
    private static let attemptTimeout: Duration = .seconds(30)

    private let process: ServerProcess
    /// Its standard input: it ends when this process does, however that comes.
    private let input = Pipe()
    private let number = Atomic(0)

    private init() async throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        process = try await ServerProcess(
            root.appending(path: ".tools/venv/bin/python").path,
            arguments: [
                root.appending(path: "LocalCloud/moto-server.py").path, "--end-with-input",
            ],
            input: input.fileHandleForReading
        )
        url = process.url
    }

    /// The one of this process.
    package static func shared() async throws -> LocalAWS { try await started.value }

    /// The environment variables with which a process reaches it.
    package var variables: [String: String] {
        [
            "AWS_ENDPOINT_URL": url, "AWS_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        ]
    }

    /// A single attempt of a call that is decided on now.
    private static var onceNow: DynamoDBClient.Repetition {
        .never(decided: AWSTime(seconds: Int64(Date().timeIntervalSince1970))) { true }
    }

    /// Makes a table of the ledger's shape and returns its name.
    package func createTable() async throws -> String {
        let count = number.wrappingAdd(1, ordering: .relaxed).newValue
        let name = "eventledger-\(count)"
        let environment = try AWSEnvironment.fromProcess(overriding: variables)
        let client = try DynamoDBClient(
            environment,
            attemptTimeout: Self.attemptTimeout
        )
        _ = try await client.call(
            "CreateTable",
            body: Self.creation(of: name),
            repetition: Self.onceNow
        )
        return name
    }

    /// Removes a table with all that is in it.
    package func deleteTable(_ name: String) async throws {
        let environment = try AWSEnvironment.fromProcess(overriding: variables)
        let client = try DynamoDBClient(
            environment,
            attemptTimeout: Self.attemptTimeout
        )
        let body = Array("{\"TableName\": \"\(name)\"}".utf8)
        _ = try await client.call("DeleteTable", body: body, repetition: Self.onceNow)
    }

    /// A table made by ``createTable()``, as a new process would open it.
    package func table(_ name: String) throws -> DynamoDBTable {
        try DynamoDBTable(
            name: name,
            environment: AWSEnvironment.fromProcess(overriding: variables),
            attemptTimeout: Self.attemptTimeout
        )
    }

    /// A new table of its own.
    package func table() async throws -> DynamoDBTable {
        try table(await createTable())
    }

    /// Orders what goes wrong with the calls of a table from now on, or of every one; nothing ends
    /// it.
    ///
    /// `LocalCloud/README.md` says what there is, such as `throttles` and `conflicts`.
    package func disturb(_ table: String? = nil, faults: [String: Double] = [:]) async throws {
        let members = faults.map { "\"\($0.key)\": \($0.value)" }
        let name = table.map { ["\"table\": \"\($0)\""] } ?? []
        let request = CurlRequest(
            method: "POST",
            url: url + "/eventledger/faults",
            body: Array("{\((name + members).joined(separator: ", "))}".utf8),
            timeout: Self.attemptTimeout
        )
        let answer = try await CurlClient().call(request)
        guard answer.status == 204 else { throw Refused(answer: answer.body) }
    }

    /// An order that is none.
    private struct Refused: Error, CustomStringConvertible {
        let answer: [UInt8]
        var description: String { String(decoding: answer, as: UTF8.self) }
    }

    private static func creation(of name: String) -> [UInt8] {
        Array(
            """
            {"TableName": "\(name)", "BillingMode": "PAY_PER_REQUEST",
             "AttributeDefinitions": [{"AttributeName": "PK", "AttributeType": "S"},
                                      {"AttributeName": "SK", "AttributeType": "S"}],
             "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"},
                           {"AttributeName": "SK", "KeyType": "RANGE"}]}
            """.utf8
        )
    }
}
