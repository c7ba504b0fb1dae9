import ArgumentParser
import LedgerClient
import LedgerCore

/// What every command that talks to a ledger takes.
struct ClientOptions: ParsableArguments {
    @Option(help: "The ledger's address (EVENTLEDGER_URL; default http://127.0.0.1:8080).")
    var url: String?

    @Option(
        help:
            "An API key, where the ledger needs one (EVENTLEDGER_API_KEY, which `ps` doesn't show)."
    )
    var apiKey: String?

    @Option(help: "PEM file of certificates to trust, not the system's (EVENTLEDGER_CA_CERT).")
    var caCert: String?

    @Flag(help: "Print JSON as the API answers it, events one per line.")
    var json = false

    /// A client with a connection of its own.
    func client() throws -> LedgerClient {
        let certificates = caCert ?? Environment.value("EVENTLEDGER_CA_CERT")
        if let certificates { try Self.check(certificates) }
        return LedgerClient(
            url: url ?? Environment.value("EVENTLEDGER_URL") ?? "http://127.0.0.1:8080",
            key: try key(),
            certificates: certificates
        )
    }

    /// Throws when a file can't be read or holds no certificate, also where none is needed.
    private static func check(_ certificates: String) throws {
        let problem: String
        do throws(FileError) {
            let text = String(decoding: try LedgerFile.read(certificates), as: UTF8.self)
            guard !text.contains("-----BEGIN CERTIFICATE-----"),
                !text.contains("-----BEGIN TRUSTED CERTIFICATE-----")
            else { return }
            problem = "\(certificates) holds no certificate in PEM"
        } catch {
            problem = "\(error)"
        }
        Terminal.error("--ca-cert or EVENTLEDGER_CA_CERT: \(problem)")
        throw ExitCode(3)
    }

    private func key() throws -> APIKey? {
        guard let text = apiKey ?? Environment.value("EVENTLEDGER_API_KEY") else { return nil }
        guard let key = APIKey(text) else {
            throw ValidationError("that is no API key: one looks like elk_<16 digits>_<secret>")
        }
        return key
    }

    /// Runs `body`; a failure is printed and becomes the exit code.
    func run(_ body: (LedgerClient) async throws(LedgerClientError) -> Void) async throws {
        let client = try client()
        do throws(LedgerClientError) {
            try await body(client)
        } catch {
            Terminal.error(error.description + error.hint)
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

    /// What to do about it on the command line, when the message does not say.
    var hint: String {
        guard case .refused(_, "unauthorized", _) = self else { return "" }
        return "; give a key with --api-key or EVENTLEDGER_API_KEY"
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
