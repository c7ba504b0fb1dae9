import ArgumentParser
import LedgerCore
import LedgerSimulation

@main
struct SimulationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eventledger-sim",
        abstract: "Run the ledger's own code through simulated histories, each from one seed.",
        subcommands: [RunCommand.self, RulesCommand.self],
        defaultSubcommand: RunCommand.self
    )
}

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run histories and check every promise; stops at the first that breaks one.",
        discussion: """
            A history is replayed by its seed: --seed 4711 --count 1 --trace prints each step of it.
            """
    )

    @Option(help: "The first seed; by default a random one, which is printed.")
    var seed: UInt64?

    @Option(help: "How many histories.")
    var count = 1000

    @Flag(help: "Go on until one fails.")
    var forever = false

    @Flag(help: "Print every step.")
    var trace = false

    @Option(
        name: .customLong("break"),
        help: "Break this rule, to see whether it is noticed by a promise that needs it."
    )
    var broken: String?

    func run() throws {
        DeterministicHashing.ensure()
        let rules = try rules()
        let first = seed ?? UInt64.random(in: 1...1_000_000_000)
        print("seeds from \(first) on")
        var total = Total()
        var next = first
        let awaited = Self.awaited(without: rules)
        while forever || next - first < UInt64(count) {
            let report = Simulation.run(seed: next, rules: rules, prints: trace)
            total.add(report)
            let violations = report.violations.filter { awaited?.contains($0.promise) ?? true }
            guard violations.isEmpty else {
                throw Self.fail(report.seed, because: violations, after: next - first)
            }
            next += 1
            if forever, next % 10_000 == 0 { print(total.text) }
        }
        print(total.text)
    }

    private func rules() throws -> Rules {
        guard let broken else { return .all }
        #if SIMULATION
        guard let rule = Rule(rawValue: broken) else {
            throw ValidationError("no rule '\(broken)'; there are \(RulesCommand.names)")
        }
        return Rules(broken: rule)
        #else
        throw ValidationError("rules can be broken in a simulation build only: see docs/testing.md")
        #endif
    }

    /// The promises that count: with a broken rule those that need it; nil for all.
    private static func awaited(without rules: Rules) -> Set<Promise>? {
        #if SIMULATION
        rules.broken?.promises
        #else
        nil
        #endif
    }

    private static func fail(
        _ seed: UInt64,
        because violations: [Violation],
        after count: UInt64
    ) -> ExitCode {
        for violation in violations.prefix(10) { print("  \(violation)") }
        print("seed \(seed) breaks a promise, after \(count) that did not")
        print("replay it: just sim --seed \(seed) --count 1 --trace")
        return .failure
    }
}

/// The sum of all histories.
private struct Total {
    private var histories = 0
    private var events = 0
    private var days = 0.0
    private let start = ContinuousClock.now

    mutating func add(_ report: Simulation.Report) {
        histories += 1
        events += report.events
        days += Double(report.duration.wholeMilliseconds) / 86_400_000
    }

    var text: String {
        let seconds = max(Double((ContinuousClock.now - start) / .milliseconds(1)) / 1000, 0.001)
        let rate = Int(Double(histories) / seconds)
        return "\(histories) histories of \(events) events and \(Int(days)) days: every promise "
            + "held; \(rate) histories/s"
    }
}

struct RulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "List the rules that --break takes, a line each."
    )

    static var names: [String] { Rule.allCases.map(\.rawValue) }

    func run() {
        for name in Self.names { print(name) }
    }
}
