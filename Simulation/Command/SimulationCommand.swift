import ArgumentParser

@main
struct SimulationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eventledger-sim",
        abstract: "Run the ledger's own code through simulated histories, each from one seed.",
        subcommands: [RunCommand.self, RulesCommand.self],
        defaultSubcommand: RunCommand.self
    )
}
