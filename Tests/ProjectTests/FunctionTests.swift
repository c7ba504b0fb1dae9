import LedgerCore
import Testing

@testable import LedgerService

/// Which function serves which route: the deployment's routes and rights follow it.
@Suite("Functions")
struct FunctionTests {
    static let table: [LedgerFunction: Set<String>] = [
        .admin: [
            "GET /health", "GET /openapi.json", "GET /streams", "POST /streams",
            "GET /streams/{stream}", "PATCH /streams/{stream}", "DELETE /streams/{stream}",
            "GET /streams/{stream}/subscriptions", "POST /streams/{stream}/subscriptions",
            "GET /streams/{stream}/subscriptions/{subscription}",
            "DELETE /streams/{stream}/subscriptions/{subscription}",
            "GET /keys", "POST /keys", "DELETE /keys/{key_id}",
        ],
        .publish: ["POST /streams/{stream}/events"],
        .poll: [
            "GET /streams/{stream}/events", "GET /streams/{stream}/compacted",
            "GET /streams/{stream}/compacted/{key}",
            "GET /streams/{stream}/partitions/{partition}/head",
            "GET /streams/{stream}/subscriptions/{subscription}/poll",
            "POST /streams/{stream}/subscriptions/{subscription}/commit",
            "POST /streams/{stream}/subscriptions/{subscription}/seek",
        ],
        .compactor: [
            "POST /streams/{stream}/compact", "POST /streams/{stream}/accept-tail",
            "POST /accept-clock",
        ],
    ]

    @Test("Every documented call belongs to the function of the table")
    func routes() throws {
        var found: [LedgerFunction: Set<String>] = [:]
        for operation in try APIDocument().operations() where !operation.hasSuffix(" /metrics") {
            let words = operation.split(separator: " ").map(String.init)
            let path = words[1]
                .replacing("{stream}", with: "orders")
                .replacing("{subscription}", with: "shipping")
                .replacing("{partition}", with: "0")
                .replacing("{key}", with: "order/1")
            let function = try Route(path: path).function(words[0])
            found[function, default: []].insert(operation)
        }
        #expect(found == Self.table)
    }

    @Test("A function serves its own routes only", arguments: LedgerFunction.allCases)
    func own(_ function: LedgerFunction) throws {
        for (owner, operations) in Self.table {
            for operation in operations {
                let words = operation.split(separator: " ").map(String.init)
                let path = words[1].replacing("{stream}", with: "s")
                    .replacing("{subscription}", with: "u").replacing("{key}", with: "k")
                    .replacing("{partition}", with: "0")
                let serves = try Route(path: path).function(words[0]) == function
                #expect(serves == (owner == function), "\(operation)")
            }
        }
    }

    @Test("Each function is its folder's few lines of wiring", arguments: LedgerFunction.allCases)
    func wiring(_ function: LedgerFunction) throws {
        let text = try Project.text("Lambdas/\(function.rawValue)/main.swift")
        #expect(text.contains("LambdaHost.run(.\(function.rawValue))"))
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count < 30)
    }

    @Test("There is no folder without a function")
    func folders() throws {
        let functions = LedgerFunction.allCases.map(\.rawValue).sorted()
        #expect(try Project.folders(in: "Lambdas") == functions)
    }
}
