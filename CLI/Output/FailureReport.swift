import ArgumentParser
import Glibc

/// Says on standard error why a command failed: in words, or with `--json` in one line of JSON.
struct FailureReport {
    private let asJSON: Bool

    /// Looks at the arguments themselves: it must be known also where they are wrong.
    init(_ arguments: [String]) {
        asJSON = arguments.prefix { $0 != "--" }.contains("--json")
    }

    /// Shows what a command threw; returns the exit code.
    func show(_ error: any Error) -> Int32 {
        if let failure = error as? Failure { return show(failure) }
        let code = EventLedger.exitCode(for: error).rawValue
        let text = EventLedger.fullMessage(for: error)
        guard code != 0 else { return showHelp(text) }
        if !text.isEmpty { show(EventLedger.message(for: error), text, isUsage: code == 64) }
        return code
    }

    /// Shows a command line that is wrong.
    func show(_ command: UnknownCommand) -> Int32 {
        show(command.message, "Error: \(command.message)\n\(command.usage)", isUsage: true)
        return 64
    }

    private func show(_ message: String, _ text: String, isUsage: Bool) {
        guard asJSON else { return Messages.write(text + "\n") }
        write(ErrorDocument.bytes(isUsage ? "usage" : "failed", message))
    }

    private func show(_ failure: Failure) -> Int32 {
        // Whoever stopped reading wants to hear nothing: `eventledger read orders | head`.
        if case .output(EPIPE) = failure.cause { Output.endQuietly() }
        if asJSON {
            write(failure.json)
        } else {
            for line in [failure.message] + failure.notes { Messages.line(line) }
        }
        return failure.exitCode
    }

    /// What was asked for, such as --help, is output like any other.
    private func showHelp(_ text: String) -> Int32 {
        do throws(Failure) {
            try Output.line(text)
            try Output.finish()
            return 0
        } catch {
            return show(error)
        }
    }

    private func write(_ json: [UInt8]) {
        Messages.write(String(decoding: json, as: UTF8.self) + "\n")
    }
}
