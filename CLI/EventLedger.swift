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

            Exit codes: 0 done; 1 the ledger refused the call or did a part of it, or a file is not \
            what it must be; 3 the ledger can't be reached, is not available, or did not say what \
            became of the call; 4 the output could not be written; 64 the command line is wrong. \
            Nothing is committed or acknowledged that was not printed. With --json an error is JSON too, one line on \
            standard error: {"error": code, "message": text, "details": {…}}.

            A first tour:
              eventledger stream create orders
              eventledger publish orders --key order-1 --type order.created --data '{"total": 5}'
              eventledger tail orders --from earliest
            """,
        version: "0.1.0",
        subcommands: [
            Serve.self, StreamCommand.self, Publish.self, Read.self, SubscriptionCommand.self,
            Poll.self, Receive.self, Acknowledge.self, Work.self, Tail.self, Compacted.self,
            KeyCommand.self, Export.self,
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

/// A word of the command line that stands where a command must, and is none.
struct UnknownCommand {
    let message: String
    /// The usage of the command that was given instead, and where to read more.
    let usage: String

    /// Finds it; nil where the words are commands as far as they have to be.
    static func find(in arguments: [String]) -> UnknownCommand? {
        var place: any ParsableCommand.Type = EventLedger.self
        var path = ["eventledger"]
        for word in arguments {
            let commands = place.configuration.subcommands
            guard !commands.isEmpty, word.utf8.first != UInt8(ascii: "-") else { return nil }
            if let next = commands.first(where: { $0._commandName == word }) {
                place = next
                path.append(word)
            } else if word != "help" {
                return UnknownCommand(word, of: place, at: path)
            }
        }
        return nil
    }

    private init(_ word: String, of place: any ParsableCommand.Type, at path: [String]) {
        let names = place.configuration.subcommands.map { $0._commandName }
        let shown = Table.printable(word)
        if let name = Self.nearest(to: word, of: names) {
            message = "There is no command '\(shown)'. Did you mean '\(name)'?"
        } else {
            message = "There is no command '\(shown)', only \(names.joined(separator: ", "))."
        }
        let help = path.joined(separator: " ") + " --help"
        usage =
            "Usage: \(EventLedger.usageString(for: place))\n  See '\(help)' for more information."
    }

    /// The name that needs the fewest changes to be written so, if it is only some letters off or
    /// the word is its beginning.
    static func nearest(to word: String, of names: [String]) -> String? {
        let word = Array(word.utf8)
        if word.count > 1, let whole = names.first(where: { $0.utf8.starts(with: word) }) {
            return whole
        }
        let allowed = word.count < 5 ? 1 : 2
        return names.map { ($0, distance(from: word, to: Array($0.utf8))) }
            .filter { $0.1 <= allowed }
            .min { $0.1 < $1.1 }?.0
    }

    /// The number of bytes to put in, take out, change or swap with their neighbours.
    static func distance(from one: [UInt8], to other: [UInt8]) -> Int {
        var before: [Int] = []
        var last = Array(0...other.count)
        for i in one.indices {
            var row = [i + 1]
            for j in other.indices {
                let change = last[j] + (one[i] == other[j] ? 0 : 1)
                var best = min(change, last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, one[i] == other[j - 1], one[i - 1] == other[j] {
                    best = min(best, before[j - 1] + 1)
                }
                row.append(best)
            }
            (before, last) = (last, row)
        }
        return last[other.count]
    }
}
