import ArgumentParser
import Glibc

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
            call; 4 the output could not be written; 64 the command line is wrong. Nothing is \
            committed that was not printed. With --json an error is JSON too, one line on \
            standard error: {"error": code, "message": text, "details": {…}}.

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

    /// Runs the command line that the process was started with.
    static func main() async {
        Descriptor.occupyStandard()
        // Writing says itself what is wrong: nobody reads, or a file is as large as it may be.
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        let arguments = Array(CommandLine.arguments.dropFirst())
        Glibc.exit(await run(arguments))
    }

    /// Runs a command; returns its exit code.
    static func run(_ arguments: [String]) async -> Int32 {
        let report = FailureReport(arguments)
        do {
            try OutsideText.check()
            if let usage = UnknownCommand.find(in: arguments) { return report.show(usage) }
            var command = try await asyncParseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            try Output.finish()
            return 0
        } catch {
            return report.show(error)
        }
    }
}
