import ArgumentParser
import LedgerCore

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
