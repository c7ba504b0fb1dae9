import ArgumentParser

/// The command line of the ledger.
@main
struct EventLedger: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eventledger",
        abstract: "An ordered, immutable event log over plain HTTP.",
        discussion: """
            Start a ledger with `eventledger serve`; every other command talks to one, at --url \
            or EVENTLEDGER_URL (http://127.0.0.1:8080 unless said otherwise). Where the ledger \
            needs API keys, EVENTLEDGER_API_KEY holds yours.

            Exit codes: 0 done; 1 the ledger refused the call, or a file is not what it must be; 3 \
            the ledger can't be reached, is not available, or did not say what became of the \
            call; 64 the command line is wrong.

            A first tour:
              eventledger stream create orders
              eventledger publish orders --key order-1 --type order.created --data '{"total": 5}'
              eventledger tail orders --from earliest
            """,
        version: "0.1.0",
        subcommands: [
            Serve.self, StreamCommand.self, Publish.self, Read.self, SubscriptionCommand.self,
            Poll.self, Tail.self, Compacted.self, KeyCommand.self, Export.self,
            Import.self, Verify.self, Backup.self, Restore.self, Version.self,
        ]
    )
}
