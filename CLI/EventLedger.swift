import ArgumentParser

/// The command line of the ledger.
@main
struct EventLedger: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eventledger",
        abstract: "An ordered, immutable event log over plain HTTP.",
        version: "0.1.0",
        subcommands: [Serve.self]
    )
}
