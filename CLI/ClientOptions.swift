import ArgumentParser
import LedgerBytes
import LedgerClient
import LedgerCore

/// The options of every command that talks to a ledger.
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

    /// The ledger, with a connection of its own.
    func ledger() throws -> RemoteLedger {
        let certificates = caCert ?? Environment.value("EVENTLEDGER_CA_CERT")
        if let certificates { try Self.check(certificates) }
        let client = LedgerClient(
            url: url ?? Environment.value("EVENTLEDGER_URL") ?? "http://127.0.0.1:8080",
            key: try key(),
            certificates: certificates
        )
        return RemoteLedger(client, address: url.map { " --url \(Shell.word($0))" } ?? "")
    }

    /// Throws when a file can't be read or holds no certificate, also where none is needed.
    private static func check(_ certificates: String) throws(Failure) {
        let option = "--ca-cert or EVENTLEDGER_CA_CERT"
        let bytes: [UInt8]
        do throws(Failure) {
            bytes = try LedgerFile.read(certificates)
        } catch {
            throw Failure.unavailable("\(option): \(error.message)")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        guard
            text.contains("-----BEGIN CERTIFICATE-----")
                || text.contains("-----BEGIN TRUSTED CERTIFICATE-----")
        else {
            throw Failure.unavailable("\(option): \(certificates) holds no certificate in PEM")
        }
    }

    private func key() throws -> APIKey? {
        guard let text = apiKey ?? Environment.value("EVENTLEDGER_API_KEY") else { return nil }
        guard let key = APIKey(text) else {
            throw ValidationError("that is no API key: one looks like elk_<16 digits>_<secret>")
        }
        return key
    }

    /// Runs `body` with the ledger.
    ///
    /// Never inlined: Swift 6.3's optimizer fails on some commands of which it makes one coroutine.
    @inline(never)
    func run(_ body: (RemoteLedger) async throws(Failure) -> Void) async throws {
        try await body(try ledger())
    }

    /// Prints an answer as it is, or as the text that `table` makes of its parsed form.
    func show(_ answer: [UInt8], as table: (JSONValue) -> String) throws(Failure) {
        guard json else { return try Output.text(table(try JSONValue.answer(answer))) }
        try Output.line(answer)
    }

    /// Prints the answer to a call that changed something.
    ///
    /// - Parameters:
    ///   - answer: the ledger's answer.
    ///   - done: says what was done, where the answer can't be printed.
    ///   - table: makes a text of the answer, for a person.
    /// - Throws: ``Failure``, with `done` among its notes.
    func report(
        _ answer: [UInt8],
        done: String = "what was asked for is done",
        as table: (JSONValue) -> String
    ) throws(Failure) {
        do throws(Failure) {
            try show(answer, as: table)
            try Output.keep()
        } catch {
            guard case .output = error.cause else { throw error }
            throw error.noting(done)
        }
    }
}

extension JSONValue {
    /// The parsed answer of a ledger.
    static func answer(_ bytes: [UInt8]) throws(Failure) -> JSONValue {
        do {
            return try JSONValue(bytes)
        } catch {
            throw .notALedger
        }
    }

    /// The text of a member; empty where there is no such member or no text in it.
    func text(_ name: String) -> String { self[name]?.text ?? "" }
}

extension Failure {
    /// The failure of a call that succeeded, and whose answer is none of a ledger.
    static let notALedger = Failure(.ledger(.notALedger(status: 200)))
}

/// Text that a person may paste into a shell.
enum Shell {
    /// Text as one word of a command line.
    static func word(_ text: String) -> String {
        let plain = text.utf8.allSatisfy { byte in
            ASCII.isAlphanumeric(byte) || "-._/:%@+,".utf8.contains(byte)
        }
        guard !plain || text.isEmpty else { return text }
        let quoted = text.utf8.split(separator: 0x27, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }.joined(separator: "'\\''")
        return "'" + quoted + "'"
    }
}
