import ArgumentParser
import LedgerClient

/// What every command that talks to a ledger takes.
struct ClientOptions: ParsableArguments {
    @Option(help: "The ledger's address (EVENTLEDGER_URL; default http://127.0.0.1:8080).")
    var url: String?

    @Flag(help: "Print JSON as the API answers it, events one per line.")
    var json = false

    var client: LedgerClient {
        LedgerClient(
            url: url ?? Environment.value("EVENTLEDGER_URL") ?? "http://127.0.0.1:8080"
        )
    }

    /// Runs `body`; a failure is printed and becomes the exit code.
    func run(_ body: (LedgerClient) async throws(LedgerClientError) -> Void) async throws {
        do throws(LedgerClientError) {
            try await body(client)
        } catch {
            Terminal.error(error.description)
            throw ExitCode(error.exitCode)
        }
    }

    /// Prints an answer as it is, or as `table` makes it of its parsed form.
    func show(_ answer: [UInt8], _ table: (JSONValue) -> String) throws(LedgerClientError) {
        guard json else { return Terminal.write(table(try JSONValue.answer(answer)), to: 1) }
        Terminal.print(String(decoding: answer, as: UTF8.self))
    }
}

extension LedgerClientError {
    /// See the root command's help.
    var exitCode: Int32 {
        switch self {
        case .refused(let status, _, _): status < 500 && status != 429 ? 1 : 3
        case .unreachable, .unknownOutcome, .notALedger: 3
        }
    }
}

extension JSONValue {
    /// The parsed answer of a ledger.
    static func answer(_ bytes: [UInt8]) throws(LedgerClientError) -> JSONValue {
        do {
            return try JSONValue(bytes)
        } catch {
            throw .notALedger(status: 200)
        }
    }

    /// A member's text, or nothing.
    func text(_ name: String) -> String { self[name]?.text ?? "" }
}
