import LedgerCore
import LedgerService
import Testing

/// What the configuration in `tofu` says about the code, against the code.
@Suite("Deployment")
struct DeploymentTests {
    @Test("The gateway's routes lead to the functions that serve them")
    func routes() throws {
        var deployed: [LedgerFunction: Set<String>] = [:]
        for line in try Project.text("tofu/modules/api/routes.tf").split(separator: "\n") {
            let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
            guard parts.count == 5 else { continue }
            let function = try #require(LedgerFunction(rawValue: String(parts[3])), "\(line)")
            // At the gateway a key is the whole rest of the path.
            let route = String(parts[1]).replacing("{key+}", with: "{key}")
            #expect(deployed[function, default: []].insert(route).inserted, "\(line)")
        }
        let served = Dictionary(grouping: EndpointTable.api.endpoints, by: \.function)
        #expect(deployed == served.mapValues { Set($0.map(\.name)) })
    }

    @Test("Alarms and the dashboard look at metrics that exist")
    func metrics() throws {
        let counted = try metricNames(in: "Shared/LedgerService/Support/Environment.swift")
            .union(metricNames(in: "Shared/LambdaHost/Runtime/FunctionHandler.swift"))
        for file in ["alarms.tf", "dashboard.tf"] {
            let watched = try metricNames(in: "tofu/modules/observability/\(file)")
            #expect(!watched.isEmpty)
            #expect(watched.subtracting(counted) == [], "\(file)")
        }
    }

    @Test("Push has time to work in before its last minute")
    func pushTimeout() throws {
        let functions = try Project.text("tofu/modules/functions/functions.tf")
        let push = try #require(functions.firstMatch(of: /push +=.+timeout = (\d+)/))
        let timeout = try #require(Int(push.1))
        #expect(Duration.seconds(timeout) >= Limits.pushMargin * 2)
    }

    @Test("New chunks are gathered for as long as webhooks are rung for once")
    func batchingWindow() throws {
        for module in ["functions", "ledger"] {
            let variables = try Project.text("tofu/modules/\(module)/variables.tf")
            let rest = try #require(variables.split(separator: "\"batching_window_seconds\"").last)
            let seconds = try #require(rest.firstMatch(of: /default +=\s(\d+)/)?.1)
            let window = try #require(Int(seconds))
            #expect(Duration.seconds(window) >= Limits.pushRingPause, "\(module)")
        }
    }

    /// The names of metrics in a file, without the values of dimensions behind them.
    private func metricNames(in path: String) throws -> Set<String> {
        let strings = try Project.text(path).split(separator: "\"")
        return Set(
            strings.filter { $0.hasPrefix("eventledger_") }.map { String($0.prefix { $0 != "." }) }
        )
    }
}
