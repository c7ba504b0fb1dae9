import ArgumentParser
import LedgerClient
import RawJSON
import Glibc

/// The reason why a command did not do all that it was asked to.
struct Failure: Error {
    /// The obstacle, from which the exit code follows.
    enum Cause {
        /// The ledger's answer, or its absence.
        case ledger(LedgerClientError)
        /// Standard output can't be written; the system's number of the error.
        case output(Int32)
        /// The ledger did less than it was asked to; what is left, for a person.
        case incomplete(String)
        /// A file, or input, is not what it must be; for a person.
        case content(String)
        /// Something on this machine can't be read, opened or started; for a person.
        case unavailable(String)
        /// A signal, by its number, ended it before it was done; how far it came.
        case stopped(Int32, String)
    }

    let cause: Cause
    /// Further facts for a person, such as what is stored by now.
    private(set) var notes: [String] = []

    init(_ cause: Cause) {
        self.cause = cause
    }

    /// A file, or input, is not what it must be.
    static func content(_ problem: String) -> Failure { Failure(.content(problem)) }

    /// Something on this machine can't be read, opened or started.
    static func unavailable(_ problem: String) -> Failure { Failure(.unavailable(problem)) }

    /// The same with something more that is to be known; nil adds nothing.
    func noting(_ note: String?) -> Failure {
        guard let note else { return self }
        var failure = self
        failure.notes.append(note)
        return failure
    }

    /// See the root command's help.
    var exitCode: Int32 {
        switch cause {
        case .ledger(let error): error.exitCode
        case .content, .incomplete: 1
        case .unavailable: 3
        case .output: 4
        case .stopped(let signal, _): 128 + signal
        }
    }

    /// For programs: the ledger's code, or one of ours.
    var code: String {
        switch cause {
        case .ledger(.refused(_, let code, _, _)): code
        case .ledger(.unreachable): "unreachable"
        case .ledger(.unknownOutcome): "outcome_unknown"
        case .ledger(.notALedger): "not_a_ledger"
        case .incomplete: "incomplete"
        case .output: "output_failed"
        case .content: "invalid_input"
        case .unavailable: "not_available"
        case .stopped: "stopped"
        }
    }

    /// The words for a person: what happened, and what to do about it.
    var message: String {
        switch cause {
        case .ledger(let error): error.description + error.hint
        case .output(let code): "cannot write to standard output: \(Self.text(of: code))"
        case .incomplete(let text), .content(let text), .unavailable(let text),
            .stopped(_, let text):
            text
        }
    }

    private static func text(of code: Int32) -> String { String(cString: strerror(code)) }

    /// The failure as the API writes an error.
    var json: [UInt8] {
        var details = Array("{}".utf8)
        var message = message
        if case .ledger(let error) = cause {
            message = error.message + error.hint
            if case .refused(_, _, _, let own) = error { details = own }
        }
        return ErrorDocument.bytes(
            of: code,
            message: ([message] + notes).joined(separator: "; "),
            details: details
        )
    }
}

extension Failure {
    /// True when the same call can succeed later.
    var isTemporary: Bool {
        if case .ledger(let error) = cause { error.isTemporary } else { false }
    }

    /// True when the ledger holds nothing any more under the lease that the call named.
    var endsLease: Bool { ["lease_lost", "cursor_superseded"].contains(code) }
}

/// An error as the API writes it: `{"error": code, "message": text, "details": {…}}`.
enum ErrorDocument {
    static func bytes(
        of code: String,
        message: String,
        details: [UInt8] = Array("{}".utf8)
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("error")
        writer.string(code)
        writer.key("message")
        writer.string(message)
        writer.key("details")
        writer.raw(details)
        writer.endObject()
        return writer.finish()
    }
}

extension LedgerClientError {
    /// See the root command's help.
    var exitCode: Int32 {
        switch self {
        case .refused(let status, _, _, _): status < 500 && status != 429 ? 1 : 3
        case .unreachable, .unknownOutcome, .notALedger: 3
        }
    }

    /// The advice for users of the command line, when the message has none.
    var hint: String {
        guard case .refused(_, let code, _, _) = self else { return "" }
        return switch code {
        case "unauthorized": "; give a key with --api-key or EVENTLEDGER_API_KEY"
        case "invalid_lease":
            "; a lease is printed by `eventledger receive`, for its subscription alone"
        case "lease_lost": "; receive again: what was not acknowledged in time comes again"
        case "wrong_delivery_mode":
            "; `poll` and `tail` are for subscriptions in cursor mode, `receive` and `work` for "
                + "those in events mode: `eventledger subscription describe` says which"
        case "not_open":
            "; only an event that was delivered and is not finished can be parked by hand"
        case "replaying":
            "; it is being delivered again: wait until it is finished, or parked again"
        case "parked_not_found": "; `eventledger subscription parked` lists what is parked"
        case "webhook_url_refused": "; a webhook is https:// on port 443 of a public host"
        case "too_many_webhooks": "; delete a subscription that has one first"
        default: ""
        }
    }
}

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
        if !text.isEmpty {
            show(EventLedger.message(for: error), inFull: text, isUsage: code == 64)
        }
        return code
    }

    /// Shows a command line that is wrong.
    func show(_ command: UnknownCommand) -> Int32 {
        show(
            command.message,
            inFull: "Error: \(command.message)\n\(command.usage)",
            isUsage: true
        )
        return 64
    }

    private func show(_ message: String, inFull text: String, isUsage: Bool) {
        guard asJSON else { return Messages.write(text + "\n") }
        write(ErrorDocument.bytes(of: isUsage ? "usage" : "failed", message: message))
    }

    private func show(_ failure: Failure) -> Int32 {
        // A reader that left, as in `eventledger read orders | head`, wants to hear nothing.
        if case .output(EPIPE) = failure.cause { Output.endQuietly() }
        if asJSON {
            write(failure.json)
        } else {
            for line in [failure.message] + failure.notes { Messages.line(line) }
        }
        return failure.exitCode
    }

    /// Prints what --help and the like asked for: output like any other.
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
